/* SPDX-License-Identifier: MIT */
/*
 * LSI's and Broadcom's SAS HBAs from SAS2008 on, by MPI 2.0, 2.5 and 2.6. No specification is
 * published; registers, messages and configuration pages are cited by their names in Linux,
 * drivers/scsi/mpt3sas/mpi/mpi2*.h. What is sent, and how long is waited, is what mpt3sas_base.c
 * there and OpenBSD's mpii(4) have in common.
 *
 * Only one request is active at a time, and it is polled. Disks are read-only, since this has not
 * run on a card yet: it has no code that writes.
 */
#include "drivers/mpi.h"

#include "common/mem.h"
#include "drivers/scsi.h"
#include "hardware/io.h"
#include "hardware/pci.h"

/* struct MPI2_SYSTEM_INTERFACE_REGS; mpi.h has the others. */
#define REPLY_FREE   0x48u              /* ReplyFreeHostIndex: the next entry without a frame */
#define REPLY_POST   0x6Cu              /* ReplyPostHostIndex: the next that is looked at */
#define REQUEST_LOW  0xC0u              /* RequestDescriptorPostLow; the write of */
#define REQUEST_HIGH 0xC4u              /* the other half posts */
#define REGISTERS    0x100u             /* bytes */

#define MASK_RESET   0x40000000u        /* MPI2_HIM_RESET_IRQ_MASK */
#define MASK_ALL     (MASK_RESET | MPI_MASK_REPLIES | MPI_MASK_DOORBELL)
#define ALL_GONE     0xFFFFFFFFu        /* what a card that has left the bus reads as */

/* MPI2_REQ_DESCRIPT_FLAGS_*, and MPI2_RPY_DESCRIPT_FLAGS_*. */
enum { POST_SCSI_IO = 0x00, POST_DEFAULT = 0x08 };
enum { REPLY_IS_ADDRESS = 0x01, REPLY_TYPE = 0x0F };
#define UNUSED       0xFFFFFFFFu        /* half of a reply descriptor that is not there yet */
#define REQUEST      1u                 /* number 0 is not used */

#define QUEUE        16u                /* entries in each queue; they have to be a multiple of 16 */
#define REPLY_FRAMES 8u                 /* with one for the request, neither queue can get full */

#define HEADER_VERSION 0x3600u          /* MPI2_HEADER_VERSION */
#define VERSION_25   0x0205u            /* MPI25_VERSION: from here on with IEEE segments */
#define HAS_RAID     0x1000u            /* MPI2_IOCFACTS_CAPABILITY_INTEGRATED_RAID */

#define LEAVE_RESET_MS 20000u           /* these as in mpt3sas_base.c */
#define QUIET_MS     50u                /* MPI2_HARD_RESET_PCIE_FIRST_READ_DELAY_MICRO_SEC */
#define RESET_END_MS 300000u
#define OPERATIONAL_MS 15000u
#define PORT_MS      300000u
#define MESSAGE_MS   30000u
#define AGAIN_MS     100u

#define MAX_BYTES    0x10000u
#define DEVICES      256u               /* that are looked at */

struct ioc_facts_request {
	uint8_t zeros[3], function, more_zeros[8];
};
_Static_assert(sizeof(struct ioc_facts_request) == 12, "MPI2_IOC_FACTS_REQUEST");

struct ioc_facts {
	uint16_t version;
	uint8_t more[0x1A];
	uint32_t capabilities, firmware;
	uint16_t request_dwords;
	uint8_t others[0x10];
	uint8_t reply_dwords, volumes;
	uint8_t rest[12];
};
_Static_assert(offsetof(struct ioc_facts, capabilities) == 0x1C, "MPI2_IOC_FACTS_REPLY");
_Static_assert(offsetof(struct ioc_facts, request_dwords) == 0x24, "MPI2_IOC_FACTS_REPLY");
_Static_assert(offsetof(struct ioc_facts, reply_dwords) == 0x36, "MPI2_IOC_FACTS_REPLY");
_Static_assert(sizeof(struct ioc_facts) == 0x44, "MPI2_IOC_FACTS_REPLY");

struct port_enable {
	uint8_t zeros[3], function, more_zeros[8];
};
_Static_assert(sizeof(struct port_enable) == 12, "MPI2_PORT_ENABLE_REQUEST");

/* MPI2_SGE_SIMPLE64, and MPI2_IEEE_SGE_SIMPLE64. */
struct segment {
	uint32_t flags_bytes;
	uint64_t address;
} __attribute__((packed));
struct ieee_segment {
	uint64_t address;
	uint32_t bytes;
	uint8_t zeros[3], flags;
};
#define LAST_SEGMENT 0x40u              /* MPI25_IEEE_SGE_FLAGS_END_OF_LIST */

/* MPI2_SCSI_IO_REQUEST; since 2.5 MPI25_SCSI_IO_REQUEST, where fields in zeros are others. */
struct scsi_io {
	uint16_t device;
	uint8_t chain, function;
	uint8_t zeros[8];
	uint32_t sense;
	uint16_t flags;
	uint8_t sense_bytes, zero;
	uint8_t segments_offset;        /* in units of 4 bytes */
	uint8_t more_zeros[7];
	uint32_t bytes, back_bytes;
	uint16_t cdb_bytes;
	uint8_t protection[14];
	uint8_t lun[8];
	uint32_t control;
	uint8_t cdb[32];
	union {
		struct segment segment;
		struct ieee_segment ieee;
	};
};
_Static_assert(offsetof(struct scsi_io, sense) == 0x0C, "MPI2_SCSI_IO_REQUEST");
_Static_assert(offsetof(struct scsi_io, segments_offset) == 0x14, "MPI2_SCSI_IO_REQUEST");
_Static_assert(offsetof(struct scsi_io, cdb_bytes) == 0x24, "MPI2_SCSI_IO_REQUEST");
_Static_assert(offsetof(struct scsi_io, control) == 0x3C, "MPI2_SCSI_IO_REQUEST");
_Static_assert(offsetof(struct scsi_io, segment) == 0x60, "MPI2_SCSI_IO_REQUEST");
_Static_assert(sizeof(struct scsi_io) == 0x70, "MPI25_SCSI_IO_REQUEST");

/* MPI2_CONFIG_PAGE_HEADER; the length, in words, of extended pages is in the messages. */
struct page_header {
	uint8_t version, words, number, type;
};

/* Whose segment is none of IEEE's, even since 2.5 (mpt3sas_config.c). */
struct config {
	uint8_t action, segment_flags, chain, function;
	uint16_t words;
	uint8_t extended_type, flags;
	uint8_t zeros[12];
	struct page_header header;
	uint32_t address;
	struct segment segment;
};
_Static_assert(offsetof(struct config, header) == 0x14, "MPI2_CONFIG_REQUEST");
_Static_assert(offsetof(struct config, segment) == 0x1C, "MPI2_CONFIG_REQUEST");
enum { PAGE_HEADER = 0x00, PAGE_READ = 0x01 };  /* MPI2_CONFIG_ACTION_PAGE_* */

/* What MPI2_SCSI_IO_REPLY, MPI2_CONFIG_REPLY and MPI2_DEFAULT_REPLY begin with. */
struct reply {
	uint16_t device;
	uint8_t length, function;
	uint16_t words;                 /* of an extended page */
	uint8_t extended_type, flags;
	uint8_t zeros[4];
	uint8_t scsi_status, scsi_state;
	uint16_t status;
	uint32_t log;
	struct page_header header;
};
_Static_assert(offsetof(struct reply, scsi_status) == 0x0C, "MPI2_SCSI_IO_REPLY");
_Static_assert(offsetof(struct reply, status) == 0x0E, "MPI2_DEFAULT_REPLY");
_Static_assert(sizeof(struct reply) == 0x18, "MPI2_CONFIG_REPLY");
/* MPI2_SCSI_STATE_*: autosense failed, no SCSI status, terminated. */
#define STATE_FAILED 0x0Eu

/* MPI2_CONFIG_PAGE_SAS_DEV_0. */
struct sas_device {
	uint8_t header[8];
	uint16_t slot, enclosure;
	uint64_t name;                  /* SASAddress */
	uint16_t parent;
	uint8_t phy, access;
	uint16_t handle;
	uint8_t attached_phy, zone;
	uint32_t info;
	uint16_t flags;
} __attribute__((packed));
_Static_assert(offsetof(struct sas_device, name) == 0x0C, "MPI2_CONFIG_PAGE_SAS_DEV_0");
_Static_assert(offsetof(struct sas_device, handle) == 0x18, "MPI2_CONFIG_PAGE_SAS_DEV_0");
_Static_assert(offsetof(struct sas_device, flags) == 0x20, "MPI2_CONFIG_PAGE_SAS_DEV_0");
#define END_DEVICE    0x001u            /* MPI2_SAS_DEVICE_INFO_* */
#define DEVICE_TYPE   0x007u
#define IS_TARGET     0x680u            /* SSP_TARGET, STP_TARGET, SATA_DEVICE */
#define IS_PRESENT    0x001u            /* MPI2_SAS_DEVICE0_FLAGS_DEVICE_PRESENT */
#define NO_ERRORS     0x00u             /* MPI2_SAS_DEVICE0_ASTATUS_* */
#define CAPABILITY_FAILED 0x02u         /* of a SATA disk, which is used all the same */

/* MPI2_CONFIG_PAGE_RAID_VOL_1. */
struct volume {
	struct page_header header;
	uint16_t handle, reserved;
	uint8_t texts[40];
	uint64_t name;                  /* WWID */
};
_Static_assert(offsetof(struct volume, name) == 0x30, "MPI2_CONFIG_PAGE_RAID_VOL_1");

/* MPI2_CONFIG_PAGE_RD_PDISK_0: a part of a volume, or a spare. */
struct member {
	struct page_header header;
	uint16_t handle;
	uint8_t reserved, number;
};
_Static_assert(offsetof(struct member, number) == 0x07, "MPI2_CONFIG_PAGE_RD_PDISK_0");

union page {
	struct sas_device device;
	struct volume volume;
	struct member member;
	uint8_t bytes[512];
};

/* The pages; the address of each says which device is meant. */
enum page_kind { DEVICE_PAGE, VOLUME_PAGE, MEMBER_PAGE };
#define EXTENDED 0x0Fu                  /* MPI2_CONFIG_PAGETYPE_EXTENDED */
static const struct {
	uint8_t type, extended_type, number;
} pages[] = {
	[DEVICE_PAGE] = { EXTENDED, 0x12, 0 },  /* MPI2_CONFIG_EXTPAGETYPE_SAS_DEVICE */
	[VOLUME_PAGE] = { 0x08, 0, 1 },         /* MPI2_CONFIG_PAGETYPE_RAID_VOLUME */
	[MEMBER_PAGE] = { 0x0A, 0, 0 },         /* MPI2_CONFIG_PAGETYPE_RAID_PHYSDISK */
};
/* *_PGAD_FORM_GET_NEXT_*: the address is the handle, or number, of the one before, or these. */
#define FIRST_HANDLE 0xFFFFu
#define FIRST_NUMBER 0xFFu
#define NO_HANDLE    0u

struct descriptor {
	uint32_t low, high;
};

/* Aligned to 16 bytes, as queues are. */
struct controller {
	volatile struct descriptor replies[QUEUE];
	uint32_t free_frames[QUEUE];
	union page page;
	struct mpi2_ioc_init init;
	struct reply reply;             /* to the last request; zeros: it has succeeded */
	void *request;                  /* the frame with number REQUEST */
	uint32_t frames, frame_bytes;   /* for replies */
	uint32_t registers;
	uint32_t next, next_free;       /* indices of the queues */
	uint32_t starts;                /* how often it was initialised */
	uint32_t states;                /* that were passed, one in each nibble */
	bool is_gone;                   /* it is not initialised, or has not answered */
	bool is_ieee, has_raid;
	uint8_t data[SCSI_DATA] __attribute__((aligned(4)));
	uint8_t sense[SCSI_SENSE] __attribute__((aligned(4)));
};

struct unit {
	struct scsi_unit scsi;
	struct controller *controller;
	uint64_t name;
	enum page_kind kind;            /* DEVICE_PAGE, or VOLUME_PAGE */
	uint32_t starts;                /* the controller's for which the handle is valid */
	uint16_t handle;
};

static void put(const struct controller *c, uint32_t offset, uint32_t value)
{
	write32(c->registers + offset, value);
}

/* Copies what is needed of a frame with a reply to the request, and gives the frame back. */
static void take_frame(struct controller *c, uint32_t address, bool is_answer)
{
	if (is_answer)
		memcpy(&c->reply, (const void *)(uintptr_t)address, sizeof(c->reply));
	c->free_frames[c->next_free] = address;
	c->next_free = (c->next_free + 1) % QUEUE;
	barrier();
	put(c, REPLY_FREE, c->next_free);
}

/* Takes a reply descriptor. Returns whether it is the answer; others have number 0: events. */
static bool take_reply(struct controller *c)
{
	volatile struct descriptor *d = &c->replies[c->next];
	uint32_t low = d->low, high = d->high;
	bool is_answer = low >> 16 == REQUEST;

	if (low == UNUSED || high == UNUSED)
		return false;
	barrier();
	if ((low & REPLY_TYPE) == REPLY_IS_ADDRESS)
		take_frame(c, high, is_answer);
	d->low = d->high = UNUSED;
	c->next = (c->next + 1) % QUEUE;
	put(c, REPLY_POST, c->next);
	return is_answer;
}

/*
 * Posts the request, a MPI2_REQUEST_DESCRIPTOR_UNION, and waits for its answer. Without one it is
 * still active: there must not be another before a start.
 */
static bool run(struct controller *c, uint32_t type, uint32_t handle, uint32_t ms)
{
	uint64_t deadline = deadline_in(ms);

	memset(&c->reply, 0, sizeof(c->reply));
	barrier();
	put(c, REQUEST_LOW, REQUEST << 16 | type);
	put(c, REQUEST_HIGH, handle << 16);
	while (!take_reply(c)) {
		if (expired(&deadline)) {
			c->is_gone = true;
			return false;
		}
		relax();
	}
	return true;
}

/* Runs a request whose answer has only a status. */
static bool succeeds(struct controller *c, uint32_t ms)
{
	return run(c, POST_DEFAULT, 0, ms) && (c->reply.status & MPI_STATUS_MASK) == MPI_OK;
}

static void init_queues(struct controller *c)
{
	for (uint32_t i = 0; i < QUEUE; i++)
		c->replies[i].low = c->replies[i].high = UNUSED;
	for (uint32_t i = 0; i < REPLY_FRAMES; i++)
		c->free_frames[i] = c->frames + i * c->frame_bytes;
	c->next = 0;
	c->next_free = REPLY_FRAMES;
}

/* From READY to OPERATIONAL (_base_send_ioc_init). */
static bool init_card(struct controller *c)
{
	memset(&c->reply, 0, sizeof(c->reply));
	return mpi_handshake(c->registers, &c->init, sizeof(c->init) / 4, (uint16_t *)&c->reply,
			     sizeof(c->reply) / 2)
		&& (c->reply.status & MPI_STATUS_MASK) == MPI_OK
		&& mpi_wait(c->registers, MPI_DOORBELL, MPI_STATE_MASK,
			    (uint32_t)MPI_OPERATIONAL << 28, OPERATIONAL_MS);
}

/* The card finds its devices, and answers then. */
static bool enable_port(struct controller *c)
{
	*(struct port_enable *)c->request = (struct port_enable){ .function = MPI_PORT_ENABLE };
	return succeeds(c, PORT_MS);
}

static uint32_t doorbell_of(const struct controller *c)
{
	return mpi_read(c->registers, MPI_DOORBELL);
}

static bool is_ready(uint32_t doorbell)
{
	return MPI_STATE(doorbell) == MPI_READY && !(doorbell & MPI_DOORBELL_USED);
}

/* Ends what is active, unless the doorbell is in use: then it does not take the reset either. */
static bool reset_unit(const struct controller *c)
{
	uint32_t doorbell = doorbell_of(c);

	return is_ready(doorbell) || (!(doorbell & MPI_DOORBELL_USED) && mpi_unit_reset(c->registers));
}

/* Initialises the card, whatever it is doing. */
static bool start(struct controller *c)
{
	c->is_gone = true;
	c->starts++;
	put(c, MPI_INTERRUPT_MASK, MASK_ALL);
	if (!reset_unit(c))
		return false;
	init_queues(c);
	if (!init_card(c))
		return false;
	put(c, REPLY_FREE, c->next_free);
	put(c, REPLY_POST, c->next);
	c->is_gone = !enable_port(c);
	return !c->is_gone;
}

/* Reads a page to c->page: first its header, which has its version and length. */
static bool read_page(struct controller *c, enum page_kind kind, uint32_t address)
{
	struct config *r = c->request;
	uint32_t bytes;

	*r = (struct config){
		.action = PAGE_HEADER, .function = MPI_CONFIG, .extended_type = pages[kind].extended_type,
		.header = { .number = pages[kind].number, .type = pages[kind].type },
		.segment.flags_bytes = MPI_SEGMENT(false) };
	if (c->is_gone || !succeeds(c, MESSAGE_MS))
		return false;
	r->action = PAGE_READ;
	r->address = address;
	r->header.version = c->reply.header.version;
	r->header.words = c->reply.header.words;
	r->words = c->reply.words;
	bytes = (r->header.type == EXTENDED ? r->words : r->header.words) * 4u;
	if (bytes > sizeof(c->page))
		return false;
	memset(&c->page, 0, sizeof(c->page));
	r->segment.flags_bytes = MPI_SEGMENT(false) | bytes;
	r->segment.address = (uintptr_t)&c->page;
	return succeeds(c, MESSAGE_MS);
}

/* Returns the device's handle after this one, and leaves its page in c->page; or NO_HANDLE. */
static uint16_t next_handle(struct controller *c, enum page_kind kind, uint16_t handle)
{
	if (!read_page(c, kind, handle))
		return NO_HANDLE;
	return kind == VOLUME_PAGE ? c->page.volume.handle : c->page.device.handle;
}

static uint64_t name_in_page(const struct controller *c, enum page_kind kind)
{
	return kind == VOLUME_PAGE ? c->page.volume.name : c->page.device.name;
}

/* A start may give devices other handles, so each is then looked for by its name. */
static SELDOM bool find_again(struct unit *unit)
{
	struct controller *c = unit->controller;
	uint16_t handle = FIRST_HANDLE;

	for (uint32_t i = 0; i < DEVICES; i++) {
		handle = next_handle(c, unit->kind, handle);
		if (handle == NO_HANDLE)
			return false;
		if (name_in_page(c, unit->kind) == unit->name) {
			unit->handle = handle;
			unit->starts = c->starts;
			return true;
		}
	}
	return false;
}

static void prepare(const struct unit *unit, const struct scsi_command *command)
{
	struct controller *c = unit->controller;
	struct scsi_io *r = c->request;

	*r = (struct scsi_io){
		.device = unit->handle, .function = MPI_SCSI_IO, .sense = (uint32_t)(uintptr_t)c->sense,
		.sense_bytes = SCSI_SENSE, .segments_offset = offsetof(struct scsi_io, segment) / 4,
		.bytes = command->bytes, .cdb_bytes = scsi_cdb_size(command->cdb),
		.control = command->bytes ? MPI_CONTROL(false) : 0 };
	scsi_copy_cdb(r->cdb, command);
	if (c->is_ieee)
		r->ieee = (struct ieee_segment){ command->buffer, command->bytes, { 0 }, LAST_SEGMENT };
	else
		r->segment = (struct segment){ MPI_SEGMENT(false) | command->bytes, command->buffer };
}

/* Answers to attach's commands may be shorter. */
static SELDOM enum rj_status status_of(const struct controller *c, bool may_be_short)
{
	const struct reply *r = &c->reply;

	switch (r->status & MPI_STATUS_MASK) {
	case MPI_UNDERRUN:
		if (!r->scsi_status && !r->scsi_state && !may_be_short)
			return RJ_DISK_CONTROLLER;
		break;
	case MPI_OK:
	case MPI_RECOVERED:
	case MPI_OVERRUN:
		break;
	case MPI_BUSY:
	case MPI_NO_RESOURCES:
	case MPI_TASK_TERMINATED:
	case MPI_TERMINATED:
	case MPI_DEVICE_TERMINATED:
		delay_ms(AGAIN_MS);
		return SCSI_AGAIN;
	case MPI_BAD_TARGET:
	case MPI_NO_DEVICE:
		return RJ_DISK_TIMEOUT;
	default:
		return RJ_DISK_CONTROLLER;
	}
	return r->scsi_state & STATE_FAILED ? SCSI_AGAIN : scsi_status(r->scsi_status, c->sense);
}

static enum rj_status execute(struct scsi_unit *scsi, const struct scsi_command *command)
{
	struct unit *unit = (struct unit *)scsi;
	struct controller *c = unit->controller;

	if (c->is_gone || (unit->starts != c->starts && !find_again(unit)))
		return RJ_DISK_TIMEOUT;
	prepare(unit, command);
	if (run(c, POST_SCSI_IO, unit->handle, MESSAGE_MS))
		return status_of(c, command->buffer == (uintptr_t)c->data);
	start(c);
	return RJ_DISK_TIMEOUT;
}

/* A request without an answer has had the card initialised already, which may take minutes. */
static enum rj_status transfer(void *context, const struct rj_request *request)
{
	struct unit *unit = context;

	if (request->operation == RJ_WRITE)
		return RJ_DISK_WRITE_PROTECTED;
	if (request->operation != RJ_RESET)
		return scsi_transfer(&unit->scsi, request);
	return !unit->controller->is_gone || start(unit->controller) ? RJ_DISK_OK : RJ_DISK_TIMEOUT;
}

/* Returns the doorbell; its state is kept for the message. */
static INIT uint32_t look(struct controller *c)
{
	uint32_t doorbell = doorbell_of(c);

	if ((c->states & 0xF) != MPI_STATE(doorbell))
		c->states = c->states << 4 | MPI_STATE(doorbell);
	return doorbell;
}

/* Waits for another state than RESET. */
static INIT uint32_t leave_reset(struct controller *c)
{
	uint64_t deadline = deadline_in(LEAVE_RESET_MS);
	uint32_t doorbell;

	while (MPI_STATE(doorbell = look(c)) == MPI_RESET && !expired(&deadline))
		relax();
	return doorbell;
}

/* _base_diag_reset: the last resort. */
static INIT bool reset_card(struct controller *c, uint32_t doorbell, const struct rj_host *host)
{
	uint32_t diagnostic;

	host->warn("mpt3: the card's doorbell is %x; a reset may take minutes", doorbell);
	if (!mpi_diagnostic_reset(c->registers, QUIET_MS, RESET_END_MS))
		return false;
	diagnostic = mpi_read(c->registers, MPI_HOST_DIAGNOSTIC);
	put(c, MPI_HOST_DIAGNOSTIC, diagnostic & ~MPI_DIAGNOSTIC_HOLD);
	put(c, MPI_WRITE_SEQUENCE, MPI_LOCK);
	return is_ready(leave_reset(c));
}

/* From any state to READY, in which the card writes to no memory (_base_make_ioc_ready). */
static INIT bool make_ready(struct controller *c, const struct rj_host *host)
{
	uint32_t doorbell;

	put(c, MPI_INTERRUPT_MASK, MASK_ALL);
	doorbell = leave_reset(c);
	if (MPI_STATE(doorbell) == MPI_OPERATIONAL) {
		reset_unit(c);
		doorbell = look(c);
	}
	if (is_ready(doorbell))
		return true;
	return doorbell != ALL_GONE && reset_card(c, doorbell, host);
}

static INIT bool ask_facts(struct controller *c, struct ioc_facts *facts)
{
	static INIT_DATA const struct ioc_facts_request request = { .function = MPI_IOC_FACTS };

	memset(facts, 0, sizeof(*facts));
	return mpi_handshake(c->registers, &request, sizeof(request) / 4, (uint16_t *)facts,
			     sizeof(*facts) / 2)
		&& facts->request_dwords >= sizeof(struct scsi_io) / 4
		&& facts->reply_dwords >= sizeof(struct reply) / 4;
}

/* Frames of the sizes that the card wants: requests, of which number 0 is not used, and replies. */
static INIT bool make_queues(struct controller *c, const struct ioc_facts *facts,
			     const struct rj_host *host)
{
	uint32_t request_bytes = facts->request_dwords * 4u, replies = (REQUEST + 1) * request_bytes;
	uint8_t *memory;

	c->frame_bytes = facts->reply_dwords * 4u;
	memory = host->alloc(replies + REPLY_FRAMES * c->frame_bytes, 16);
	if (!memory)
		return false;
	c->request = memory + REQUEST * request_bytes;
	c->frames = (uint32_t)(uintptr_t)memory + replies;
	c->is_ieee = facts->version >= VERSION_25;
	c->has_raid = facts->capabilities & HAS_RAID;
	c->init = (struct mpi2_ioc_init){
		.who = MPI_HOST_DRIVER, .function = MPI_IOC_INIT, .version = facts->version,
		.header_version = HEADER_VERSION, .page_shift = MPI2_PAGE_SHIFT,
		.request_dwords = facts->request_dwords, .replies = QUEUE, .free_replies = QUEUE,
		.requests = (uintptr_t)memory, .reply_queue = (uintptr_t)c->replies,
		.free_queue = (uintptr_t)c->free_frames };
	return true;
}

/* EDD-3, interface type RAID: the number. */
static INIT void add_unit(struct unit *unit, uint32_t number, const struct rj_host *host)
{
	struct rj_disk disk = {
		.interface = "RAID    ", .device_path = { number }, .transfer = transfer,
		.alignment = 4, .unit = number };

	if (scsi_identify(&unit->scsi, &disk)) {
		disk.flags |= RJ_DISK_READONLY;
		scsi_add(&unit->scsi, sizeof(*unit), &disk, MAX_BYTES, host);
	} else {
		host->print("mpt3: %s%u is not ready, or no disk",
			    number & RJ_MEGARAID_PD ? "pd" : "ld", number & ~RJ_MEGARAID_PD);
	}
}

static INIT void add_volumes(struct controller *c, const struct rj_host *host)
{
	struct unit unit = {
		.scsi = { .execute = execute, .data = c->data }, .controller = c,
		.kind = VOLUME_PAGE, .handle = FIRST_HANDLE };

	for (uint32_t i = 0; i < DEVICES && !c->is_gone; i++) {
		unit.handle = next_handle(c, VOLUME_PAGE, unit.handle);
		if (unit.handle == NO_HANDLE)
			return;
		unit.name = c->page.volume.name;
		unit.starts = c->starts;
		add_unit(&unit, i, host);
	}
}

/* A disk at the HBA: where it is, and how to find it again. */
struct found {
	uint64_t name;
	uint16_t slot, enclosure;
	uint16_t handle;
	bool is_member;                 /* of a volume: it cannot be read by itself */
};

static INIT uint32_t place_of(const struct found *disk)
{
	return (uint32_t)disk->enclosure << 16 | disk->slot;
}

/* Keeps the list in the order of enclosures and slots, whatever the order of discovery was. */
static INIT void insert(struct found *list, uint32_t count, const struct sas_device *page)
{
	const struct found new = { page->name, page->slot, page->enclosure, page->handle, false };

	for (; count && place_of(&list[count - 1]) > place_of(&new); count--)
		list[count] = list[count - 1];
	list[count] = new;
}

/* _scsih_is_end_device, and _scsih_check_access_status. */
static INIT bool is_disk(const struct sas_device *page)
{
	return (page->info & DEVICE_TYPE) == END_DEVICE && page->info & IS_TARGET
		&& page->flags & IS_PRESENT
		&& (page->access == NO_ERRORS || page->access == CAPABILITY_FAILED);
}

static INIT bool is_member(struct controller *c, uint16_t handle)
{
	uint32_t number = FIRST_NUMBER;

	for (uint32_t i = 0; i < DEVICES && read_page(c, MEMBER_PAGE, number); i++) {
		if (c->page.member.handle == handle)
			return true;
		number = c->page.member.number;
	}
	return false;
}

static INIT uint32_t list_disks(struct controller *c, struct found *list)
{
	uint16_t handle = FIRST_HANDLE;
	uint32_t count = 0;

	for (uint32_t i = 0; i < DEVICES; i++) {
		handle = next_handle(c, DEVICE_PAGE, handle);
		if (handle == NO_HANDLE)
			break;
		if (is_disk(&c->page.device))
			insert(list, count++, &c->page.device);
	}
	for (uint32_t i = 0; i < count && c->has_raid; i++)
		list[i].is_member = is_member(c, list[i].handle);
	return count;
}

/*
 * The number has the enclosure, which the HBA counts itself, and the slot in it. A disk that does
 * not answer makes the list's handles invalid.
 */
static INIT void add_disks(struct controller *c, const struct rj_host *host)
{
	struct found *list = host->alloc(DEVICES * sizeof(*list), 8);
	uint32_t count = list ? list_disks(c, list) : 0, starts = c->starts;

	for (uint32_t i = 0; i < count && !c->is_gone; i++) {
		const struct found *disk = &list[i];
		struct unit unit = {
			.scsi = { .execute = execute, .data = c->data }, .controller = c,
			.name = disk->name, .kind = DEVICE_PAGE, .starts = starts, .handle = disk->handle };

		if (!disk->is_member)
			add_unit(&unit, RJ_MEGARAID_PD | (uint32_t)disk->enclosure << 8 | (disk->slot & 0xFF),
				 host);
	}
}

/* From READY on. Bus Master was off until then: what another system has queued may be anywhere. */
static INIT bool set_up(struct controller *c, uint32_t pci, const struct rj_host *host)
{
	struct ioc_facts facts;

	if (!ask_facts(c, &facts))
		return false;
	host->print("mpt3: MPI %x, firmware %x", (uint32_t)facts.version, facts.firmware);
	if (!make_queues(c, &facts, host)) {
		host->print("mpt3: not enough memory");
		return false;
	}
	pci_enable(pci, PCI_BUS_MASTER);
	host->warn("mpt3: waiting for the card to find its disks, at most %u s", PORT_MS / 1000);
	if (start(c))
		return true;
	reset_unit(c);                  /* what is still active would write to memory */
	return false;
}

static INIT void bring_up(struct controller *c, uint32_t pci, const struct rj_host *host)
{
	bool is_up = make_ready(c, host) && set_up(c, pci, host);

	look(c);
	(is_up ? host->print : host->warn)("mpt3: %sready, after states %x, status %x",
					   is_up ? "" : "not ", c->states, (uint32_t)c->reply.status);
}

static INIT void attach(uint32_t pci, const struct rj_host *host)
{
	uint32_t registers = pci_map(pci, REGISTERS, host);
	struct controller *c = host->alloc(sizeof(*c), 16);

	timer_init(host->ticks_per_ms);
	if (!registers || !c) {
		host->print("mpt3: registers out of reach, or not enough memory");
		return;
	}
	c->registers = registers;
	c->is_gone = true;
	pci_enable(pci, PCI_MEMORY);
	bring_up(c, pci, host);
	if (c->is_gone)
		return;
	if (c->has_raid)
		add_volumes(c, host);
	add_disks(c, host);
	if (c->is_gone)
		host->warn("mpt3: the card does not answer any more");
}

static INIT bool is_firmwares(uint32_t pci, const struct rj_host *host)
{
	return mpi_is_firmwares(pci, REGISTERS, host);
}

DRIVER(is_firmwares, attach);
