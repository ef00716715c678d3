/* SPDX-License-Identifier: MIT */
/*
 * NVM Express 1.4: 3.1 registers, 4.1 queues, 4.3 PRPs, 5 admin commands, 6 NVM
 * commands, 7.3.2 controller reset, 7.6.1 initialization.
 *
 * Only one command is active at a time, so queues have two entries: the minimum, which every
 * controller supports. After the I/O queue has been created, nothing goes to the admin queue
 * until a reset: only one queue is in use at a time.
 */
#include "drivers/driver.h"

#include "common/mem.h"
#include "hardware/io.h"
#include "hardware/pci.h"

/* 3.1: registers. 64-bit ones may be accessed in halves. */
#define CAP       0x00u
#define CAP_HIGH  0x04u
#define VS        0x08u
#define CC        0x14u
#define CSTS      0x1Cu
#define AQA       0x24u
#define ASQ       0x28u
#define ACQ       0x30u
#define DOORBELLS 0x1000u

#define CAP_TO(low)       ((low) >> 24)                 /* units of 500 ms */
#define CAP_DSTRD(high)   ((high) & 0xF)
#define CAP_NVM(high)     ((high) >> 5 & 1)             /* CSS: the NVM command set */
#define CAP_MPSMIN(high)  ((high) >> 16 & 0xF)
#define CC_ENABLE         0x000001u
#define CC_MPS(shift)     ((shift) << 7)
#define CC_SHUTDOWN       0x00C000u
#define CC_IOSQES         (6u << 16)                    /* 64 bytes each */
#define CC_IOCQES         (4u << 20)                    /* 16 bytes each */
#define CSTS_READY        0x1u
#define CSTS_FATAL        0x2u
#define CSTS_SHUTDOWN     0xCu
#define NO_CONTROLLER     0xFFFFFFFFu
#define VERSION_1_1       0x00010100u

#define ADMIN_QUEUE   0u
#define IO_QUEUE      1u
#define QUEUES        2u
#define QUEUE_ENTRIES 2u

/* 5 and 6: opcodes of admin and NVM commands. */
enum {
	ADMIN_CREATE_SQ = 0x01,
	ADMIN_CREATE_CQ = 0x05,
	ADMIN_IDENTIFY = 0x06,
	ADMIN_SET_FEATURES = 0x09,
	NVM_FLUSH = 0x00,
	NVM_WRITE = 0x01,
	NVM_READ = 0x02,
};
#define FEATURE_QUEUES   0x07u
#define QUEUE_CONTIGUOUS 0x01u          /* 5.3, 5.4: dword 11; no interrupts */

/* 5.15: what to identify. */
#define IDENTIFY_NAMESPACE  0x00u
#define IDENTIFY_CONTROLLER 0x01u
#define IDENTIFY_ACTIVE     0x02u
#define OLD_NAMESPACES      16u         /* tried at most on a 1.0 controller */

/* 4.6.1: type << 8 | code. */
enum {
	STATUS_PROTECTED = 0x020,
	STATUS_LBA_RANGE = 0x080,
	STATUS_NOT_READY = 0x082,
	STATUS_READ_ONLY_RANGE = 0x182,
	STATUS_WRITE_FAULT = 0x280,
	STATUS_TIMEOUT = 0xFFFF,        /* our own: the controller did not answer */
};
#define TYPE_MEDIA 2u

#define COMMAND_MS   30000u
#define LIST_ENTRIES 128u               /* the longest request, in pages */

struct command {
	uint16_t opcode;                /* bits 15:8 are flags; 0: PRPs, not fused */
	uint16_t id;
	uint32_t namespace;
	uint64_t zero;
	uint64_t metadata;
	uint64_t prp1, prp2;
	uint32_t dword10, dword11, dword12, dword13, dword14, dword15;
};
_Static_assert(sizeof(struct command) == 64, "submission queue entry");

struct completion {
	uint32_t dword0, zero;
	uint16_t head, queue;
	uint16_t id;
	volatile uint16_t status;       /* bit 0: the phase tag */
};
_Static_assert(sizeof(struct completion) == 16, "completion queue entry");

/* Aligned to the size of its list, so that the list is in one page (4.3). */
struct controller {
	uint64_t list[LIST_ENTRIES];    /* of PRPs */
	struct command *submissions;    /* of the queue in use */
	struct completion *completions;
	uint32_t doorbell;              /* of its submissions */
	uint32_t stride;                /* from that to the doorbell of its completions */
	uint32_t commands;              /* submitted to it so far */
	uint32_t registers;
	uint32_t queues;                /* for each a page of submissions, then completions */
	uint32_t page;                  /* bytes */
	uint32_t configuration;         /* CC without CC_ENABLE */
	uint32_t ready_ms;
	bool ready;                     /* the queue in use works */
	bool cached;                    /* has a volatile write cache */
};

struct namespace {
	struct controller *controller;
	uint32_t id;
	uint32_t shift;                 /* log2 of the sector size */
};

static uint32_t nvme_get(const struct controller *c, uint32_t offset)
{
	return read32(c->registers + offset);
}

static void nvme_put(const struct controller *c, uint32_t offset, uint32_t value)
{
	write32(c->registers + offset, value);
}

static void *nvme_submissions_of(const struct controller *c, uint32_t queue)
{
	return (void *)(c->queues + 2 * queue * c->page);
}

static void *nvme_completions_of(const struct controller *c, uint32_t queue)
{
	return (void *)(c->queues + (2 * queue + 1) * c->page);
}

/* 3.1.24: doorbells of submission and completion queues alternate. */
static void nvme_use_queue(struct controller *c, uint32_t queue)
{
	c->submissions = nvme_submissions_of(c, queue);
	c->completions = nvme_completions_of(c, queue);
	c->doorbell = c->registers + DOORBELLS + 2 * queue * c->stride;
	c->commands = 0;
	memset(c->completions, 0, QUEUE_ENTRIES * sizeof(*c->completions));
}

static struct command *nvme_prepare(struct controller *c, uint16_t opcode, uint32_t namespace)
{
	struct command *command = &c->submissions[c->commands % QUEUE_ENTRIES];

	memset(command, 0, sizeof(*command));
	command->opcode = opcode;
	command->namespace = namespace;
	return command;
}

/* 4.3: PRP 1 is the first page; PRP 2 the second, or a list of all others. */
static void nvme_set_buffer(struct controller *c, struct command *command, uint64_t buffer,
			    uint32_t bytes)
{
	uint64_t next = (buffer & ~(uint64_t)(c->page - 1)) + c->page;
	uint64_t end = buffer + bytes;

	command->prp1 = buffer;
	if (end <= next)
		return;
	command->prp2 = next;
	if (end <= next + c->page)
		return;
	command->prp2 = (uint32_t)c->list;
	for (uint64_t *entry = c->list; next < end; next += c->page)
		*entry++ = next;
}

/*
 * 4.1 and 7.2.1: submits the prepared command and waits for its completion. The phase tag
 * is 1 in the first pass through the queue, 0 in the second. Returns the status.
 */
static uint32_t nvme_execute(struct controller *c)
{
	uint32_t phase = ~(c->commands / QUEUE_ENTRIES) & 1;
	const struct completion *answer = &c->completions[c->commands % QUEUE_ENTRIES];
	uint32_t next = ++c->commands % QUEUE_ENTRIES;
	uint64_t deadline = deadline_in(COMMAND_MS);

	barrier();
	write32(c->doorbell, next);
	while ((answer->status & 1) != phase) {
		if (expired(&deadline)) {
			c->ready = false;
			return STATUS_TIMEOUT;
		}
		relax();
	}
	barrier();
	write32(c->doorbell + c->stride, next);
	return answer->status >> 1 & 0x7FF;
}

/* 3.1.6: waits until CSTS.RDY has the wanted value. */
static bool nvme_wait_ready(const struct controller *c, uint32_t wanted)
{
	uint64_t deadline = deadline_in(c->ready_ms);

	for (;;) {
		uint32_t status = nvme_get(c, CSTS);

		if (status == NO_CONTROLLER)
			return false;
		if ((status & CSTS_READY) == wanted)
			return true;
		if (wanted && status & CSTS_FATAL)
			return false;
		if (expired(&deadline))
			return false;
		relax();
	}
}

/*
 * 3.1.5: CC.EN must not change before CSTS.RDY has the same value. A controller that was
 * shut down or has failed may not get that far, and is reset anyway.
 */
static bool nvme_disable(const struct controller *c)
{
	uint32_t configuration = nvme_get(c, CC);

	if (configuration & CC_ENABLE) {
		if (!(nvme_get(c, CSTS) & (CSTS_FATAL | CSTS_SHUTDOWN)))
			nvme_wait_ready(c, CSTS_READY);
		nvme_put(c, CC, configuration & ~(CC_ENABLE | CC_SHUTDOWN));
	}
	return nvme_wait_ready(c, 0);
}

/* 7.6.1: the admin queue's registers, then CC; all but CC.EN while disabled. */
static bool nvme_enable(struct controller *c)
{
	if (!nvme_disable(c))
		return false;
	nvme_use_queue(c, ADMIN_QUEUE);
	nvme_put(c, AQA, (QUEUE_ENTRIES - 1) << 16 | (QUEUE_ENTRIES - 1));
	nvme_put(c, ASQ, (uint32_t)c->submissions);
	nvme_put(c, ASQ + 4, 0);
	nvme_put(c, ACQ, (uint32_t)c->completions);
	nvme_put(c, ACQ + 4, 0);
	nvme_put(c, CC, c->configuration);
	nvme_put(c, CC, c->configuration | CC_ENABLE);
	c->ready = nvme_wait_ready(c, CSTS_READY);
	return c->ready;
}

static bool nvme_create_queue(struct controller *c, uint16_t opcode, const void *memory,
			      uint32_t dword11)
{
	struct command *command = nvme_prepare(c, opcode, 0);

	command->prp1 = (uint32_t)memory;
	command->dword10 = (QUEUE_ENTRIES - 1) << 16 | IO_QUEUE;
	command->dword11 = dword11;
	return nvme_execute(c) == 0;
}

/*
 * 7.6.1: requests one I/O queue of each kind (5.21.1.7), whatever the controller answers, and
 * creates them (5.3 and 5.4). Returns false on a timeout or if one cannot be created.
 */
static bool nvme_create_queues(struct controller *c)
{
	nvme_prepare(c, ADMIN_SET_FEATURES, 0)->dword10 = FEATURE_QUEUES;
	if (nvme_execute(c) == STATUS_TIMEOUT)
		return false;
	if (!nvme_create_queue(c, ADMIN_CREATE_CQ, nvme_completions_of(c, IO_QUEUE),
			       QUEUE_CONTIGUOUS)
	    || !nvme_create_queue(c, ADMIN_CREATE_SQ, nvme_submissions_of(c, IO_QUEUE),
				  IO_QUEUE << 16 | QUEUE_CONTIGUOUS))
		return false;
	nvme_use_queue(c, IO_QUEUE);
	return true;
}

static bool nvme_start(struct controller *c)
{
	c->ready = nvme_enable(c) && nvme_create_queues(c);
	return c->ready;
}

static enum rj_status nvme_disk_status(uint32_t status)
{
	switch (status) {
	case 0:
		return RJ_DISK_OK;
	case STATUS_TIMEOUT:
		return RJ_DISK_TIMEOUT;
	case STATUS_LBA_RANGE:
		return RJ_DISK_NOT_FOUND;
	case STATUS_NOT_READY:
		return RJ_DISK_NOT_READY;
	case STATUS_PROTECTED:
	case STATUS_READ_ONLY_RANGE:
		return RJ_DISK_WRITE_PROTECTED;
	case STATUS_WRITE_FAULT:
		return RJ_DISK_WRITE_FAULT;
	}
	return status >> 8 == TYPE_MEDIA ? RJ_DISK_BAD_DATA : RJ_DISK_CONTROLLER;
}

/* 6.15 Write and 6.9 Read have the same fields. */
static void nvme_prepare_data(const struct namespace *ns, const struct rj_request *request)
{
	struct controller *c = ns->controller;
	uint16_t opcode = request->operation == RJ_WRITE ? NVM_WRITE : NVM_READ;
	struct command *command = nvme_prepare(c, opcode, ns->id);

	nvme_set_buffer(c, command, request->buffer, request->count << ns->shift);
	command->dword10 = (uint32_t)request->lba;
	command->dword11 = (uint32_t)(request->lba >> 32);
	command->dword12 = request->count - 1;
}

static enum rj_status nvme_transfer(void *context, const struct rj_request *request)
{
	const struct namespace *ns = context;
	struct controller *c = ns->controller;
	uint32_t status;

	if (!c->ready && !nvme_start(c))
		return RJ_DISK_TIMEOUT;
	switch (request->operation) {
	case RJ_READ:
	case RJ_WRITE:
		nvme_prepare_data(ns, request);
		break;
	case RJ_FLUSH:
		if (!c->cached)
			return RJ_DISK_OK;
		nvme_prepare(c, NVM_FLUSH, ns->id);
		break;
	default:
		return RJ_DISK_OK;
	}
	status = nvme_execute(c);
	if (status == STATUS_TIMEOUT)
		nvme_start(c);
	return nvme_disk_status(status);
}

/* 5.15.1: returns the data, in a page of the I/O queue, which is not in use yet; or NULL. */
static INIT const uint8_t *nvme_identify(struct controller *c, uint32_t what,
					 uint32_t namespace)
{
	struct command *command = nvme_prepare(c, ADMIN_IDENTIFY, namespace);

	if (!c->ready)
		return NULL;
	command->prp1 = (uint32_t)nvme_submissions_of(c, IO_QUEUE);
	command->dword10 = what;
	return nvme_execute(c) == 0 ? nvme_submissions_of(c, IO_QUEUE) : NULL;
}

static INIT uint32_t nvme_field32(const uint8_t *data, uint32_t offset)
{
	return read32((uint32_t)data + offset);
}

/* 5.15.2.1: the data of an inactive namespace is all zeros. */
static INIT void nvme_add_namespace(struct controller *c, uint32_t id, uint32_t max_bytes,
				    const struct rj_host *host)
{
	const uint8_t *data = nvme_identify(c, IDENTIFY_NAMESPACE, id);
	struct rj_disk disk = {
		.interface = "NVME    ", /* EDD-4 amendment 1; EDD 3.0 is older than NVMe */
		.device_path = { id },
		.transfer = nvme_transfer, .alignment = 4, .unit = id,
	};
	struct namespace *ns;
	uint32_t format;

	if (!data)
		return;
	disk.sectors = (uint64_t)nvme_field32(data, 4) << 32 | nvme_field32(data, 0);
	if (!disk.sectors)
		return;
	if (data[99] & 1)
		disk.flags = RJ_DISK_READONLY;
	format = nvme_field32(data, 128 + (data[26] & 0xFu) * 4);
	if (format & 0xFFFF || (format >> 16 & 0xFF) < 9 || (format >> 16 & 0xFF) > 12) {
		host->print("nvme: namespace %u: sector format %x is not supported", id, format);
		return;
	}
	ns = host->alloc(sizeof(*ns), 4);
	if (!ns)
		return;
	*ns = (struct namespace){ c, id, format >> 16 & 0xFF };
	disk.context = ns;
	disk.sector_size = 1u << ns->shift;
	disk.max_sectors = max_bytes >> ns->shift;
	host->add_disk(&disk);
}

/* Returns the active namespace with the next larger id (5.15.2.3), or 0. 1.0 has no list. */
static INIT uint32_t nvme_next_namespace(struct controller *c, uint32_t id, uint32_t count)
{
	const uint8_t *data = NULL;
	uint32_t next = id < count && id < OLD_NAMESPACES ? id + 1 : 0;

	if (nvme_get(c, VS) >= VERSION_1_1)
		data = nvme_identify(c, IDENTIFY_ACTIVE, id);
	if (data)
		next = nvme_field32(data, 0);
	return next > id ? next : 0;
}

/* 5.15.2.2: byte 77 is MDTS, 525 VWC, 516 NN. */
static INIT void nvme_add_namespaces(struct controller *c, const struct rj_host *host)
{
	const uint8_t *data = nvme_identify(c, IDENTIFY_CONTROLLER, 0);
	uint32_t max_bytes = LIST_ENTRIES * c->page, count, id = 0;

	if (!data) {
		host->print("nvme: IDENTIFY failed");
		return;
	}
	if (data[77] && data[77] < 7)
		max_bytes = c->page << data[77];
	c->cached = data[525] & 1;
	count = nvme_field32(data, 516);
	while ((id = nvme_next_namespace(c, id, count)) != 0)
		nvme_add_namespace(c, id, max_bytes, host);
}

/* 2.1.10: the registers are at BAR 0. */
static INIT uint32_t nvme_map(uint32_t pci, const struct rj_host *host, uint32_t size)
{
	uint64_t physical = pci_memory(pci, 0);

	return physical ? host->map(physical, size) : 0;
}

static INIT struct controller *nvme_new_controller(uint32_t pci, uint32_t registers,
						   const struct rj_host *host)
{
	uint32_t high = read32(registers + CAP_HIGH);
	uint32_t page = 4096u << CAP_MPSMIN(high), stride = 4u << CAP_DSTRD(high);
	struct controller *c = host->alloc(sizeof(*c), sizeof(c->list));
	void *queues = host->alloc(2 * QUEUES * page, page);

	registers = nvme_map(pci, host, DOORBELLS + 4 * stride);
	if (!c || !queues || !registers) {
		host->print("nvme: %s", registers ? "not enough memory for queues"
						  : "doorbells out of reach");
		return NULL;
	}
	c->queues = (uint32_t)queues;
	c->registers = registers;
	c->stride = stride;
	c->page = page;
	c->configuration = CC_MPS(CAP_MPSMIN(high)) | CC_IOSQES | CC_IOCQES;
	c->ready_ms = (CAP_TO(read32(registers + CAP)) + 1) * 500;
	return c;
}

/*
 * Bus Master stays off until the controller is disabled: what another system has queued may be
 * anywhere. Without it, a controller that waits for memory may not get that far.
 */
static INIT void nvme_attach(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers = nvme_map(pci, host, DOORBELLS);
	struct controller *c;

	timer_init(host->ticks_per_ms);
	if (!registers) {
		host->print("nvme: registers out of reach");
		return;
	}
	pci_enable(pci, PCI_MEMORY);
	if (!CAP_NVM(read32(registers + CAP_HIGH))) {
		host->print("nvme: no NVM command set");
		return;
	}
	c = nvme_new_controller(pci, registers, host);
	if (!c)
		return;
	nvme_disable(c);
	pci_enable(pci, PCI_BUS_MASTER);
	if (!nvme_enable(c)) {
		host->print("nvme: controller not ready, status %x", nvme_get(c, CSTS));
		return;
	}
	nvme_add_namespaces(c, host);
	c->ready = c->ready && nvme_create_queues(c);
}

static INIT bool nvme_is_queue_of_firmware(uint32_t at, const struct rj_host *host)
{
	uint64_t address = (uint64_t)read32(at + 4) << 32 | (read32(at) & ~0xFFFu);

	return address && !host->is_free_ram(address);
}

/* Enabled, ready, not fatal, not shut down; without a controller, all bits read as 1. */
static INIT bool nvme_is_firmwares(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers = nvme_map(pci, host, DOORBELLS);

	if (!registers || !(pci_read16(pci, PCI_COMMAND) & PCI_MEMORY))
		return false;
	return read32(registers + CC) & CC_ENABLE
		&& (read32(registers + CSTS) & (CSTS_READY | CSTS_FATAL | CSTS_SHUTDOWN))
			== CSTS_READY
		&& nvme_is_queue_of_firmware(registers + ASQ, host)
		&& nvme_is_queue_of_firmware(registers + ACQ, host);
}

DRIVER(nvme_is_firmwares, nvme_attach);
