/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "be.h"
#include "fake_io.h"
#include "lsi_card.h"
#include "mpt3_model.h"

/* struct MPI2_SYSTEM_INTERFACE_REGS. */
enum {
	DOORBELL = 0x00, SEQUENCE = 0x04, DIAGNOSTIC = 0x08, STATUS = 0x30, MASK = 0x34,
	REPLY_FREE = 0x48, REPLY_POST = 0x6C, REQUEST_LOW = 0xC0, REQUEST_HIGH = 0xC4,
};
#define ALL_MASKED 0x40000009u
#define CREDIT     100u
#define MOST_REPLIES 64u                /* MaxReplyDescriptorPostQueueDepth */
#define FRAMES     64u

#define STEP_US    20u                  /* that a look at the clock takes */
#define WORD_US    60u                  /* that the card needs for the doorbell */
#define REQUEST_US 300u
#define LIMIT_MS   120000u
#define NEVER      UINT64_MAX

/* MPI2_IOCSTATUS_*. */
enum { OK = 0x00, BAD_PAGE = 0x22, NO_DEVICE = 0x43, UNDERRUN = 0x45 };

/* The doorbell: a handshake's phases. */
enum phase { IDLE, BEGUN, WORDS, ANSWER, END };

/* A command for a disk, while it is served; and how it ends. */
struct io {
	struct hba_disk *disk;
	const uint8_t *cdb;
	uint8_t *data, *sense;
	uint32_t bytes, moved;
	uint16_t status;
	uint8_t scsi_status, scsi_state;
};

static struct {
	struct hba_config *config;
	struct pci_function pci;
	uint64_t now, limit, untouched_until;
	uint32_t limit_ms;
	unsigned writes, zeros, unit_resets, diagnostic_resets, starts;
	uint8_t state, next_state, who;
	uint64_t state_at;                      /* NEVER: it stays */
	uint32_t mask;
	/* the doorbell */
	enum phase phase;
	bool used, busy, interrupt, is_read;
	uint64_t busy_until, interrupt_at;
	uint32_t words[32], word_count, words_due;
	uint16_t answer[64];
	uint32_t answer_halves, answer_next;
	/* the diagnostic reset */
	unsigned keys;
	bool hold, resetting;
	uint64_t reset_end;
	/* queues */
	bool has_queues, indices_set, port_enabled;
	uint32_t requests, request_bytes, replies, depth, free_queue, free_depth, reply_bytes;
	uint32_t post_next, post_host, free_next, free_host;
	uint32_t given[FRAMES], given_count;    /* frames that the host has */
	bool free_written, post_written;
	/* the active request */
	uint32_t low, smid, type, handle;
	bool low_written;
	uint64_t due;
	uint8_t cdb[16];
} x;

/* Memory. */
static uint8_t *dma(uint64_t address, uint32_t bytes, const char *what)
{
	return host_dma(&x.pci, address, bytes, what);
}

static void check_bytes(const uint8_t *bytes, const uint8_t *expected, uint32_t count, const char *what)
{
	for (uint32_t i = 0; i < count; i++)
		if (bytes[i] != expected[i])
			fail_msg("%s: byte %x is %x, not %x", what, i, bytes[i], expected[i]);
}

static uint16_t or_else(uint16_t value, uint16_t standard)
{
	return value ? value : standard;
}

static uint16_t version(void)
{
	return or_else(x.config->version, 0x0205);
}

/* States. */
static void enter(uint8_t state, unsigned ms)
{
	x.next_state = state;
	x.state_at = x.now + ms * UINT64_C(1000);
}

static void forget(void)
{
	x.has_queues = x.indices_set = x.port_enabled = x.free_written = x.post_written = false;
	x.smid = x.given_count = 0;
	x.phase = IDLE;
	x.used = x.busy = x.interrupt = false;
	x.interrupt_at = NEVER;
}

/* Devices: which handles they have now. */
static bool is_volume(const struct hba_disk *d)
{
	return d->kind == HBA_VOLUME;
}

static uint16_t handle_of(unsigned index)
{
	unsigned at = (index * 5 + (x.config->moves ? x.starts : 0)) % HBA_DISKS;

	return (uint16_t)((is_volume(&x.config->disks[index]) ? 0x100 : 0x9) + at);
}

static struct hba_disk *disk_with(uint16_t handle)
{
	for (unsigned i = 0; i < x.config->disk_count; i++)
		if (handle_of(i) == handle)
			return &x.config->disks[i];
	return NULL;
}

/* The next of these devices after a handle or number, by handle; FFFFh: the first. */
static struct hba_disk *next_of(bool wants_volume, bool wants_member, uint32_t after, uint16_t *handle)
{
	struct hba_disk *found = NULL;

	for (unsigned i = 0; i < x.config->disk_count; i++) {
		struct hba_disk *d = &x.config->disks[i];
		uint16_t of = handle_of(i);

		if (is_volume(d) != wants_volume || (wants_member && !d->is_member)
		    || (after != 0xFFFF && of <= after) || (found && of >= *handle))
			continue;
		found = d;
		*handle = of;
	}
	return found;
}

/* Disks: SPC-4 and SBC-3. */
static void check_condition(struct io *io, uint8_t key, uint8_t asc)
{
	memset(io->sense, 0, 18);
	io->sense[0] = 0x70;
	io->sense[2] = key;
	io->sense[7] = 10;
	io->sense[12] = asc;
	io->scsi_status = 2;
	io->scsi_state = 1;             /* autosense is valid */
}

static void answer(struct io *io, const uint8_t *data, uint32_t size)
{
	if (io->disk->is_short)
		size -= size / 8;
	io->moved = size < io->bytes ? size : io->bytes;
	memcpy(io->data, data, io->moved);
	if (io->moved < io->bytes)
		io->status = UNDERRUN;
}

static uint32_t sector_size(const struct hba_disk *d)
{
	return d->sector_size ? d->sector_size : 512;
}

static void read_capacity(struct io *io)
{
	uint8_t data[32] = { 0 };
	uint64_t last = io->disk->sectors - 1;

	if (io->cdb[0] == 0x25) {
		put_be32(data, last >> 32 ? UINT32_MAX : (uint32_t)last);
		put_be32(data + 4, sector_size(io->disk));
		answer(io, data, 8);
		return;
	}
	assert_int_equal(io->cdb[1], 0x10);
	put_be32(data, (uint32_t)(last >> 32));
	put_be32(data + 4, (uint32_t)last);
	put_be32(data + 8, sector_size(io->disk));
	answer(io, data, 32);
}

static void read_sectors(struct io *io, uint64_t lba, uint32_t count)
{
	struct hba_disk *d = io->disk;
	uint32_t size = sector_size(d);

	if (io->bytes != count * size)
		fail_msg("command %x: %u sectors, %u bytes", io->cdb[0], count, io->bytes);
	if (lba + count > d->sectors) {
		check_condition(io, 5, 0x21);
		return;
	}
	for (uint32_t i = 0; i < io->bytes; i++)
		io->data[i] = d->store[((lba % HBA_SECTORS) * size + i) % sizeof(d->store)];
	io->moved = io->bytes;
}

static void scsi(struct io *io)
{
	const uint8_t *cdb = io->cdb;
	uint8_t inquiry[36] = { io->disk->type, io->disk->is_removable ? 0x80 : 0, 5, 2, 31 }, mode[4] = { 3 };

	if (cdb[0] != 0x12 && io->disk->attentions) {
		io->disk->attentions--;
		check_condition(io, 6, 0x29);
		return;
	}
	switch (cdb[0]) {
	case 0x00: case 0x35:
		return;
	case 0x12:
		answer(io, inquiry, sizeof(inquiry));
		return;
	case 0x1A:
		answer(io, mode, sizeof(mode));
		return;
	case 0x25: case 0x9E:
		read_capacity(io);
		return;
	case 0x28:
		read_sectors(io, be32(cdb + 2), (uint32_t)cdb[7] << 8 | cdb[8]);
		return;
	case 0x88:
		read_sectors(io, (uint64_t)be32(cdb + 2) << 32 | be32(cdb + 6), be32(cdb + 10));
		return;
	}
	fail_msg("command %x is not expected", cdb[0]);
}

/* Queues. */
static void post_descriptor(uint64_t value)
{
	uint8_t *at = dma(x.replies + x.post_next * 8, 8, "reply");

	if (le64(at) != UINT64_MAX)
		fail_msg("reply %u is still in use", x.post_next);
	x.post_next = (x.post_next + 1) % x.depth;
	if (x.post_next == x.post_host)
		fail_msg("the reply queue is full");
	le_store(at, value, 8);
}

/* MPI2_ADDRESS_REPLY_DESCRIPTOR, with a frame from the free queue, which the host then has. */
static void post_frame(uint32_t smid, const uint8_t *reply, uint32_t bytes)
{
	uint32_t address;
	uint8_t *frame;

	if (x.free_next == x.free_host)
		fail_msg("there is no free reply frame");
	address = le32(dma(x.free_queue + x.free_next * 4, 4, "free queue"));
	x.free_next = (x.free_next + 1) % x.free_depth;
	if (!address || address & 3)
		fail_msg("reply frame at %x", address);
	frame = dma(address, x.reply_bytes, "reply frame");
	memset(frame, 0xE5, x.reply_bytes);
	memcpy(frame, reply, bytes);
	x.given[x.given_count++] = address;
	post_descriptor((uint64_t)address << 32 | smid << 16 | 0x01);
}

/* MPI2_DEFAULT_REPLY. */
static void fill_reply(uint8_t *reply, uint8_t words, uint8_t function, uint16_t status)
{
	reply[0x02] = words;
	reply[0x03] = function;
	le_store(reply + 0x0E, status, 2);
	if (status)
		le_store(reply + 0x0E, status | 0x8000u, 2);    /* with IOCLogInfo */
}

/* MPI2_EVENT_NOTIFICATION_REPLY: of number 0. */
static void post_event(void)
{
	uint8_t event[0x1C] = { 0 };

	fill_reply(event, sizeof(event) / 4, 0x07, OK);
	event[0x14] = 0x16;             /* MPI2_EVENT_SAS_DISCOVERY */
	post_frame(0, event, sizeof(event));
}

/* What the host gives back: frames that it has, each once. */
static void write_free(uint32_t value)
{
	if (!x.has_queues || value >= x.free_depth)
		fail_msg("ReplyFreeHostIndex: %u", value);
	for (uint32_t i = x.free_host; i != value && x.free_written; i = (i + 1) % x.free_depth) {
		uint32_t address = le32(dma(x.free_queue + i * 4, 4, "free queue")), n = 0;

		while (n < x.given_count && x.given[n] != address)
			n++;
		if (n == x.given_count)
			fail_msg("frame %x is given back, which the card has", address);
		x.given[n] = x.given[--x.given_count];
	}
	x.free_host = value;
	x.free_written = true;
}

static void write_post(uint32_t value)
{
	if (!x.has_queues || value >= x.depth)
		fail_msg("ReplyPostHostIndex: %u", value);
	for (uint32_t i = x.post_host; i != value; i = (i + 1) % x.depth)
		if (i == x.post_next || le64(dma(x.replies + i * 8, 8, "reply")) != UINT64_MAX)
			fail_msg("reply %u is not marked as unused, or was none", i);
	x.post_host = value;
	x.post_written = true;
}

/* Messages through the doorbell: MPI2_IOC_FACTS_REQUEST and _REPLY. */
static void serve_facts(const uint8_t *m, uint8_t *reply)
{
	static const uint8_t expected[12] = { [3] = 0x03 };

	assert_int_equal(x.words_due, 3);
	check_bytes(m, expected, sizeof(expected), "IOC FACTS");
	fill_reply(reply, x.config->long_facts ? 20 : 17, 0x03, OK);
	le_store(reply, version(), 2);
	le_store(reply + 0x04, 0x2800, 2);
	reply[0x15] = x.who;
	le_store(reply + 0x18, CREDIT, 2);
	le_store(reply + 0x1C, 0x2000u | (x.config->has_raid ? 0x1000u : 0), 4);
	le_store(reply + 0x20, 0x14000700, 4);
	le_store(reply + 0x24, or_else(x.config->request_dwords, 32), 2);
	le_store(reply + 0x34, MOST_REPLIES, 2);
	reply[0x36] = (uint8_t)or_else(x.config->reply_dwords, 32);
	le_store(reply + 0x38, 0x200, 2);
}

/* MPI2_IOC_INIT_REQUEST, as Linux fills it in, but for the time. */
static void check_init(const uint8_t *m)
{
	uint8_t expected[72] = {
		[0x00] = 4, [0x03] = 0x02,              /* WhoInit: host driver; Function */
		[0x0F] = 0x36,                          /* HeaderVersion */
		[0x16] = 12,                            /* HostPageSize, as a shift */
	};

	x.request_bytes = or_else(x.config->request_dwords, 32) * 4u;
	x.reply_bytes = or_else(x.config->reply_dwords, 32) * 4u;
	x.depth = le16(m + 0x1C);
	x.free_depth = le16(m + 0x1E);
	x.requests = le32(m + 0x28);
	x.replies = le32(m + 0x30);
	x.free_queue = le32(m + 0x38);
	le_store(expected + 0x0C, version(), 2);
	le_store(expected + 0x1A, x.request_bytes / 4, 2);
	le_store(expected + 0x1C, x.depth, 2);
	le_store(expected + 0x1E, x.free_depth, 2);
	le_store(expected + 0x28, x.requests, 8);
	le_store(expected + 0x30, x.replies, 8);
	le_store(expected + 0x38, x.free_queue, 8);
	check_bytes(m, expected, sizeof(expected), "IOC INIT");
	if (!x.depth || x.depth % 16 || x.depth > MOST_REPLIES || !x.free_depth || x.free_depth % 16)
		fail_msg("IOC INIT: queues of %u and %u", x.depth, x.free_depth);
	if (!x.requests || (x.requests | x.replies | x.free_queue) % 16)
		fail_msg("IOC INIT: %x, %x, %x are not aligned", x.requests, x.replies, x.free_queue);
	for (uint32_t i = 0; i < x.depth; i++)
		if (le64(dma(x.replies + i * 8, 8, "reply queue")) != UINT64_MAX)
			fail_msg("IOC INIT: reply %u is not marked as unused", i);
	dma(x.free_queue, x.free_depth * 4, "free queue");
}

static void serve_init(const uint8_t *m, uint8_t *reply)
{
	assert_int_equal(x.words_due, 18);
	if (x.state != HBA_READY)
		fail_msg("IOC INIT in state %x", x.state);
	check_init(m);
	fill_reply(reply, 5, 0x02, x.config->init_status);
	if (x.config->init_status)
		return;
	x.has_queues = true;
	x.post_next = x.post_host = x.free_next = x.free_host = 0;
	x.who = 4;
	x.starts++;
	enter(HBA_OPERATIONAL, 1);
}

static void serve_handshake(void)
{
	uint8_t reply[128] = { 0 };
	const uint8_t *m = (const uint8_t *)x.words;

	m[3] == 0x03 ? serve_facts(m, reply) : serve_init(m, reply);
	x.answer_halves = reply[2] * 2u;
	x.answer_next = 0;
	memcpy(x.answer, reply, sizeof(reply));
	x.phase = ANSWER;
	x.is_read = false;
	x.interrupt_at = x.config->no_answers ? NEVER : x.now + 5 * WORD_US;
}

static void reset_unit(void)
{
	if (x.state == HBA_FAULT || x.state == HBA_RESET || x.used)
		fail_msg("a message unit reset in state %x, doorbell used: %u", x.state, x.used);
	x.unit_resets++;
	x.busy = true;
	x.busy_until = x.now + WORD_US;
	if (x.config->no_unit_reset)
		return;
	forget();
	x.busy = true;
	x.config->busy = false;
	x.who = 0;
	enter(HBA_READY, x.config->unit_ms);
}

static void write_doorbell(uint32_t value)
{
	if (x.busy)
		fail_msg("doorbell: %x is written while it is busy", value);
	if (x.phase == WORDS) {
		if (x.interrupt)
			fail_msg("doorbell: an interrupt is not acknowledged");
		x.words[x.word_count++] = value;
	} else if (value == 0x40000000) {
		reset_unit();
		return;
	} else if (x.phase == IDLE && value >> 24 == 0x42 && !x.used && !x.interrupt) {
		if (x.state != HBA_READY && x.state != HBA_OPERATIONAL)
			fail_msg("a handshake in state %x", x.state);
		x.phase = BEGUN;
		x.words_due = value >> 16 & 0xFF;
		x.word_count = 0;
		x.used = true;
		x.interrupt_at = x.config->no_handshake ? NEVER : x.now + WORD_US;
		if (!x.words_due || x.words_due > COUNT_OF(x.words) || value & 0xFFFF)
			fail_msg("doorbell: %x", value);
	} else {
		fail_msg("doorbell: %x is written in phase %u", value, x.phase);
	}
	x.busy = true;
	x.busy_until = x.now + WORD_US;
}

static uint32_t read_doorbell(void)
{
	uint32_t value = (uint32_t)x.state << 28 | (x.used ? 0x08000000u : 0) | (uint32_t)x.who << 24;

	if (x.phase == ANSWER) {
		x.is_read = x.interrupt;
		value |= x.interrupt ? x.answer[x.answer_next] : 0x5A5A;        /* not written yet */
	} else if (x.state == HBA_FAULT) {
		value |= 0x265D;
	}
	return value;
}

static void acknowledge(void)
{
	if (!x.interrupt)
		return;
	x.interrupt = false;
	switch (x.phase) {
	case BEGUN:
		x.phase = WORDS;
		break;
	case ANSWER:
		if (!x.is_read)
			fail_msg("doorbell: acknowledged without being read");
		x.is_read = false;
		x.phase = ++x.answer_next == x.answer_halves ? END : ANSWER;
		x.interrupt_at = x.now + WORD_US;
		break;
	case END:
		x.phase = IDLE;
		break;
	default:
		break;
	}
}

/* Configuration pages: what one is, and its contents. */
struct page {
	uint8_t type, extended_type, number, version;
	uint32_t bytes;
	uint8_t data[256];
};

static void device_page(struct page *page, const struct hba_disk *d, uint16_t handle)
{
	static const uint32_t info[] = {
		[HBA_SAS] = 0x401, [HBA_SATA] = 0x881, [HBA_EXPANDER] = 0x502, [HBA_SMP] = 0x101 };

	le_store(page->data + 0x08, d->slot, 2);
	le_store(page->data + 0x0A, d->enclosure, 2);
	le_store(page->data + 0x0C, d->name, 8);
	page->data[0x17] = d->access;
	le_store(page->data + 0x18, handle, 2);
	le_store(page->data + 0x1C, info[d->kind], 4);
	le_store(page->data + 0x20, d->is_absent ? 0 : 1, 2);
}

/* Returns false if there is none after this address. */
static bool find_page(struct page *page, uint32_t address)
{
	bool volumes = page->type == 0x08, members = page->type == 0x0A;
	uint16_t handle = 0;
	const struct hba_disk *d;

	if (members)            /* numbers: as handles, but of one byte */
		address = address == 0xFF ? 0xFFFF : address;
	d = next_of(volumes, members, address, &handle);
	if (!d)
		return false;
	if (page->extended_type == 0x12)
		device_page(page, d, handle);
	else
		le_store(page->data + 0x04, handle, 2);
	if (volumes)
		le_store(page->data + 0x30, d->name, 8);
	if (members)
		page->data[0x07] = (uint8_t)handle;
	return true;
}

static struct page page_of(const uint8_t *m)
{
	static const struct page known[] = {
		{ .type = 0x0F, .extended_type = 0x12, .number = 0, .version = 9, .bytes = 0x44 },
		{ .type = 0x08, .number = 1, .version = 3, .bytes = 0x40 },
		{ .type = 0x0A, .number = 0, .version = 5, .bytes = 0x78 },
	};

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (m[0x17] == known[i].type && m[0x06] == known[i].extended_type && m[0x16] == known[i].number) {
			if (i && !x.config->has_raid)
				fail_msg("page %x of a card without RAID", m[0x17]);
			return known[i];
		}
	fail_msg("page %x, %x, %x", m[0x17], m[0x06], m[0x16]);
	return known[0];
}

static void put_lengths(uint8_t *m, const struct page *page)
{
	m[0x14] = page->version;
	if (page->type == 0x0F)
		le_store(m + 0x04, page->bytes / 4, 2);
	else
		m[0x15] = (uint8_t)(page->bytes / 4);
}

/* MPI2_CONFIG_REQUEST: every byte; its segment is MPI's in all versions. */
static void serve_config(const uint8_t *m)
{
	struct page page = page_of(m);
	uint8_t expected[0x28] = { [0x03] = 0x04, [0x06] = page.extended_type,
				   [0x16] = page.number, [0x17] = page.type }, reply[0x18] = { 0 };
	uint16_t status = OK;

	le_store(expected + 0x1C, 0xD3000000, 4);
	if (m[0]) {
		expected[0] = 0x01;
		put_lengths(expected, &page);
		le_store(expected + 0x18, le32(m + 0x18) & 0xFFFF, 4);
		le_store(expected + 0x1C, 0xD3000000 | page.bytes, 4);
		le_store(expected + 0x20, le32(m + 0x20), 8);
		if (find_page(&page, le32(m + 0x18)))
			memcpy(dma(le64(m + 0x20), page.bytes, "page"), page.data, page.bytes);
		else
			status = BAD_PAGE;
	}
	check_bytes(m, expected, sizeof(expected), "CONFIG");
	fill_reply(reply, 6, 0x04, status);
	reply[0] = m[0];
	reply[0x06] = page.extended_type;
	reply[0x16] = page.number;
	reply[0x17] = page.type;
	put_lengths(reply, &page);
	post_frame(x.smid, reply, sizeof(reply));
}

/* The segment, which is the only one; without bytes its address does not count. Returns the data. */
static uint8_t *check_segment(const uint8_t *m, uint8_t *expected, uint32_t bytes)
{
	uint64_t address = version() >= 0x0205 ? le64(m + 0x60) : le64(m + 0x64);

	if (version() >= 0x0205) {
		le_store(expected + 0x60, address, 8);
		le_store(expected + 0x68, bytes, 4);
		expected[0x6F] = 0x40;
	} else {
		le_store(expected + 0x60, 0xD3000000 | bytes, 4);
		le_store(expected + 0x64, address, 8);
	}
	if (address & 3)
		fail_msg("SGL: %llx", (unsigned long long)address);
	return bytes ? dma(address, bytes, "data") : NULL;
}

/* MPI2_SCSI_IO_REQUEST and MPI25_SCSI_IO_REQUEST: every byte. */
static void check_io(const uint8_t *m, struct io *io)
{
	uint8_t expected[0x70] = { [0x12] = 18, [0x14] = 0x60 / 4 };
	uint8_t cdb_bytes = io->cdb[0] >> 5 == 0 ? 6 : io->cdb[0] >> 5 == 4 ? 16 : 10;
	uint32_t extent = version() >= 0x0205 ? 0x70 : 0x6C;

	io->bytes = le32(m + 0x1C);
	le_store(expected, x.handle, 2);
	le_store(expected + 0x0C, le32(m + 0x0C), 4);
	le_store(expected + 0x1C, io->bytes, 4);
	expected[0x24] = cdb_bytes;
	le_store(expected + 0x3C, io->bytes ? 0x02000000 : 0, 4);
	memcpy(expected + 0x40, io->cdb, cdb_bytes);
	io->data = check_segment(m, expected, io->bytes);
	check_bytes(m, expected, extent, "SCSI IO");
	if (le32(m + 0x0C) & 3)
		fail_msg("SCSI IO: sense data at %x", le32(m + 0x0C));
	io->sense = dma(le32(m + 0x0C), 18, "sense");
}

/* Returns whether the disk's next fault is that of this command. */
static bool is_faulty(struct io *io)
{
	struct hba_disk *d = io->disk;

	if (!d->faults || io->cdb[0] == 0x12)
		return false;
	d->faults--;
	if (d->fault.scsi_status == 2)
		check_condition(io, d->fault.key, d->fault.asc);
	io->status = d->fault.status;
	io->scsi_status = d->fault.scsi_status;
	io->scsi_state |= d->fault.scsi_state;
	return true;
}

/* MPI2_SCSI_IO_REPLY; or, of success, a descriptor without one. */
static void post_io(const struct io *io)
{
	uint8_t reply[0x34] = { 0 };

	if (!io->status && !io->scsi_status && !io->scsi_state && !x.config->frames) {
		post_descriptor((uint64_t)7 << 32 | x.smid << 16);
		return;
	}
	fill_reply(reply, sizeof(reply) / 4, 0x00, io->status);
	le_store(reply, x.handle, 2);
	reply[0x0C] = io->scsi_status;
	reply[0x0D] = io->scsi_state;
	le_store(reply + 0x14, io->moved, 4);
	post_frame(x.smid, reply, sizeof(reply));
}

/* Returns false if there is no answer. */
static bool serve_io(const uint8_t *m)
{
	struct io io = { .disk = disk_with((uint16_t)x.handle), .cdb = m + 0x40 };

	check_io(m, &io);
	memcpy(x.cdb, io.cdb, sizeof(x.cdb));
	if (!io.disk) {
		io.status = NO_DEVICE;
	} else if (io.disk->is_member || io.disk->is_absent || io.disk->kind == HBA_EXPANDER
		   || io.disk->kind == HBA_SMP) {
		fail_msg("a command for device %x, which is no disk", x.handle);
	} else if (!is_faulty(&io)) {
		scsi(&io);
	} else if (io.disk->fault.is_silent) {
		return false;
	}
	post_io(&io);
	return true;
}

static void serve_port_enable(const uint8_t *m)
{
	static const uint8_t expected[12] = { [3] = 0x06 };
	uint8_t reply[0x14] = { 0 };

	check_bytes(m, expected, sizeof(expected), "PORT ENABLE");
	if (x.port_enabled)
		fail_msg("PORT ENABLE: a second one");
	x.port_enabled = true;
	fill_reply(reply, 5, 0x06, x.config->port_status);
	post_frame(x.smid, reply, sizeof(reply));
}

static const uint8_t *active(void)
{
	return dma(x.requests + x.smid * x.request_bytes, x.request_bytes, "request");
}

static void request_tick(void)
{
	const uint8_t *m;
	bool is_answered = true;

	if (!x.smid || x.now < x.due || x.config->no_answers)
		return;
	m = active();
	if (m[3] == 0x04 && x.config->no_pages)
		return;
	x.due = NEVER;
	if (x.config->events)
		post_event();
	if (m[3] == 0x00)
		is_answered = serve_io(m);
	else
		m[3] == 0x04 ? serve_config(m) : serve_port_enable(m);
	if (is_answered)
		x.smid = 0;
}

/* MPI2_REQUEST_DESCRIPTOR_UNION. */
static void post_request(uint32_t high)
{
	uint8_t function;

	if (!x.low_written)
		fail_msg("descriptor: the high half, %x, is written first", high);
	x.low_written = false;
	if (!x.has_queues || !x.free_written || !x.post_written || x.state != HBA_OPERATIONAL)
		fail_msg("a request is posted in state %x, or without queues", x.state);
	if ((x.mask & ALL_MASKED) != ALL_MASKED || !pci_function_has(&x.pci, PCI_INTX_DISABLE))
		fail_msg("a request is posted while interrupts are on");
	if (x.smid)
		fail_msg("a second request is posted");
	x.smid = x.low >> 16;
	if (!x.smid || x.smid > CREDIT || x.low & 0xFFE1 || high & 0xFFFF)
		fail_msg("descriptor: %x, %x", x.low, high);
	function = active()[3];
	x.handle = high >> 16;
	if ((x.low & 0x1E) != (function == 0x00 ? 0x00 : 0x08) || (function && x.handle))
		fail_msg("descriptor: %x, %x for function %x", x.low, high, function);
	if (!x.port_enabled && function != 0x06)
		fail_msg("function %x before PORT ENABLE", function);
	x.due = x.now + (function == 0x06 ? x.config->port_ms * UINT64_C(1000) : REQUEST_US);
}

static void write_sequence(uint32_t value)
{
	if (x.state == HBA_READY && !x.used && !x.diagnostic_resets)
		fail_msg("WriteSequence: %x is written, but the card is ready", value);
	x.keys = lsi_card_key(x.keys, value);
}

static uint32_t read_diagnostic(void)
{
	bool is_open = x.keys == LSI_CARD_KEYS && !x.config->stays_locked;

	return (x.resetting ? 0x04 : 0) | (x.hold ? 0x02 : 0) | (is_open ? 0x80 : 0);
}

static void write_diagnostic(uint32_t value)
{
	if (read_diagnostic() == 0x82 && value == 0x80) {
		x.hold = false;
		if (!x.config->stays_reset)
			enter(HBA_READY, x.config->start_ms);
		return;
	}
	if (value != 0x84 || read_diagnostic() != 0x80)
		fail_msg("HostDiagnostic: %x is written, and it is %x", value, read_diagnostic());
	x.diagnostic_resets++;
	x.resetting = true;
	x.untouched_until = x.now + 50000;
	x.reset_end = x.now + x.config->reset_ms * UINT64_C(1000);
}

/* Time. The card has read a handshake's first word only after it has raised the interrupt. */
static void doorbell_tick(void)
{
	if (x.busy && x.now >= x.busy_until && !(x.phase == BEGUN && !x.interrupt)) {
		x.busy = false;
		if (x.phase == WORDS && x.word_count == x.words_due)
			serve_handshake();
	}
	if (x.now < x.interrupt_at)
		return;
	x.interrupt_at = NEVER;
	x.interrupt = true;
	if (x.phase == END)
		x.used = false;
}

static void state_tick(void)
{
	if (x.resetting && x.now >= x.reset_end) {
		x.resetting = false;
		x.hold = true;
		forget();
		x.mask = 0;
		x.who = 0;
		x.config->busy = false;
		x.state = HBA_RESET;
		x.state_at = NEVER;
	}
	if (x.now >= x.state_at) {
		x.state = x.next_state;
		x.state_at = NEVER;
	}
}

static void tick(void)
{
	x.now += STEP_US;
	if (x.now > x.limit)
		fail_msg("not done after %u ms", x.limit_ms);
	state_tick();
	doorbell_tick();
	request_tick();
}

uint64_t rdtsc(void)
{
	tick();
	return x.now * HOST_TICKS / 1000;
}

static void limit(uint32_t ms)
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
		fail_msg("register %x, in the first 50 ms of a reset", address);
	return address - WINDOW;
}

uint32_t read32(uint32_t address)
{
	uint32_t offset = offset_of(address);

	tick();
	if (x.config->gone)
		return UINT32_MAX;
	if (x.config->reads_zero && ++x.zeros % 4)
		return 0;
	switch (offset) {
	case DOORBELL:
		return read_doorbell();
	case DIAGNOSTIC:
		return read_diagnostic();
	case STATUS:
		return (x.busy ? 0x80000000u : 0) | x.interrupt;
	}
	fail_msg("read of register %x", offset);
	return 0;
}

void write32(uint32_t address, uint32_t value)
{
	uint32_t offset = offset_of(address);

	tick();
	x.writes++;
	if (x.config->gone)
		return;
	switch (offset) {
	case DOORBELL:
		write_doorbell(value);
		break;
	case SEQUENCE:
		write_sequence(value);
		break;
	case DIAGNOSTIC:
		write_diagnostic(value);
		break;
	case STATUS:
		acknowledge();
		break;
	case MASK:
		x.mask = value;
		break;
	case REPLY_FREE:
		write_free(value);
		break;
	case REPLY_POST:
		write_post(value);
		break;
	case REQUEST_LOW:
		x.low = value;
		x.low_written = true;
		break;
	case REQUEST_HIGH:
		post_request(value);
		break;
	default:
		fail_msg("register %x is written, %x", offset, value);
	}
}

/* PCI: what another system's requests point to would be written. */
static void before_write_config(uint32_t offset, uint32_t value)
{
	if (offset != PCI_COMMAND || !(value & PCI_BUS_MASTER))
		return;
	if (x.config->busy)
		fail_msg("Bus Master is turned on while another system's requests are active");
	if (x.state != HBA_READY)
		fail_msg("Bus Master is turned on in state %x", x.state);
}

/* Set up. */
static void fill_header(void)
{
	const struct hba_config *c = x.config;

	x.pci = pci_function(HBA_PCI, (uint32_t)or_else(c->device, 0x0097) << 16 | LSI_VENDOR, 0x01070000,
			     (uint16_t)((c->memory_off ? 0 : PCI_MEMORY)
					| (c->bus_master ? PCI_BUS_MASTER : 0)));
	x.pci.before_write = before_write_config;
	pci_model_start(&x.pci, 1, tick);
	if (!c->no_bar)
		lsi_card_set_bars(&x.pci, c->ports_first);
}

void hba_power_on(struct hba_config *config)
{
	memset(&x, 0, sizeof(x));
	host_start(0, config->allocations);
	driver_host.map = lsi_card_map;
	x.config = config;
	limit(LIMIT_MS);
	fill_header();
	x.state = config->state;
	x.state_at = NEVER;
	x.interrupt_at = NEVER;
	x.who = config->who;
	x.used = config->used;
	if (x.state == HBA_RESET && !config->stays_reset)
		enter(HBA_READY, config->start_ms);
}

void hba_attach(struct hba_config *config, uint32_t limit_ms)
{
	hba_power_on(config);
	limit(limit_ms);
	interface.attach(HBA_PCI, &driver_host);
}

enum rj_status hba_request(const struct rj_disk *disk, enum rj_operation operation, uint64_t lba,
			   uint32_t count, void *buffer, uint32_t limit_ms)
{
	limit(limit_ms);
	return host_request(disk, operation, lba, count, buffer);
}

void hba_check_read(const struct rj_disk *disk, const struct hba_disk *model)
{
	uint8_t *buffer = host_alloc(sizeof(model->store), 4);
	uint32_t count = (uint32_t)sizeof(model->store) / disk->sector_size;

	assert_non_null(buffer);
	assert_int_equal(hba_request(disk, RJ_READ, 0, count, buffer, 2000), RJ_DISK_OK);
	assert_memory_equal(buffer, model->store, sizeof(model->store));
}

struct hba_disk hba_disk(enum hba_kind kind, uint16_t enclosure, uint16_t slot)
{
	struct hba_disk d = { .kind = kind, .enclosure = enclosure, .slot = slot, .sectors = 1u << 20,
			      .attentions = 1 };

	d.name = UINT64_C(0x5000C50000000000) + enclosure * 0x1000000u + slot * 0x100u + kind;
	for (uint32_t i = 0; i < sizeof(d.store); i++)
		d.store[i] = (uint8_t)(i / 512 * 7 + i + enclosure * 31u + slot * 3u + kind);
	return d;
}

uint8_t hba_state(void)
{
	return x.state;
}

void hba_set_state(uint8_t state)
{
	x.state = state;
	x.state_at = NEVER;
}

unsigned hba_unit_resets(void)
{
	return x.unit_resets;
}

unsigned hba_diagnostic_resets(void)
{
	return x.diagnostic_resets;
}

bool hba_is_locked(void)
{
	return x.keys == 0;
}

unsigned hba_starts(void)
{
	return x.starts;
}

uint16_t hba_command(void)
{
	return pci_function_command(&x.pci);
}

unsigned hba_writes(void)
{
	return x.writes + x.pci.writes;
}

uint8_t hba_last_cdb(unsigned at)
{
	return x.cdb[at];
}
