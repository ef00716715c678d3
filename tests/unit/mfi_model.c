/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "be.h"
#include "common/bda.h"
#include "fake_io.h"
#include "lsi_card.h"
#include "mfi_model.h"

/* struct megasas_register_set. */
enum {
	DOORBELL = 0x00, SEQUENCE = 0x04, DIAGNOSTIC = 0x08, MSG0 = 0x18, INBOUND_DOORBELL = 0x20, MASK = 0x34, QUEUE = 0x40,
	REPLY_FREE = 0x48, REPLY_POST = 0x6C, SCRATCH_PAD = 0xB0, QUEUE_LOW = 0xC0, QUEUE_HIGH = 0xC4,
};
#define FRAME      64u
#define REQUEST    256u
#define CHAIN      1024u
#define STEP_US    20u                  /* that a look at the clock takes */
#define FRAME_US   300u
#define LIMIT_MS   120000u

/* MFI_CMD_OP, MFI_STAT, and flags of a frame. */
enum { INIT_FRAME = 0, LD_SCSI = 3, PD_SCSI = 4, DCMD = 5 };
enum { OK = 0, BAD_COMMAND = 0x01, NO_DEVICE = 0x0C, SCSI_ERROR = 0x2D, PENDING = 0xFF };
enum { DONT_POST = 1, SGL64 = 2, SENSE64 = 4, WRITE = 8, READ = 16, IEEE = 32 };

static struct {
	struct card_config *config;
	struct pci_function pci;
	uint8_t state;
	uint64_t state_at, doorbell_until;
	uint32_t mask, high;
	bool high_written, low_written;
	uint32_t low;
	unsigned writes, resets, zeros;
	/* the diagnostic reset */
	uint64_t untouched_until, reset_end;    /* 0: none */
	unsigned keys, diagnostic_resets;
	/* the active frame */
	uint32_t frame;
	uint64_t due;
	uint32_t smid;                  /* 0: not by a message */
	/* Fusion */
	bool free_written, post_written;
	uint32_t free_index, host_index;
	uint32_t requests, replies, depth, next;
	uint64_t now, limit;
	uint32_t limit_ms;
} x;

uint8_t card_hard_disks;

static bool is_fusion(void)
{
	return x.config->kind == CARD_FUSION;
}

/* Memory. */
static uint8_t *dma(uint64_t address, uint32_t bytes, const char *what)
{
	return host_dma(&x.pci, address, bytes, what);
}

static void all_zero(const uint8_t *bytes, uint32_t from, uint32_t to, const char *what)
{
	for (uint32_t i = from; i < to; i++)
		if (bytes[i])
			fail_msg("%s: byte %x is %x, not 0", what, i, bytes[i]);
}

/* States: what follows one, and what has to be written to the doorbell to leave it. */
static const struct {
	uint8_t state, next, doorbell;
} steps[] = {
	{ CARD_UNDEFINED, CARD_BB_INIT, 0 },
	{ CARD_BB_INIT, CARD_FW_INIT, 0 },
	{ CARD_FW_INIT, CARD_WAIT_HANDSHAKE, 0 },
	{ CARD_WAIT_HANDSHAKE, CARD_FW_INIT_2, 0x18 },  /* CLEAR_HANDSHAKE | HOTPLUG */
	{ CARD_FW_INIT_2, CARD_DEVICE_SCAN, 0 },
	{ CARD_DEVICE_SCAN, CARD_BOOT_MESSAGE, 0 },
	{ CARD_BOOT_MESSAGE, CARD_FLUSH_CACHE, 0x10 },  /* HOTPLUG */
	{ CARD_FLUSH_CACHE, CARD_READY, 0 },
	{ CARD_OPERATIONAL, CARD_FLUSH_CACHE, 0x07 },   /* ABORT | READY | MFIMODE */
};

static size_t step_of(uint8_t state)
{
	size_t i = 0;

	while (i < COUNT_OF(steps) && steps[i].state != state)
		i++;
	return i;
}

static void enter(uint8_t state)
{
	x.state = state;
	x.state_at = x.now;
}

static void state_tick(void)
{
	size_t i = step_of(x.state);

	if (i < COUNT_OF(steps) && !steps[i].doorbell && x.config->stuck != CARD_STAYS(x.state)
	    && x.now >= x.state_at + x.config->step_ms * 1000u)
		enter(steps[i].next);
}

static void ring(uint32_t value)
{
	size_t i = step_of(x.state);

	if (x.now < x.doorbell_until)
		fail_msg("doorbell: %x is written while it is busy", value);
	if (i == COUNT_OF(steps) || !steps[i].doorbell || steps[i].doorbell != value)
		fail_msg("doorbell: %x is written in state %x", value, x.state);
	if (x.config->stuck == CARD_STAYS(x.state))
		return;
	if (x.state == CARD_OPERATIONAL) {
		x.frame = 0;            /* aborted */
		x.config->busy = false;
		x.resets++;
		x.requests = 0;
		x.doorbell_until = x.now + x.config->doorbell_ms * 1000u;
	}
	enter(steps[i].next);
}

/* Disks: SPC-4 and SBC-3. */
static struct card_disk *disk_of(uint8_t command, uint8_t target)
{
	for (unsigned i = 0; i < x.config->disk_count; i++) {
		struct card_disk *d = &x.config->disks[i];

		if (d->target == target && d->is_physical == (command == PD_SCSI))
			return d;
	}
	return NULL;
}

/* A frame for a disk, while it is served. */
struct io {
	struct card_disk *disk;
	const uint8_t *cdb;
	uint8_t *data, *sense;
	uint32_t bytes;
	bool write;
	uint8_t scsi_status;
};

static uint8_t check_condition(struct io *io, uint8_t key, uint8_t asc)
{
	memset(io->sense, 0, 18);
	io->sense[0] = 0x70;
	io->sense[2] = key;
	io->sense[7] = 10;
	io->sense[12] = asc;
	io->scsi_status = 2;
	return SCSI_ERROR;
}

static uint8_t answer(const struct io *io, const uint8_t *data, uint32_t size)
{
	if (io->write || !io->bytes)
		fail_msg("command %x: the data's direction is wrong", io->cdb[0]);
	memcpy(io->data, data, size < io->bytes ? size : io->bytes);
	return OK;
}

static uint8_t read_capacity(const struct io *io)
{
	uint8_t data[32] = { 0 };
	uint64_t last = io->disk->sectors - 1;
	uint32_t size = io->disk->sector_size ? io->disk->sector_size : 512;

	if (io->cdb[0] == 0x25) {
		put_be32(data, last >> 32 ? UINT32_MAX : (uint32_t)last);
		put_be32(data + 4, size);
		return answer(io, data, 8);
	}
	assert_int_equal(io->cdb[1], 0x10);
	put_be32(data, (uint32_t)(last >> 32));
	put_be32(data + 4, (uint32_t)last);
	put_be32(data + 8, size);
	return answer(io, data, 32);
}

static uint8_t move_sectors(struct io *io, bool write, uint64_t lba, uint32_t count)
{
	struct card_disk *d = io->disk;
	uint32_t size = d->sector_size ? d->sector_size : 512;

	if (is_fusion() && write)
		fail_msg("a write, but disks are read-only");
	if (io->write != write || io->bytes != count * size)
		fail_msg("command %x: %u sectors, %u bytes, %s", io->cdb[0], count, io->bytes,
			 io->write ? "write" : "read");
	if (lba + count > d->sectors)
		return check_condition(io, 5, 0x21);
	if (write && d->protected)
		return check_condition(io, 7, 0x27);
	write ? d->writes++ : d->reads++;
	for (uint32_t i = 0; i < io->bytes; i++) {
		uint8_t *at = &d->store[((lba % CARD_SECTORS) * 512 + i) % sizeof(d->store)];

		if (write)
			*at = io->data[i];
		else
			io->data[i] = *at;
	}
	return OK;
}

static uint8_t scsi(struct io *io)
{
	const uint8_t *cdb = io->cdb;
	struct card_disk *d = io->disk;
	uint8_t inquiry[36] = { d->type, d->removable ? 0x80 : 0, 5, 2, 31 };
	uint8_t mode[4] = { 3, 0, d->protected ? 0x80 : 0 };

	if (cdb[0] == 0x12)
		return answer(io, inquiry, sizeof(inquiry));
	if (d->attentions) {
		d->attentions--;
		return check_condition(io, 6, 0x29);
	}
	switch (cdb[0]) {
	case 0x00:
		return OK;
	case 0x1A:
		return answer(io, mode, sizeof(mode));
	case 0x25: case 0x9E:
		return read_capacity(io);
	case 0x28: case 0x2A:
		return move_sectors(io, cdb[0] == 0x2A, be32(cdb + 2), (uint32_t)cdb[7] << 8 | cdb[8]);
	case 0x88: case 0x8A:
		return move_sectors(io, cdb[0] == 0x8A, (uint64_t)be32(cdb + 2) << 32 | be32(cdb + 6),
				    be32(cdb + 10));
	case 0x35:
		if (d->no_flush)
			return check_condition(io, 5, 0x20);
		d->flushes++;
		return OK;
	}
	fail_msg("command %x is not expected", cdb[0]);
	return OK;
}

/* Frames. */
static void check_segment(const uint8_t *at, uint32_t bytes)
{
	uint64_t address = le64(at);

	if (address & 3 || !address || le32(at + 8) == 0)
		fail_msg("SGL: %llx, %u bytes", (unsigned long long)address, le32(at + 8));
	if (bytes && le32(at + 8) != bytes)
		fail_msg("SGL: %u bytes, but the frame has %u", le32(at + 8), bytes);
	all_zero(at, 12, 16, "SGL");
}

/* Returns whether the disk's next fault is that of this frame, and its status. */
static bool is_faulty(struct io *io, uint8_t *status)
{
	struct card_disk *d = io->disk;

	if (!d->faults || io->cdb[0] == 0x12)
		return false;
	d->faults--;
	*status = d->fault.status;
	if (d->fault.is_silent)
		*status = PENDING;
	else if (d->fault.scsi_status == 2)
		check_condition(io, d->fault.key, d->fault.asc);
	if (d->fault.scsi_status)
		io->scsi_status = d->fault.scsi_status;
	return true;
}

static uint8_t disk_frame(uint8_t *f)
{
	uint32_t flags = le16(f + 0x10), bytes = le32(f + 0x14);
	bool wants_ieee = x.config->kind == CARD_2008 || is_fusion();
	struct io io = { .disk = disk_of(f[0], f[4]), .cdb = f + 0x20, .bytes = bytes,
			 .write = flags & WRITE };
	uint8_t status = OK;

	if (flags != (uint32_t)(DONT_POST | SGL64 | SENSE64 | (wants_ieee ? IEEE : 0)
				| (bytes ? flags & WRITE ? WRITE : READ : 0)))
		fail_msg("frame: flags are %x", flags);
	if (f[1] != 18 || f[5] || f[7] != (bytes || !wants_ieee))
		fail_msg("frame: sense %u bytes, LUN %u, %u segments", f[1], f[5], f[7]);
	if (f[6] != (f[0x20] >> 5 == 0 ? 6 : f[0x20] >> 5 == 4 ? 16 : 10))
		fail_msg("frame: command %x has %u bytes", f[0x20], f[6]);
	if (f[7]) {
		check_segment(f + 0x30, bytes);
		io.data = dma(le64(f + 0x30), le32(f + 0x38), "data");
	} else {
		all_zero(f, 0x30, FRAME, "SGL");
	}
	if (le32(f + 0x18) & 3)
		fail_msg("frame: sense data at %x", le32(f + 0x18));
	io.sense = dma(le64(f + 0x18), 18, "sense");
	if (!io.disk)
		return NO_DEVICE;
	if (io.disk->type || (!io.disk->is_physical && !io.disk->state))
		fail_msg("a frame for target %u, which is offline or no disk", f[4]);
	if (!is_faulty(&io, &status))
		status = scsi(&io);
	f[3] = io.scsi_status;
	return status;
}

static uint8_t logical_list(uint8_t *data, uint32_t bytes)
{
	uint32_t count = 0;

	if (bytes != 8 + 64 * 16)
		fail_msg("LD GET LIST: %u bytes", bytes);
	for (unsigned i = 0; i < x.config->disk_count; i++) {
		const struct card_disk *d = &x.config->disks[i];
		uint8_t *row = data + 8 + count * 16;

		if (d->is_physical)
			continue;
		row[0] = (uint8_t)d->target;
		row[4] = d->state;
		le_store(row + 8, d->sectors, 8);
		count++;
	}
	le_store(data, count, 4);
	return x.config->list_status;
}

static uint8_t physical_list(uint8_t *data, uint32_t bytes)
{
	uint32_t count = 0;

	if (bytes != 8 + 256 * 24)
		fail_msg("PD LIST QUERY: %u bytes", bytes);
	for (unsigned i = 0; i < x.config->disk_count && !x.config->no_physical_list; i++) {
		const struct card_disk *d = &x.config->disks[i];
		uint8_t *row = data + 8 + count * 24;

		if (!d->is_physical)
			continue;
		le_store(row, d->target, 2);
		row[6] = d->type;
		count++;
	}
	le_store(data, 8 + count * 24, 4);
	le_store(data + 4, count, 4);
	return x.config->physical_status;
}

static uint8_t dcmd_frame(uint8_t *f)
{
	uint32_t flags = le16(f + 0x10), bytes = le32(f + 0x14), opcode = le32(f + 0x18);
	uint8_t *data = NULL;

	if (flags != (uint32_t)(DONT_POST | (bytes ? READ | SGL64 : 0)) || f[7] != (bytes != 0))
		fail_msg("DCMD %x: flags are %x, %u segments", opcode, flags, f[7]);
	all_zero(f, 0x1D, 0x28, "DCMD's mailbox");
	all_zero(f, 4, 7, "DCMD");
	if (bytes) {
		check_segment(f + 0x28, bytes);
		data = dma(le64(f + 0x28), bytes, "DCMD");
	} else {
		all_zero(f, 0x28, FRAME, "DCMD");
	}
	switch (opcode) {
	case 0x03010000:
		return f[0x1C] ? BAD_COMMAND : logical_list(data, bytes);
	case 0x02010100:
		if (f[0x1C] != 5)
			fail_msg("PD LIST QUERY: mailbox %u", f[0x1C]);
		return physical_list(data, bytes);
	case 0x01101000:
		if (f[0x1C] != 3 || bytes)
			fail_msg("CACHE FLUSH: mailbox %u, %u bytes", f[0x1C], bytes);
		x.config->flushes++;
		return OK;
	}
	fail_msg("DCMD %x", opcode);
	return BAD_COMMAND;
}

static uint16_t frames(void)
{
	return x.config->frames ? x.config->frames : 1008;
}

/* struct megasas_init_queue_info. */
static void check_queues(const uint8_t *queues)
{
	uint32_t count = le32(queues + 4);

	all_zero(queues, 0, 4, "queue info");
	if (!count || count > frames())
		fail_msg("queue info: %u replies", count);
	dma(le64(queues + 8), (count + 1) * 4, "reply queue");
	dma(le64(queues + 16), 4, "producer");
	dma(le64(queues + 24), 4, "consumer");
	if (le64(queues + 8) & 15)
		fail_msg("queue info: the reply queue is not aligned");
}

/* struct MPI2_IOC_INIT_REQUEST, as Linux and FreeBSD fill it in. */
static void check_ioc_init(const uint8_t *m)
{
	uint8_t expected[72] = {
		[0x00] = 4, [0x03] = 0x02,              /* WhoInit: host driver; Function */
		[0x0D] = 0x02, [0x0F] = 0x10,           /* MsgVersion 0200h, HeaderVersion 1000h */
		[0x16] = 12,                            /* HostPageSize, as a shift */
		[0x1A] = REQUEST / 4,                   /* SystemRequestFrameSize, dwords */
	};

	x.depth = le16(m + 0x1C);
	x.requests = le32(m + 0x28);
	x.replies = le32(m + 0x30);
	x.next = x.host_index = 0;
	le_store(expected + 0x1C, x.depth, 2);
	le_store(expected + 0x28, x.requests, 8);
	le_store(expected + 0x30, x.replies, 8);
	assert_memory_equal(m, expected, sizeof(expected));
	if (x.depth % 16 || x.depth < frames() || x.depth >= frames() + 17u)
		fail_msg("IOC INIT: %u replies for %u frames", x.depth, frames());
	if (!x.requests || x.requests % REQUEST || !x.replies || x.replies % 16)
		fail_msg("IOC INIT: %x, %x are not aligned", x.requests, x.replies);
	for (uint32_t i = 0; i < x.depth; i++)
		if (le64(dma(x.replies + i * 8, 8, "reply queue")) != UINT64_MAX)
			fail_msg("IOC INIT: reply %u is not marked as unused", i);
	if (!x.free_written || !x.post_written || x.free_index != x.depth - 1)
		fail_msg("IOC INIT: the indices of replies are not set");
}

/* struct megasas_init_frame; without driver_operations, so that lists have their first form. */
static uint8_t init_frame(uint8_t *f)
{
	uint32_t bytes = le32(f + 0x14);
	const uint8_t *queues = dma(le64(f + 0x18), bytes, "init");

	if (x.state != CARD_READY)
		fail_msg("init in state %x", x.state);
	if (le16(f + 0x10) != DONT_POST)
		fail_msg("init: flags are %x", le16(f + 0x10));
	all_zero(f, 3, 0x10, "init");
	all_zero(f, 0x20, FRAME, "init");
	if (bytes != (is_fusion() ? 72 : 32))
		fail_msg("init: %u bytes", bytes);
	is_fusion() ? check_ioc_init(queues) : check_queues(queues);
	if (x.config->init_status == OK)
		enter(CARD_OPERATIONAL);
	return x.config->init_status;
}

static uint8_t serve_frame(uint8_t *f)
{
	if (f[0] == INIT_FRAME && !x.smid)
		return init_frame(f);
	if (x.state != CARD_OPERATIONAL && x.config->init_status == OK)
		fail_msg("frame %u in state %x", f[0], x.state);
	if (is_fusion() && !x.smid)
		fail_msg("frame %u without a message", f[0]);
	if (le32(f + 8) || le32(f + 0xC) || le16(f + 0x12))
		fail_msg("frame %u: context, or timeout", f[0]);
	switch (f[0]) {
	case LD_SCSI: case PD_SCSI:
		return disk_frame(f);
	case DCMD:
		return dcmd_frame(f);
	}
	fail_msg("frame %u", f[0]);
	return BAD_COMMAND;
}

/* struct MPI2_SCSI_IO_SUCCESS_REPLY_DESCRIPTOR. */
static void post_reply(void)
{
	uint8_t *reply = dma(x.replies + x.next * 8, 8, "reply");

	if (le64(reply) != UINT64_MAX)
		fail_msg("reply %u is still in use", x.next);
	x.next = (x.next + 1) % x.depth;
	if (x.next == x.host_index)
		fail_msg("the reply queue is full");
	le_store(reply, (uint64_t)x.smid << 16, 8);
}

static void frame_tick(void)
{
	uint8_t *f;
	uint8_t status;

	if (!x.frame || x.now < x.due || x.config->no_answers)
		return;
	f = dma(x.frame, FRAME, "frame");
	x.due = UINT64_MAX;             /* until it is done */
	status = serve_frame(f);
	if (status == PENDING)
		return;
	if (x.smid && x.config->posts)
		post_reply();
	f[2] = status;
	x.frame = 0;
}

static void post(uint32_t address, uint32_t smid)
{
	const uint8_t *f = dma(address, FRAME, "frame");

	if (!address || address % FRAME)
		fail_msg("frame at %x", address);
	if (x.frame)
		fail_msg("a second frame is posted");
	if (x.mask != UINT32_MAX || !pci_function_has(&x.pci, PCI_INTX_DISABLE))
		fail_msg("a frame is posted while interrupts are on");
	if (x.state != CARD_READY && x.state != CARD_OPERATIONAL)
		fail_msg("a frame is posted in state %x", x.state);
	if (f[2] != PENDING)
		fail_msg("frame: the status is %x", f[2]);
	x.frame = address;
	x.smid = smid;
	x.due = x.now + FRAME_US;
}

/* struct MPI2_RAID_SCSI_IO_REQUEST with function F0h: every byte. */
static void post_message(uint32_t smid)
{
	const uint8_t *m;
	uint8_t expected[REQUEST] = { 0 };

	if (!x.requests || !smid || smid > frames())
		fail_msg("message %u is posted", smid);
	m = dma(x.requests + smid * REQUEST, REQUEST, "message");
	expected[0x02] = 8;                     /* ChainOffset, of 16 bytes */
	expected[0x03] = 0xF0;                  /* Function */
	expected[0x14] = 0x20;                  /* SGLOffset0, of 4 bytes */
	le_store(expected + 0x80, le32(m + 0x80), 8);
	le_store(expected + 0x88, CHAIN, 4);
	expected[0x8F] = 0x83;                  /* chain element, at an address of the host */
	assert_memory_equal(m, expected, REQUEST);
	dma(le32(m + 0x80), CHAIN, "chain");
	post(le32(m + 0x80), smid);
}

/* union MEGASAS_REQUEST_DESCRIPTOR_UNION: the low half first, whose bits 3:1 are the type. */
static void post_descriptor(uint32_t high)
{
	if (high || !x.low_written)
		fail_msg("descriptor: %x is written as the high half", high);
	x.low_written = false;
	switch (x.low & 0xF) {
	case 2:
		post(x.low & ~0xFu, 0);
		break;
	case 0:
		if (x.low & 0xFFFF)
			fail_msg("descriptor: %x", x.low);
		post_message(x.low >> 16);
		break;
	default:
		fail_msg("descriptor: %x", x.low);
	}
}

static void write_sequence(uint32_t value)
{
	if (x.state != CARD_FAULT)
		fail_msg("WriteSequence: %x is written in state %x", value, x.state);
	x.keys = lsi_card_key(x.keys, value);
}

static uint32_t read_diagnostic(void)
{
	bool is_open = x.keys == LSI_CARD_KEYS && !x.config->stays_locked;

	return (x.reset_end ? 0x04 : 0) | (is_open ? 0x80 : 0);
}

static void write_diagnostic(uint32_t value)
{
	if (value != 0x84 || read_diagnostic() != 0x80)
		fail_msg("HostDiagnostic: %x is written, and it is %x", value, read_diagnostic());
	x.diagnostic_resets++;
	x.untouched_until = x.now + 3000000;
	x.reset_end = x.now + x.config->reset_ms * UINT64_C(1000);
}

/* All that was set up is lost. */
static void reset_tick(void)
{
	if (!x.reset_end || x.now < x.reset_end)
		return;
	x.reset_end = 0;
	x.keys = 0;
	x.mask = 0;
	x.requests = 0;
	enter(CARD_UNDEFINED);
}

/* Time. */
static void tick(void)
{
	x.now += STEP_US;
	reset_tick();
	if (x.now > x.limit)
		fail_msg("not done after %u ms", x.limit_ms);
	state_tick();
	frame_tick();
}

uint64_t rdtsc(void)
{
	tick();
	return x.now * HOST_TICKS / 1000;
}

uint32_t card_now_ms(void)
{
	return (uint32_t)(x.now / 1000);
}

void card_limit_ms(uint32_t ms)
{
	x.limit_ms = ms;
	x.limit = x.now + ms * UINT64_C(1000);
}

/* Registers. */
static uint32_t offset_of(uint32_t address)
{
	if (address < WINDOW || address >= WINDOW + REGISTERS || address & 3)
		fail_msg("register %x", address);
	if (!pci_function_has(&x.pci, PCI_MEMORY))
		fail_msg("register %x, which is not decoded", address);
	if (x.now < x.untouched_until)
		fail_msg("register %x, in the first 3 s of a reset", address);
	return address - WINDOW;
}

/* The number of frames, in the states in which other drivers read it; in others, something else. */
static uint32_t low_bits(void)
{
	if (x.state == CARD_FAULT)
		return (uint32_t)x.config->can_reset << 1;
	return x.state == CARD_READY || x.state == CARD_OPERATIONAL ? frames() : 0x5A;
}

uint32_t read32(uint32_t address)
{
	uint32_t offset = offset_of(address);

	tick();
	if (x.config->gone)
		return UINT32_MAX;
	if (x.config->reads_zero && ++x.zeros % 4)
		return 0;
	if (offset == DIAGNOSTIC && is_fusion())
		return read_diagnostic();
	if (offset == DOORBELL && is_fusion())
		return x.now < x.doorbell_until;
	if (offset != (x.config->kind == CARD_1064 ? MSG0 : SCRATCH_PAD))
		fail_msg("read of register %x", offset);
	return (uint32_t)x.state << 28 | low_bits();
}

static void write_queue(uint32_t value)
{
	if (x.config->kind == CARD_1064)
		post(value << 3, 0);
	else if ((value & 0x3F) == 1)
		post(value - 1, 0);
	else
		fail_msg("queue: %x is written", value);
}

static void write_low(uint32_t value)
{
	if (is_fusion()) {
		x.low = value;
		x.low_written = true;
		return;
	}
	if (!x.high_written)
		fail_msg("queue: the low half is written first");
	x.high_written = false;
	write_queue(value);
}

static void write_high(uint32_t value)
{
	if (is_fusion()) {
		post_descriptor(value);
		return;
	}
	if (value)
		fail_msg("queue: %x is written as the high half", value);
	x.high_written = true;
}

static void write_reply_post(uint32_t value)
{
	x.post_written = true;
	if (x.requests && value >= x.depth)
		fail_msg("index of replies: %u", value);
	x.host_index = value;
}

void write32(uint32_t address, uint32_t value)
{
	uint32_t offset = offset_of(address);
	bool is_new = x.config->kind == CARD_2008 || is_fusion();

	tick();
	x.writes++;
	if (x.config->gone)
		return;
	if (offset == SEQUENCE && is_fusion())
		write_sequence(value);
	else if (offset == DIAGNOSTIC && is_fusion())
		write_diagnostic(value);
	else if (offset == MASK)
		x.mask = value;
	else if (offset == (is_new ? DOORBELL : INBOUND_DOORBELL))
		ring(value);
	else if (offset == QUEUE && !is_new)
		write_queue(value);
	else if (offset == QUEUE_LOW && is_new)
		write_low(value);
	else if (offset == QUEUE_HIGH && is_new)
		write_high(value);
	else if (offset == REPLY_FREE && is_fusion() && x.state == CARD_READY) {
		x.free_index = value;
		x.free_written = true;
	} else if (offset == REPLY_POST && is_fusion())
		write_reply_post(value);
	else
		fail_msg("register %x is written, %x", offset, value);
}

uint8_t read8(uint32_t address)
{
	assert_int_equal(address, BDA_HARD_DISKS);
	return card_hard_disks;
}

/* PCI: what another system's frames point to would be written. */
static void before_write_config(uint32_t offset, uint32_t value)
{
	if (offset == PCI_COMMAND && value & PCI_BUS_MASTER && x.config->busy)
		fail_msg("Bus Master is turned on in state %x", x.state);
}

/* Set up. */
static void fill_header(void)
{
	static const uint16_t devices[] = {
		[CARD_1064] = 0x0411, [CARD_1078] = 0x0060, [CARD_2008] = 0x0073, [CARD_FUSION] = 0x005D };
	const struct card_config *c = x.config;
	uint16_t device = c->device ? c->device : devices[c->kind];

	x.pci = pci_function(CARD_PCI, (uint32_t)device << 16 | LSI_VENDOR, 0x01040000,
			     (uint16_t)((c->memory_off ? 0 : PCI_MEMORY)
					| (c->bus_master ? PCI_BUS_MASTER : 0)));
	x.pci.before_write = before_write_config;
	pci_model_start(&x.pci, 1, tick);
	if (!c->no_bar)
		lsi_card_set_bars(&x.pci, c->ports_first);
}

void card_power_on(struct card_config *config)
{
	memset(&x, 0, sizeof(x));
	host_start(0, config->allocations);
	driver_host.map = lsi_card_map;
	x.config = config;
	card_hard_disks = 0;
	card_limit_ms(LIMIT_MS);
	fill_header();
	enter(config->state);
}

void card_set_state(uint8_t state)
{
	enter(state);
}

uint8_t card_current_state(void)
{
	return x.state;
}

unsigned card_resets(void)
{
	return x.resets;
}

unsigned card_diagnostic_resets(void)
{
	return x.diagnostic_resets;
}

uint16_t card_command(void)
{
	return pci_function_command(&x.pci);
}

unsigned card_writes(void)
{
	return x.writes + x.pci.writes;
}

struct card_disk card_disk(bool is_physical, uint16_t target)
{
	struct card_disk d = { .target = target, .is_physical = is_physical, .state = 3,
			       .sectors = 1u << 20, .attentions = 1 };

	for (uint32_t i = 0; i < sizeof(d.store); i++)
		d.store[i] = (uint8_t)(i / 512 * 7 + i + target);
	return d;
}

uint32_t card_attach(struct card_config *config, uint32_t limit_ms)
{
	uint32_t start;

	card_power_on(config);
	start = card_now_ms();
	card_limit_ms(limit_ms);
	interface.attach(CARD_PCI, &driver_host);
	return card_now_ms() - start;
}

enum rj_status card_request(const struct rj_disk *disk, enum rj_operation operation, uint64_t lba,
			    uint32_t count, void *buffer, uint32_t limit_ms)
{
	card_limit_ms(limit_ms);
	return host_request(disk, operation, lba, count, buffer);
}

void card_check_read(const struct rj_disk *disk, const struct card_disk *model)
{
	uint8_t *buffer = host_alloc(sizeof(model->store), 4);
	uint32_t count = (uint32_t)sizeof(model->store) / disk->sector_size;

	assert_non_null(buffer);
	assert_int_equal(card_request(disk, RJ_READ, 0, count, buffer, 1000), RJ_DISK_OK);
	assert_memory_equal(buffer, model->store, sizeof(model->store));
}

void card_check_one(uint32_t unit, const struct card_disk *model)
{
	const struct rj_disk *disk = &host_found.disks[0];

	assert_int_equal(host_found.disk_count, 1);
	assert_int_equal(disk->unit, unit);
	assert_int_equal(disk->sectors, model->sectors);
	assert_int_equal(disk->alignment, 4);
	assert_memory_equal(disk->interface, "RAID    ", 8);
	card_check_read(disk, model);
}
