/* SPDX-License-Identifier: MIT */
/*
 * MegaRAID SAS controllers of the generations that take MFI frames (MegaRAID Firmware Interface):
 * 1064R, 1078, 2108 and 2008 ("skinny"). LSI has published no specification; registers and frames
 * are cited by their names in Linux, drivers/scsi/megaraid/megaraid_sas.h.
 *
 * Only one frame is active at a time. Its status is polled, so nothing is posted to the reply
 * queue.
 */
#include "drivers/driver.h"

#include "common/bda.h"
#include "common/mem.h"
#include "drivers/scsi.h"
#include "hardware/io.h"
#include "hardware/pci.h"

/* struct megasas_register_set: in the first memory BAR. */
#define DOORBELL      0x00u             /* inbound, of 2008 */
#define OUTBOUND_MSG0 0x18u             /* the state, of 1064R */
#define INBOUND_DOORBELL 0x20u
#define OUTBOUND_MASK 0x34u
#define INBOUND_QUEUE 0x40u
#define SCRATCH_PAD   0xB0u             /* the state, of the others */
#define QUEUE_LOW     0xC0u             /* inbound, of 2008 */
#define QUEUE_HIGH    0xC4u
#define REGISTERS     0x100u            /* bytes */

/* The state, MFI_STATE_*; in the same register the number of frames that it takes. */
#define STATE(word)  ((word) >> 28)
#define FRAMES(word) ((word) & 0xFFFF)
enum {
	STATE_WAIT_HANDSHAKE = 0x6,
	STATE_BOOT_MESSAGE = 0x9,
	STATE_READY = 0xB,
	STATE_OPERATIONAL = 0xC,
	STATE_FAULT = 0xF,
};

/* What is written to the inbound doorbell, MFI_INIT_*. */
enum {
	INIT_ABORT = 0x01,
	INIT_READY = 0x02,
	INIT_MFI_MODE = 0x04,
	INIT_CLEAR_HANDSHAKE = 0x08,
	INIT_HOTPLUG = 0x10,
};

/* enum MFI_CMD_OP. */
enum { MFI_INIT = 0, LD_SCSI_IO = 3, PD_SCSI_IO = 4, DCMD = 5 };

/* MFI_FRAME_*: flags. */
enum {
	DONT_POST = 0x01,
	SGL64 = 0x02,
	SENSE64 = 0x04,
	TO_DEVICE = 0x08,
	TO_HOST = 0x10,
	IEEE_SGL = 0x20,
};

/* enum MFI_STAT. */
enum {
	STAT_OK = 0x00,
	STAT_NO_DEVICE = 0x0C,
	STAT_SCSI_ERROR = 0x2D,
	STAT_PENDING = 0xFF,            /* MFI_STAT_INVALID_STATUS */
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

/* struct megasas_sge64, and struct megasas_sge_skinny with the IEEE flag: the same with one row. */
struct segment {
	uint64_t address;
	uint32_t bytes, flag;
} __attribute__((packed));

struct frame {
	uint8_t command, sense_size;
	volatile uint8_t status;
	uint8_t scsi_status;
	uint8_t target, lun, cdb_size, segments;
	uint32_t context, zero;
	uint16_t flags, timeout;
	uint32_t bytes;
	union {
		struct {                /* struct megasas_init_frame */
			uint64_t queues;
		} init;
		struct {                /* struct megasas_pthru_frame */
			uint64_t sense;
			uint8_t cdb[SCSI_CDB];
			struct segment segment;
		} scsi;
		struct {                /* struct megasas_dcmd_frame */
			uint32_t opcode;
			uint8_t mailbox[12];
			struct segment segment;
		} dcmd;
	};
} __attribute__((packed));
_Static_assert(offsetof(struct frame, flags) == 0x10, "megasas_header");
_Static_assert(offsetof(struct frame, scsi.cdb) == 0x20, "megasas_pthru_frame");
_Static_assert(offsetof(struct frame, scsi.segment) == 0x30, "megasas_pthru_frame");
_Static_assert(offsetof(struct frame, dcmd.segment) == 0x28, "megasas_dcmd_frame");
_Static_assert(sizeof(struct frame) == 64, "MEGAMFI_FRAME_SIZE");

/* struct megasas_init_queue_info. */
struct queues {
	uint32_t flags, replies;
	uint64_t reply_queue, producer, consumer;
};
_Static_assert(sizeof(struct queues) == 32, "megasas_init_queue_info");

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

enum kind { KIND_1064, KIND_1078, KIND_2008 };

/* Aligned to a frame. */
struct controller {
	struct frame frame;
	struct queues queues;
	uint32_t producer, consumer;
	uint32_t registers;
	enum kind kind;                 /* 1078: also 2108 */
	bool is_gone;                   /* it could not be reset */
	uint8_t sense[SCSI_SENSE];
	uint8_t data[SCSI_DATA];
};

struct unit {
	struct scsi_unit scsi;
	struct controller *controller;
	uint8_t command, target;
};

static uint32_t state_of(uint32_t registers, enum kind kind)
{
	return read32(registers + (kind == KIND_1064 ? OUTBOUND_MSG0 : SCRATCH_PAD));
}

static void ring(const struct controller *c, uint32_t bits)
{
	write32(c->registers + (c->kind == KIND_2008 ? DOORBELL : INBOUND_DOORBELL), bits);
}

/* What leads on from a state (megasas_transition_to_ready); most states only pass. */
static void leave_state(const struct controller *c, uint32_t state)
{
	switch (state) {
	case STATE_WAIT_HANDSHAKE:
		ring(c, INIT_CLEAR_HANDSHAKE | INIT_HOTPLUG);
		break;
	case STATE_BOOT_MESSAGE:
		ring(c, INIT_HOTPLUG);
		break;
	case STATE_OPERATIONAL:
		ring(c, INIT_ABORT | INIT_READY | INIT_MFI_MODE);
		break;
	}
}

/* Waits for another state than this one; returns it, or this one on a timeout. */
static uint32_t next_state(const struct controller *c, uint32_t state)
{
	uint64_t deadline = deadline_in(STATE_MS);
	uint32_t next;

	do {
		next = STATE(state_of(c->registers, c->kind));
		relax();
	} while (next == state && !expired(deadline));
	return next;
}

/* From any state to READY, where no frame is active. */
static bool make_ready(const struct controller *c)
{
	uint32_t state, before;

	write32(c->registers + OUTBOUND_MASK, UINT32_MAX);
	state = STATE(state_of(c->registers, c->kind));
	for (uint32_t i = 0; state != STATE_READY && state != STATE_FAULT && i < STATES; i++) {
		before = state;
		leave_state(c, state);
		state = next_state(c, state);
		if (state == before)
			break;
	}
	return state == STATE_READY;
}

/* megasas_fire_cmd_*: the frame is aligned, and in one piece. */
static void fire(const struct controller *c)
{
	uint32_t address = (uintptr_t)&c->frame;

	barrier();
	switch (c->kind) {
	case KIND_1064:
		write32(c->registers + INBOUND_QUEUE, address >> 3);
		break;
	case KIND_1078:
		write32(c->registers + INBOUND_QUEUE, address | 1);
		break;
	case KIND_2008:
		write32(c->registers + QUEUE_HIGH, 0);
		write32(c->registers + QUEUE_LOW, address | 1);
		break;
	}
}

/* Returns the status; STAT_PENDING: the controller does not answer. */
static uint8_t run(struct controller *c)
{
	uint64_t deadline = deadline_in(FRAME_MS);

	c->frame.status = STAT_PENDING;
	fire(c);
	while (c->frame.status == STAT_PENDING && !expired(deadline))
		relax();
	barrier();
	return c->frame.status;
}

/*
 * The reply queue takes the place of another system's. A controller that refuses it has none, and
 * needs none.
 */
static bool start(struct controller *c)
{
	c->is_gone = true;
	if (!make_ready(c))
		return false;
	c->producer = c->consumer = 0;
	c->frame = (struct frame){
		.command = MFI_INIT, .flags = DONT_POST, .bytes = sizeof(c->queues),
		.init = { (uintptr_t)&c->queues } };
	c->is_gone = run(c) == STAT_PENDING;
	return !c->is_gone;
}

/* A command to the controller itself, which reads bytes, which may be 0. */
static uint8_t ask(struct controller *c, uint32_t opcode, uint8_t mailbox, void *buffer,
		   uint32_t bytes)
{
	struct frame *f = &c->frame;

	*f = (struct frame){
		.command = DCMD, .flags = DONT_POST, .bytes = bytes,
		.dcmd = { .opcode = opcode, .mailbox = { mailbox } } };
	if (bytes) {
		f->flags |= TO_HOST | SGL64;
		f->segments = 1;
		f->dcmd.segment = (struct segment){ (uintptr_t)buffer, bytes, 0 };
	}
	return run(c);
}

/* QEMU refuses a frame without a segment, so there is one even without data. */
static void prepare(const struct unit *unit, const struct scsi_command *command)
{
	struct controller *c = unit->controller;
	struct frame *f = &c->frame;

	*f = (struct frame){
		.command = unit->command, .target = unit->target,
		.sense_size = SCSI_SENSE, .cdb_size = scsi_cdb_size(command->cdb), .segments = 1,
		.flags = DONT_POST | SGL64 | SENSE64 | (c->kind == KIND_2008 ? IEEE_SGL : 0),
		.bytes = command->bytes,
		.scsi = { .sense = (uintptr_t)c->sense,
			  .segment = { (uintptr_t)c->data, SCSI_DATA, 0 } } };
	scsi_copy_cdb(f->scsi.cdb, command);
	if (command->bytes) {
		f->flags |= command->write ? TO_DEVICE : TO_HOST;
		f->scsi.segment = (struct segment){ command->buffer, command->bytes, 0 };
	}
}

/* Of a command that the firmware has ended, but not with STAT_OK. */
static enum rj_status status_of(const struct controller *c, uint8_t status)
{
	switch (status) {
	case STAT_SCSI_ERROR:
		return scsi_status(c->frame.scsi_status, c->sense);
	case STAT_NO_DEVICE:
		return RJ_DISK_TIMEOUT;
	}
	return RJ_DISK_CONTROLLER;
}

/* Firmware that does not know SYNCHRONIZE CACHE for logical drives has a command of its own. */
static enum rj_status execute(struct scsi_unit *scsi, const struct scsi_command *command)
{
	const struct unit *unit = (const struct unit *)scsi;
	struct controller *c = unit->controller;
	uint8_t status;

	if (c->is_gone)
		return RJ_DISK_TIMEOUT;
	prepare(unit, command);
	status = run(c);
	if (status != STAT_OK && status != STAT_PENDING && unit->command == LD_SCSI_IO
	    && command->cdb[0] == SCSI_SYNCHRONIZE_CACHE_10)
		status = ask(c, CACHE_FLUSH, FLUSH_BOTH, NULL, 0);
	if (status == STAT_OK)
		return RJ_DISK_OK;
	if (status != STAT_PENDING)
		return status_of(c, status);
	start(c);
	return RJ_DISK_TIMEOUT;
}

static enum rj_status transfer(void *context, const struct rj_request *request)
{
	struct unit *unit = context;

	if (request->operation != RJ_RESET)
		return scsi_transfer(&unit->scsi, request);
	return start(unit->controller) ? RJ_DISK_OK : RJ_DISK_TIMEOUT;
}

/* EDD-3, interface type RAID: the array's number. */
static INIT void add_unit(struct controller *c, uint8_t command, uint32_t target,
			  const struct rj_host *host)
{
	uint32_t number = target | (command == PD_SCSI_IO ? RJ_MEGARAID_PD : 0);
	struct rj_disk disk = {
		.interface = "RAID    ", .device_path = { number }, .transfer = transfer,
		.alignment = 4, .unit = number };
	struct unit unit = {
		{ .execute = execute, .data = c->data }, c, command, (uint8_t)target };

	if (scsi_identify(&unit.scsi, &disk))
		scsi_add(&unit.scsi, sizeof(unit), &disk, MAX_BYTES, host);
	else
		host->print("megaraid: %s drive %u is not ready, or no disk",
			    command == PD_SCSI_IO ? "physical" : "logical", target);
}

/* In the order of their numbers, whatever the list's is. */
static INIT void add_logical(struct controller *c, const struct ld_list *list,
			     const struct rj_host *host)
{
	for (uint32_t target = 0; target < TARGETS; target++)
		for (uint32_t i = 0; i < list->count && i < LDS; i++)
			if (list->rows[i].target == target && list->rows[i].state >= LD_PARTIAL
			    && list->rows[i].state <= LD_OPTIMAL)
				add_unit(c, LD_SCSI_IO, target, host);
}

/* The list has system drives only: physical drives that are not part of a logical one. */
static INIT void add_physical(struct controller *c, const struct pd_list *list,
			      const struct rj_host *host)
{
	for (uint32_t target = 0; target < TARGETS; target++)
		for (uint32_t i = 0; i < list->count && i < PDS; i++)
			if (list->rows[i].device == target && list->rows[i].type == 0)
				add_unit(c, PD_SCSI_IO, target, host);
}

/* The firmware may have no system drives, and then may leave the list as it was. */
static INIT void add_disks(struct controller *c, const struct rj_host *host)
{
	union lists {
		struct ld_list logical;
		struct pd_list physical;
	} *lists = host->alloc(sizeof(*lists), 8);
	uint8_t status;

	if (!lists)
		return;
	status = ask(c, LD_GET_LIST, 0, &lists->logical, sizeof(lists->logical));
	if (status == STAT_OK)
		add_logical(c, &lists->logical, host);
	else
		host->warn("megaraid: status %x instead of a list of logical drives", status);
	memset(lists, 0, sizeof(*lists));
	if (ask(c, PD_LIST_QUERY, EXPOSED_TO_HOST, &lists->physical, sizeof(lists->physical))
	    == STAT_OK)
		add_physical(c, &lists->physical, host);
}

/* megasas_set_adapter_type: by the device's id. */
static INIT enum kind kind_of(uint32_t pci)
{
	switch (pci_read(pci, PCI_VENDOR) >> 16) {
	case 0x0411:
	case 0x0413:
	case 0x0015:
		return KIND_1064;
	case 0x0071:
	case 0x0073:
		return KIND_2008;
	}
	return KIND_1078;
}

/* As many replies as there may be frames, since that is what other drivers set. */
static INIT struct controller *new_controller(uint32_t pci, uint32_t registers,
					      const struct rj_host *host)
{
	enum kind kind = kind_of(pci);
	uint32_t replies = FRAMES(state_of(registers, kind)) + 1;
	struct controller *c = host->alloc(sizeof(*c), sizeof(c->frame));
	void *queue = host->alloc(replies * 4, 16);

	if (!c || !queue)
		return NULL;
	c->registers = registers;
	c->kind = kind;
	c->queues = (struct queues){ 0, replies - 1, (uintptr_t)queue, (uintptr_t)&c->producer,
				     (uintptr_t)&c->consumer };
	return c;
}

static INIT void attach(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers = pci_map(pci, REGISTERS, host);
	struct controller *c;

	timer_init(host->ticks_per_ms);
	if (!registers) {
		host->print("megaraid: registers out of reach");
		return;
	}
	pci_enable(pci, PCI_MEMORY);
	c = new_controller(pci, registers, host);
	if (!c) {
		host->print("megaraid: not enough memory");
		return;
	}
	host->print("megaraid: state %x", state_of(registers, c->kind));
	/* Bus Master stays off until then: what another system has queued may be anywhere. */
	make_ready(c);
	pci_enable(pci, PCI_BUS_MASTER);
	if (start(c))
		add_disks(c, host);
	else
		host->warn("megaraid: not ready, state %x", state_of(registers, c->kind));
}

/*
 * No register says where frames or the reply queue are, and the state is the same after an
 * operating system as after the firmware's driver. But the stub has turned Bus Master off if it
 * was started by a 64-bit one, and others that have shut the controller down did so (repair "pci").
 */
static INIT bool is_firmwares(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers = pci_map(pci, REGISTERS, host), state;
	uint32_t needed = PCI_MEMORY | PCI_BUS_MASTER;

	if (!registers || (pci_read16(pci, PCI_COMMAND) & needed) != needed
	    || !read8(BDA_HARD_DISKS))
		return false;
	state = STATE(state_of(registers, kind_of(pci)));
	return state == STATE_READY || state == STATE_OPERATIONAL;
}

DRIVER(is_firmwares, attach);
