/* SPDX-License-Identifier: MIT */
#include "drivers/mfi.h"

#include "common/bda.h"
#include "common/mem.h"
#include "hardware/io.h"
#include "hardware/pci.h"

#define OUTBOUND_MASK 0x34u             /* struct megasas_register_set */

enum {
	STATE_WAIT_HANDSHAKE = 0x6,
	STATE_BOOT_MESSAGE = 0x9,
	STATE_READY = 0xB,
	STATE_OPERATIONAL = 0xC,
};

/* MR_DCMD_*, and what their mailboxes have. */
#define LD_GET_LIST   0x03010000u
#define PD_LIST_QUERY 0x02010100u
#define EXPOSED_TO_HOST 5u
#define CACHE_FLUSH   0x01101000u
#define FLUSH_BOTH    3u                /* the controller's cache, and the disks' */

#define LDS          64u                /* MAX_LOGICAL_DRIVES */
#define PDS          256u               /* MEGASAS_MAX_PD */
#define TARGETS      256u               /* a frame's target is a byte */
#define LD_PARTIAL   1u                 /* enum MR_LD_STATE: degraded, but it works, */
#define LD_OPTIMAL   3u                 /* and the last state */
#define MAX_BYTES    0x10000u
#define FRAME_MS     30000u
#define STATE_MS     10000u             /* without a change of the state */
#define STATES       16u                /* changes at most */

/* struct MR_LD_LIST. */
struct ld_list {
	uint32_t count, zero;
	struct ld {
		uint8_t target, zero;
		uint16_t sequence;
		uint8_t state, zeros[3];
		uint64_t sectors;
	} rows[LDS];
};
_Static_assert(sizeof(struct ld_list) == 1032, "MR_LD_LIST");

/* struct MR_PD_LIST, of struct MR_PD_ADDRESS. */
struct pd_list {
	uint32_t size, count;
	struct pd {
		uint16_t device, enclosure;
		uint8_t index, slot, type, port;
		uint64_t addresses[2];
	} rows[PDS];
};
_Static_assert(offsetof(struct pd, type) == 6, "MR_PD_ADDRESS");
_Static_assert(sizeof(struct pd_list) == 8 + PDS * 24, "MR_PD_LIST");

struct unit {
	struct scsi_unit scsi;
	struct mfi *mfi;
	uint8_t command, target;
};

/* What leads on from a state (megasas_transition_to_ready); most states only pass. */
static void leave_state(const struct mfi *m, uint32_t state)
{
	switch (state) {
	case STATE_WAIT_HANDSHAKE:
		card_ring(m, MFI_INIT_CLEAR_HANDSHAKE | MFI_INIT_HOTPLUG);
		break;
	case STATE_BOOT_MESSAGE:
		card_ring(m, MFI_INIT_HOTPLUG);
		break;
	case STATE_OPERATIONAL:
		card_ring(m, MFI_INIT_RESET);
		break;
	}
}

/* Waits for another state than this one; returns it, or this one on a timeout. */
static uint32_t next_state(const struct mfi *m, uint32_t state)
{
	uint64_t deadline = deadline_in(STATE_MS);
	uint32_t next;

	do {
		next = MFI_STATE(card_state(m));
		relax();
	} while (next == state && !expired(deadline));
	return next;
}

static void note_state(struct mfi *m, uint32_t state)
{
	if ((m->states & 0xF) != state)
		m->states = m->states << 4 | state;
}

/* From any state to READY, where no frame is active. */
static bool make_ready(struct mfi *m)
{
	uint32_t state, before;

	write32(m->registers + OUTBOUND_MASK, UINT32_MAX);
	state = MFI_STATE(card_state(m));
	note_state(m, state);
	for (uint32_t i = 0; state != STATE_READY && state != MFI_STATE_FAULT && i < STATES; i++) {
		before = state;
		leave_state(m, state);
		state = next_state(m, state);
		if (state == before)
			break;
		note_state(m, state);
	}
	return state == STATE_READY;
}

uint8_t mfi_run(struct mfi *m)
{
	uint64_t deadline = deadline_in(FRAME_MS);

	m->frame.status = MFI_PENDING;
	barrier();
	card_post(m);
	while (m->frame.status == MFI_PENDING && !expired(deadline))
		relax();
	barrier();
	return m->frame.status;
}

static bool start(struct mfi *m)
{
	m->is_gone = true;
	m->is_gone = !make_ready(m) || !card_start(m);
	return !m->is_gone;
}

/* A command to the controller itself, which reads bytes, which may be 0. */
static uint8_t ask(struct mfi *m, uint32_t opcode, uint8_t mailbox, void *buffer,
		   uint32_t bytes)
{
	struct mfi_frame *f = &m->frame;

	*f = (struct mfi_frame){
		.command = MFI_DCMD, .flags = MFI_DONT_POST, .bytes = bytes,
		.dcmd = { .opcode = opcode, .mailbox = { mailbox } } };
	if (bytes) {
		f->flags |= MFI_TO_HOST | MFI_SGL64;
		f->segments = 1;
		f->dcmd.segment = (struct mfi_segment){ (uintptr_t)buffer, bytes, 0 };
	}
	return mfi_run(m);
}

/* QEMU's 1078 and 2108 refuse a frame without a segment, so theirs has one even without data. */
static void prepare(const struct unit *unit, const struct scsi_command *command)
{
	struct mfi *m = unit->mfi;
	struct mfi_frame *f = &m->frame;

	*f = (struct mfi_frame){
		.command = unit->command, .target = unit->target,
		.sense_size = SCSI_SENSE, .cdb_size = scsi_cdb_size(command->cdb), .segments = 1,
		.flags = MFI_DONT_POST | MFI_SGL64 | MFI_SENSE64 | m->io_flags,
		.bytes = command->bytes, .scsi = { .sense = (uintptr_t)m->sense } };
	scsi_copy_cdb(f->scsi.cdb, command);
	if (command->bytes) {
		f->flags |= command->write ? MFI_TO_DEVICE : MFI_TO_HOST;
		f->scsi.segment = (struct mfi_segment){ command->buffer, command->bytes, 0 };
	} else if (m->io_flags & MFI_IEEE_SGL) {
		f->segments = 0;
	} else {
		f->scsi.segment = (struct mfi_segment){ (uintptr_t)m->data, SCSI_DATA, 0 };
	}
}

/* Of a command that the firmware has ended, but not with MFI_OK. */
static enum rj_status status_of(const struct mfi *m, uint8_t status)
{
	switch (status) {
	case MFI_SCSI_ERROR:
		return scsi_status(m->frame.scsi_status, m->sense);
	case MFI_NO_DEVICE:
		return RJ_DISK_TIMEOUT;
	}
	return RJ_DISK_CONTROLLER;
}

/* Firmware that does not know SYNCHRONIZE CACHE for logical drives has a command of its own. */
static enum rj_status execute(struct scsi_unit *scsi, const struct scsi_command *command)
{
	const struct unit *unit = (const struct unit *)scsi;
	struct mfi *m = unit->mfi;
	uint8_t status;

	if (m->is_gone)
		return RJ_DISK_TIMEOUT;
	prepare(unit, command);
	status = mfi_run(m);
	if (status != MFI_OK && status != MFI_PENDING && unit->command == MFI_LD_SCSI_IO
	    && command->cdb[0] == SCSI_SYNCHRONIZE_CACHE_10)
		status = ask(m, CACHE_FLUSH, FLUSH_BOTH, NULL, 0);
	if (status == MFI_OK)
		return RJ_DISK_OK;
	if (status != MFI_PENDING)
		return status_of(m, status);
	start(m);
	return RJ_DISK_TIMEOUT;
}

static enum rj_status transfer(void *context, const struct rj_request *request)
{
	struct unit *unit = context;

	if (request->operation != RJ_RESET)
		return scsi_transfer(&unit->scsi, request);
	return start(unit->mfi) ? RJ_DISK_OK : RJ_DISK_TIMEOUT;
}

/* EDD-3, interface type RAID: the array's number. */
static INIT void add_unit(struct mfi *m, uint8_t command, uint32_t target,
			  const struct rj_host *host)
{
	uint32_t number = target | (command == MFI_PD_SCSI_IO ? RJ_MEGARAID_PD : 0);
	struct rj_disk disk = {
		.interface = "RAID    ", .device_path = { number }, .transfer = transfer,
		.alignment = 4, .unit = number, .flags = m->disk_flags };
	struct unit unit = {
		{ .execute = execute, .data = m->data }, m, command, (uint8_t)target };

	if (scsi_identify(&unit.scsi, &disk))
		scsi_add(&unit.scsi, sizeof(unit), &disk, MAX_BYTES, host);
	else
		host->print("%s: %s drive %u is not ready, or no disk", card_name,
			    command == MFI_PD_SCSI_IO ? "physical" : "logical", target);
}

/* In the order of their numbers, whatever the list's is. */
static INIT void add_logical(struct mfi *m, const struct ld_list *list,
			     const struct rj_host *host)
{
	for (uint32_t target = 0; target < TARGETS; target++)
		for (uint32_t i = 0; i < list->count && i < LDS; i++)
			if (list->rows[i].target == target && list->rows[i].state >= LD_PARTIAL
			    && list->rows[i].state <= LD_OPTIMAL)
				add_unit(m, MFI_LD_SCSI_IO, target, host);
}

/* The list has system drives only: physical drives that are not part of a logical one. */
static INIT void add_physical(struct mfi *m, const struct pd_list *list,
			      const struct rj_host *host)
{
	for (uint32_t target = 0; target < TARGETS; target++)
		for (uint32_t i = 0; i < list->count && i < PDS; i++)
			if (list->rows[i].device == target && list->rows[i].type == 0)
				add_unit(m, MFI_PD_SCSI_IO, target, host);
}

/* The firmware may have no system drives, and then may leave the list as it was. */
static INIT void add_disks(struct mfi *m, const struct rj_host *host)
{
	union lists {
		struct ld_list logical;
		struct pd_list physical;
	} *lists = host->alloc(sizeof(*lists), 8);
	uint8_t status;

	if (!lists)
		return;
	status = ask(m, LD_GET_LIST, 0, &lists->logical, sizeof(lists->logical));
	if (status == MFI_OK)
		add_logical(m, &lists->logical, host);
	else
		host->warn("%s: status %x instead of a list of logical drives", card_name,
			   status);
	memset(lists, 0, sizeof(*lists));
	if (ask(m, PD_LIST_QUERY, EXPOSED_TO_HOST, &lists->physical, sizeof(lists->physical))
	    == MFI_OK)
		add_physical(m, &lists->physical, host);
}

static INIT void tell_no_memory(const struct rj_host *host)
{
	host->print("%s: not enough memory", card_name);
}

static INIT void bring_up(struct mfi *m, uint32_t pci, const struct rj_host *host)
{
	bool is_ready = make_ready(m) || (card_reset(m, host) && make_ready(m));

	if (is_ready && !card_queues(m, host)) {
		tell_no_memory(host);
		return;
	}
	/* Bus Master stays off until then: what another system has queued may be anywhere. */
	if (is_ready) {
		pci_enable(pci, PCI_BUS_MASTER);
		is_ready = start(m);
	}
	(is_ready ? host->print : host->warn)("%s: %sready, after states %x, status %x", card_name,
					      is_ready ? "" : "not ", m->states, m->frame.status);
	if (is_ready)
		add_disks(m, host);
}

static INIT void attach(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers = pci_map(pci, MFI_REGISTERS, host);
	struct mfi *m;

	timer_init(host->ticks_per_ms);
	if (!registers) {
		host->print("%s: registers out of reach", card_name);
		return;
	}
	pci_enable(pci, PCI_MEMORY);
	m = card_new(pci, registers, host);
	if (m)
		bring_up(m, pci, host);
	else
		tell_no_memory(host);
}

/*
 * No register says where frames or the reply queue are, and the state is the same after an
 * operating system as after the firmware's driver. But the stub has turned Bus Master off if it
 * was started by a 64-bit one, and others that have shut the controller down did so (repair "pci").
 */
static INIT bool is_firmwares(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers = pci_map(pci, MFI_REGISTERS, host), state;
	uint32_t needed = PCI_MEMORY | PCI_BUS_MASTER;

	if (!registers || (pci_read16(pci, PCI_COMMAND) & needed) != needed
	    || !read8(BDA_HARD_DISKS))
		return false;
	state = MFI_STATE(card_word(pci, registers));
	return state == STATE_READY || state == STATE_OPERATIONAL;
}

DRIVER(is_firmwares, attach);
