/* SPDX-License-Identifier: MIT */
/*
 * LSI's SAS1 controllers and 53C1030, by Fusion-MPT's message passing interface (MPI 1.5), whose
 * names in Linux, drivers/message/fusion/lsi/mpi*.h, are cited here.
 *
 * Only one message is active at a time, so one reply frame is enough.
 */
#include "drivers/mpi.h"

#include "common/mem.h"
#include "drivers/scsi.h"
#include "hardware/io.h"
#include "hardware/pci.h"

/* mpi.h in Linux: registers, in the first memory BAR. */
#define REQUEST_QUEUE    0x40u
#define REPLY_QUEUE      0x44u          /* write: free frames; read: replies */
#define REGISTERS        0x80u          /* bytes */

#define NO_REPLY           0xFFFFFFFFu
#define REPLY_IS_ADDRESS   0x80000000u  /* MPI_ADDRESS_REPLY_A_BIT; of the frame's half */

#define TARGETS        256u
#define DOORBELL_MS    5000u
#define MESSAGE_MS     30000u
#define PORT_MS        60000u
#define MAX_BYTES      0x10000u

/* mpi_ioc.h: MSG_IOC_INIT. */
struct ioc_init {
	uint8_t who, zero, chain, function;
	uint8_t flags, devices, buses, message_flags;
	uint32_t context;
	uint16_t reply_size, zeros;
	uint32_t request_high, sense_high;
};
_Static_assert(sizeof(struct ioc_init) == 24, "MSG_IOC_INIT, up to MPI 1.2");

/* MSG_PORT_ENABLE. */
struct port_enable {
	uint8_t zero[2], chain, function;
	uint8_t zeros[2], port, message_flags;
	uint32_t context;
};
_Static_assert(sizeof(struct port_enable) == 12, "MSG_PORT_ENABLE");

/* mpi_init.h: MSG_SCSI_IO_REQUEST, with one SGESimple64_t. */
struct scsi_io {
	uint8_t target, bus, chain, function;
	uint8_t cdb_size, sense_size, zero, message_flags;
	uint32_t context;
	uint8_t lun[8];
	uint32_t control;
	uint8_t cdb[SCSI_CDB];
	uint32_t bytes;
	uint32_t sense;
	uint32_t segment;
	uint64_t buffer;
} __attribute__((packed));
_Static_assert(offsetof(struct scsi_io, segment) == 0x30, "MSG_SCSI_IO_REQUEST");
_Static_assert(sizeof(struct scsi_io) == 60, "MSG_SCSI_IO_REQUEST");

/* MSG_SCSI_IO_REPLY. */
struct reply {
	uint8_t target, bus, size, function;
	uint8_t cdb_size, sense_size, zero, message_flags;
	uint32_t context;
	uint8_t scsi_status, scsi_state;
	uint16_t ioc_status;
	uint32_t log, transferred, sense_count, response;
	uint8_t more[96];
};
_Static_assert(offsetof(struct reply, ioc_status) == 14, "MSG_SCSI_IO_REPLY");
_Static_assert(sizeof(struct reply) == 128, "as Linux has them");

/* Aligned to a reply frame. */
struct controller {
	struct reply reply;
	union {
		struct scsi_io scsi_io;
		struct port_enable port_enable;
		uint8_t bytes[128];
	} request;
	uint32_t registers;
	bool is_gone;                   /* it could not be reset */
	uint8_t sense[SCSI_SENSE];
	uint8_t data[SCSI_DATA];
};

struct unit {
	struct scsi_unit scsi;
	struct controller *controller;
	uint8_t target;
};

static uint32_t get(const struct controller *c, uint32_t offset)
{
	return read32(c->registers + offset);
}

static void put(const struct controller *c, uint32_t offset, uint32_t value)
{
	write32(c->registers + offset, value);
}

static bool reset(const struct controller *c)
{
	put(c, MPI_INTERRUPT_MASK, MPI_MASK_REPLIES | MPI_MASK_DOORBELL);
	return mpi_unit_reset(c->registers);
}

/* Posts the request and waits for its reply. Returns NO_REPLY on a timeout. */
static uint32_t run(struct controller *c, uint32_t ms)
{
	uint64_t deadline = deadline_in(ms);
	uint32_t answer;

	barrier();
	put(c, REQUEST_QUEUE, (uintptr_t)&c->request);
	while ((answer = get(c, REPLY_QUEUE)) == NO_REPLY && !expired(&deadline))
		relax();
	barrier();
	return answer;
}

/* Gives a reply frame back that has been read. */
static void release(const struct controller *c, uint32_t answer)
{
	if (answer != NO_REPLY && answer & REPLY_IS_ADDRESS)
		put(c, REPLY_QUEUE, (uintptr_t)&c->reply);
}

/* Finds the devices; real controllers answer nothing before. */
static bool enable_port(struct controller *c)
{
	uint32_t answer;

	memset(&c->request, 0, sizeof(c->request));
	c->request.port_enable.function = MPI_PORT_ENABLE;
	answer = run(c, PORT_MS);
	release(c, answer);
	c->request.scsi_io = (struct scsi_io){
		.function = MPI_SCSI_IO, .sense_size = SCSI_SENSE, .sense = (uintptr_t)c->sense };
	return answer != NO_REPLY;
}

static bool start(struct controller *c)
{
	const struct ioc_init init = {
		.who = MPI_HOST_DRIVER, .function = MPI_IOC_INIT, .buses = 1,
		.reply_size = sizeof(c->reply) };

	c->is_gone = true;
	if (!reset(c) || !mpi_handshake(c->registers, &init, sizeof(init) / 4, NULL, 0)
	    || !mpi_wait(c->registers, MPI_DOORBELL, MPI_STATE_MASK, (uint32_t)MPI_OPERATIONAL << 28,
			 DOORBELL_MS))
		return false;
	put(c, REPLY_QUEUE, (uintptr_t)&c->reply);
	c->is_gone = !enable_port(c);
	return !c->is_gone;
}

/* All other fields are as enable_port() has left them. */
static void prepare(const struct unit *unit, const struct scsi_command *command)
{
	struct controller *c = unit->controller;
	struct scsi_io *r = &c->request.scsi_io;

	r->target = unit->target;
	r->cdb_size = scsi_cdb_size(command->cdb);
	scsi_copy_cdb(r->cdb, command);
	r->bytes = command->bytes;
	r->segment = MPI_SEGMENT(command->write) | command->bytes;
	r->buffer = command->buffer;
	r->control = command->bytes ? MPI_CONTROL(command->write) : 0;
}

/* A failed command may also have moved fewer bytes. Answers to attach's commands may be shorter. */
static enum rj_status status_of(const struct controller *c, bool may_be_short)
{
	switch (c->reply.ioc_status & MPI_STATUS_MASK) {
	case MPI_UNDERRUN:
		if (!c->reply.scsi_status && !may_be_short)
			return RJ_DISK_CONTROLLER;
		return scsi_status(c->reply.scsi_status, c->sense);
	case MPI_OK:
	case MPI_RECOVERED:
		return scsi_status(c->reply.scsi_status, c->sense);
	case MPI_BUSY:
	case MPI_TASK_TERMINATED:
	case MPI_TERMINATED:
		return SCSI_AGAIN;
	case MPI_BAD_BUS:
	case MPI_BAD_TARGET:
	case MPI_NO_DEVICE:
		return RJ_DISK_TIMEOUT;
	}
	return RJ_DISK_CONTROLLER;
}

/* Without an error there is no reply frame. */
static enum rj_status execute(struct scsi_unit *scsi, const struct scsi_command *command)
{
	const struct unit *unit = (const struct unit *)scsi;
	struct controller *c = unit->controller;
	enum rj_status status = RJ_DISK_OK;
	uint32_t answer;

	if (c->is_gone)
		return RJ_DISK_TIMEOUT;
	prepare(unit, command);
	answer = run(c, MESSAGE_MS);
	if (answer == NO_REPLY) {
		start(c);
		return RJ_DISK_TIMEOUT;
	}
	if (answer & REPLY_IS_ADDRESS)
		status = status_of(c, command->buffer == (uintptr_t)c->data);
	release(c, answer);
	return status;
}

static enum rj_status transfer(void *context, const struct rj_request *request)
{
	struct unit *unit = context;

	if (request->operation != RJ_RESET)
		return scsi_transfer(&unit->scsi, request);
	return start(unit->controller) ? RJ_DISK_OK : RJ_DISK_TIMEOUT;
}

static INIT void add_unit(struct unit *unit, const struct rj_host *host)
{
	struct rj_disk disk = {
		.interface = "SCSI    ",
		.device_path = { unit->target },        /* EDD 3.0: the LUN is 0 */
		.transfer = transfer, .alignment = 1, .unit = unit->target,
	};

	if (scsi_identify(&unit->scsi, &disk))
		scsi_add(&unit->scsi, sizeof(*unit), &disk, MAX_BYTES, host);
	else
		host->print("mptsas: target %u has no medium, or is no disk", unit->target);
}

/* By TEST UNIT READY (SPC-4), all zeros; a target that is there at most fails it. */
static INIT void add_targets(struct controller *c, const struct rj_host *host)
{
	static INIT_DATA const struct scsi_command test = { .bytes = 0 };
	struct unit unit = { .scsi = { .execute = execute, .data = c->data }, .controller = c };

	for (uint32_t target = 0; target < TARGETS && !c->is_gone; target++) {
		uint32_t answer;
		bool is_there;

		unit.target = (uint8_t)target;
		prepare(&unit, &test);
		answer = run(c, MESSAGE_MS);
		if (answer == NO_REPLY)
			return;
		is_there = !(answer & REPLY_IS_ADDRESS)
			|| status_of(c, true) != RJ_DISK_TIMEOUT;
		release(c, answer);
		if (is_there)
			add_unit(&unit, host);
	}
}

static INIT void attach(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers = pci_map(pci, REGISTERS, host);
	struct controller *c = host->alloc(sizeof(*c), sizeof(c->reply));

	timer_init(host->ticks_per_ms);
	if (!registers || !c) {
		host->print("mptsas: registers out of reach, or not enough memory");
		return;
	}
	c->registers = registers;
	/* Bus Master stays off until then: what another system has queued may be anywhere. */
	pci_enable(pci, PCI_MEMORY);
	reset(c);
	pci_enable(pci, PCI_BUS_MASTER);
	if (start(c))
		add_targets(c, host);
	else
		host->warn("mptsas: not ready, doorbell %x", get(c, MPI_DOORBELL));
}

static INIT bool is_firmwares(uint32_t pci, const struct rj_host *host)
{
	return mpi_is_firmwares(pci, REGISTERS, host);
}

DRIVER(is_firmwares, attach);
