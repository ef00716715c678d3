/* SPDX-License-Identifier: MIT */
/*
 * VMware's paravirtual SCSI controller. VMware has published no specification but the header of
 * its driver, vmw_pvscsi.h in Linux, which is cited here by its names.
 *
 * Only one command is active at a time, so each ring has one page, the minimum.
 */
#include "drivers/driver.h"

#include "common/bda.h"
#include "common/mem.h"
#include "drivers/scsi.h"
#include "hardware/io.h"
#include "hardware/pci.h"

/* enum PVSCSIRegOffset; all are in BAR 0. */
#define COMMAND      0x0000u
#define COMMAND_DATA 0x0004u
#define INTR_MASK    0x2010u
#define KICK         0x3014u            /* KICK_NON_RW_IO: process the request ring now */
#define REGISTERS    0x8000u            /* bytes: PVSCSI_MEM_SPACE_SIZE */

/* enum PVSCSICommands. */
enum { ADAPTER_RESET = 1, SETUP_RINGS = 3 };

/* PVSCSI_FLAG_CMD_DIR_*. */
enum { NO_DATA = 0x04, TO_HOST = 0x08, TO_DEVICE = 0x10 };
_Static_assert(TO_HOST << 1 == TO_DEVICE, "prepare shifts");

/* enum HostBusAdapterStatus. */
enum {
	HOST_OK = 0x00,
	HOST_LINKED = 0x0A,
	HOST_LINKED_FLAG = 0x0B,
	HOST_UNDERRUN = 0x0C,
	HOST_NO_TARGET = 0x11,
	HOST_DATA_RUN = 0x12,           /* also for fewer bytes */
	HOST_SENT_RESET = 0x22,
	HOST_RECEIVED_RESET = 0x23,
	HOST_BUS_RESET = 0x25,
	HOST_ABORTED = 0x26,
};

#define PAGE        4096u
#define RING_PAGES  32u                 /* PVSCSI_SETUP_RINGS_MAX_NUM_PAGES */
#define TARGETS     64u
#define MAX_BYTES   0x100000u
#define COMMAND_MS  30000u

/* struct PVSCSICmdDescSetupRings; a page number is an address divided by the page size. */
struct setup {
	uint32_t request_pages, completion_pages;
	uint64_t state;
	uint64_t requests[RING_PAGES], completions[RING_PAGES];
};
_Static_assert(sizeof(struct setup) == 528, "PVSCSICmdDescSetupRings");

/* struct PVSCSIRingsState: indices that are never wrapped. */
struct state {
	uint32_t requests_made, requests_taken, requests_log2;
	volatile uint32_t completions_made;
	uint32_t completions_taken, completions_log2;
	uint8_t other[PAGE - 24];
};
_Static_assert(offsetof(struct state, completions_made) == 12, "PVSCSIRingsState");
_Static_assert(sizeof(struct state) == PAGE, "a page");

/* struct PVSCSIRingReqDesc. */
struct request {
	uint64_t context;
	uint64_t buffer, bytes;
	uint64_t sense;
	uint32_t sense_size;
	uint32_t flags;
	uint8_t cdb[SCSI_CDB];
	uint8_t cdb_size;
	uint8_t lun[8];
	uint8_t tag, bus, target, cpu;
	uint8_t zero[59];
};
_Static_assert(offsetof(struct request, target) == 0x43, "PVSCSIRingReqDesc");
_Static_assert(sizeof(struct request) == 128, "PVSCSIRingReqDesc");
#define SIMPLE_TAG 0x20u                /* MSG_SIMPLE_TAG, as Linux sets it */

/* struct PVSCSIRingCmpDesc. */
struct completion {
	uint64_t context;
	uint64_t bytes;
	uint32_t sense_size;
	uint16_t host_status, scsi_status;
	uint32_t zero[2];
};
_Static_assert(sizeof(struct completion) == 32, "PVSCSIRingCmpDesc");

#define REQUESTS    (PAGE / sizeof(struct request))
#define COMPLETIONS (PAGE / sizeof(struct completion))

/* Aligned to a page. */
struct controller {
	struct state state;
	struct request requests[REQUESTS];
	struct completion completions[COMPLETIONS];
	struct setup setup;
	uint32_t registers;
	uint8_t sense[SCSI_SENSE];
	uint8_t data[SCSI_DATA];
};

struct unit {
	struct scsi_unit scsi;
	struct controller *controller;
	uint8_t target;
};

/*
 * Resets the controller, whatever it was doing, and sets up the rings. Neither has to be waited
 * for: the write of a command's last register ends when the command is done.
 */
static void pvscsi_start(struct controller *c)
{
	const uint32_t *words = (const uint32_t *)&c->setup;

	write32(c->registers + COMMAND, ADAPTER_RESET);
	write32(c->registers + INTR_MASK, 0);
	memset(&c->state, 0, sizeof(c->state));
	write32(c->registers + COMMAND, SETUP_RINGS);
	for (uint32_t i = 0; i < sizeof(c->setup) / sizeof(*words); i++)
		write32(c->registers + COMMAND_DATA, words[i]);
}

static void pvscsi_prepare(const struct unit *unit, const struct scsi_command *command)
{
	struct controller *c = unit->controller;
	struct request *r = &c->requests[c->state.requests_made % REQUESTS];

	*r = (struct request){
		.context = 1,           /* not 0 */
		.bytes = command->bytes, .buffer = command->buffer,
		.sense = (uintptr_t)c->sense, .sense_size = SCSI_SENSE,
		.flags = !command->bytes ? NO_DATA : (uint32_t)TO_HOST << command->write,
		.cdb_size = scsi_cdb_size(command->cdb),
		.tag = SIMPLE_TAG, .target = unit->target };
	scsi_copy_cdb(r->cdb, command);
}

/* Submits the prepared request, and waits. Returns NULL on a timeout. */
static const struct completion *pvscsi_run(struct controller *c)
{
	struct state *s = &c->state;
	const struct completion *answer = &c->completions[s->completions_taken % COMPLETIONS];
	uint64_t deadline = deadline_in(COMMAND_MS);

	barrier();
	s->requests_made++;
	barrier();
	write32(c->registers + KICK, 0);
	while (s->completions_made == s->completions_taken) {
		if (expired(&deadline))
			return NULL;
		relax();
	}
	barrier();
	s->completions_taken++;
	return answer;
}

/* A failed command may also have moved fewer bytes. Answers to attach's commands may be shorter. */
static enum rj_status pvscsi_disk_status(const struct controller *c,
					 const struct completion *answer, bool may_be_short)
{
	switch (answer->host_status) {
	case HOST_OK:
	case HOST_LINKED:
	case HOST_LINKED_FLAG:
		return scsi_status(answer->scsi_status, c->sense);
	case HOST_UNDERRUN:
	case HOST_DATA_RUN:
		if (answer->scsi_status || may_be_short)
			return scsi_status(answer->scsi_status, c->sense);
		return RJ_DISK_CONTROLLER;
	case HOST_NO_TARGET:
		return RJ_DISK_TIMEOUT;
	case HOST_SENT_RESET:
	case HOST_RECEIVED_RESET:
	case HOST_BUS_RESET:
	case HOST_ABORTED:
		return SCSI_AGAIN;
	}
	return RJ_DISK_CONTROLLER;
}

static enum rj_status pvscsi_execute(struct scsi_unit *scsi, const struct scsi_command *command)
{
	const struct unit *unit = (const struct unit *)scsi;
	struct controller *c = unit->controller;
	const struct completion *answer;

	pvscsi_prepare(unit, command);
	answer = pvscsi_run(c);
	if (answer)
		return pvscsi_disk_status(c, answer, command->buffer == (uintptr_t)c->data);
	pvscsi_start(c);
	return RJ_DISK_TIMEOUT;
}

static enum rj_status pvscsi_transfer(void *context, const struct rj_request *request)
{
	struct unit *unit = context;

	if (request->operation != RJ_RESET)
		return scsi_transfer(&unit->scsi, request);
	pvscsi_start(unit->controller);
	return RJ_DISK_OK;
}

static INIT void pvscsi_add_unit(struct unit *unit, const struct rj_host *host)
{
	struct rj_disk disk = {
		.interface = "SCSI    ",
		.device_path = { unit->target },        /* EDD 3.0: the LUN is 0 */
		.transfer = pvscsi_transfer, .alignment = 1, .unit = unit->target,
	};

	if (scsi_identify(&unit->scsi, &disk))
		scsi_add(&unit->scsi, sizeof(*unit), &disk, MAX_BYTES, host);
	else
		host->print("pvscsi: target %u has no medium, or is no disk", unit->target);
}

/* By TEST UNIT READY (SPC-4), all zeros; a target that is there at most fails it. */
static INIT void pvscsi_add_targets(struct controller *c, const struct rj_host *host)
{
	static INIT_DATA const struct scsi_command test = { .bytes = 0 };
	struct unit unit = { .scsi = { .execute = pvscsi_execute, .data = c->data }, .controller = c };
	const struct completion *answer;

	for (; unit.target < TARGETS; unit.target++) {
		pvscsi_prepare(&unit, &test);
		answer = pvscsi_run(c);
		if (!answer) {
			host->warn("pvscsi: the controller does not answer");
			pvscsi_start(c);
			return;
		}
		if (answer->host_status != HOST_NO_TARGET)
			pvscsi_add_unit(&unit, host);
	}
}

static INIT struct controller *pvscsi_new_controller(uint32_t registers, const struct rj_host *host)
{
	struct controller *c = host->alloc(sizeof(*c), PAGE);

	if (!c)
		return NULL;
	c->registers = registers;
	c->setup = (struct setup){
		.request_pages = 1, .completion_pages = 1, .state = (uintptr_t)&c->state / PAGE,
		.requests = { (uintptr_t)c->requests / PAGE },
		.completions = { (uintptr_t)c->completions / PAGE } };
	return c;
}

static INIT void pvscsi_attach(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers = pci_map(pci, REGISTERS, host);
	struct controller *c;

	timer_init(host->ticks_per_ms);
	if (!registers) {
		host->print("pvscsi: registers out of reach");
		return;
	}
	c = pvscsi_new_controller(registers, host);
	if (!c) {
		host->print("pvscsi: not enough memory for rings");
		return;
	}
	/* Bus Master stays off until then: what another system has queued may be anywhere. */
	pci_enable(pci, PCI_MEMORY);
	write32(registers + COMMAND, ADAPTER_RESET);
	pci_enable(pci, PCI_BUS_MASTER);
	pvscsi_start(c);
	pvscsi_add_targets(c, host);
}

/*
 * No register says where the rings are. An operating system that drove the controller has enabled
 * its interrupts; and the stub has turned Bus Master off if it was started by a 64-bit one (repair
 * "pci").
 */
static INIT bool pvscsi_is_firmwares(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers = pci_map(pci, REGISTERS, host), needed = PCI_MEMORY | PCI_BUS_MASTER;

	return registers && (pci_read16(pci, PCI_COMMAND) & needed) == needed
		&& read32(registers + INTR_MASK) == 0 && read8(BDA_HARD_DISKS);
}

DRIVER(pvscsi_is_firmwares, pvscsi_attach);
