/* SPDX-License-Identifier: MIT */
/*
 * The virtio driver, on a model of a block device with the modern interface (Virtual I/O Device 1.1,
 * 4.1), which fails the test if the driver breaks a rule that a real one may rely on.
 */
#include "unit.h"

#include "driver_host.h"
#include "fake_io.h"

#define VIRTIO_PCI PCI_ADDRESS(0, 4, 0)
#define WINDOW     0xE4000000u
#define NOTIFY     0x3000u              /* offsets in it; the queue's notification is 8 after this */
#define DEVICE     0x2000u
#define STEP_US    20u                  /* that an access, or a look at the clock, takes */
#define ANSWER_US  100u
#define SECTORS    64u                  /* that the disk has */
#define SECTOR     512u
#define ENTRIES    4u
#define MS(ms)     ((ms) * UINT64_C(1000))

enum { ACKNOWLEDGE = 1u, DRIVER_IS = 2u, DRIVER_OK = 4u, FEATURES_OK = 8u, NEEDS_RESET = 0x40u };
enum { READ_ONLY = 1u << 5, BLK_SIZE = 1u << 6, FLUSHES = 1u << 9 };    /* 5.2.3 */
enum { COMMON = 1, NOTIFICATION = 2, CONFIGURATION = 4 };       /* 4.1.4 */

struct config {
	uint8_t status;                 /* as another system has left it */
	uint32_t features;
	bool is_legacy;                 /* without VERSION_1 */
	bool notify_far, circular, resets_for_ever;
	uint32_t reset_ms;
};

static struct {
	struct config config;
	struct pci_function pci;
	uint8_t status;
	uint32_t device_select, driver_select, accepted[2];
	uint16_t size, enabled;
	uint32_t queue[3];              /* descriptors, available and used ring */
	uint64_t now, limit, reset_at, due;     /* 0: none */
	uint16_t seen, used;            /* indices of the rings */
	bool is_silent;                 /* no answer to the next request */
	uint8_t result;                 /* of the next request */
	unsigned flushes;
	uint8_t store[SECTORS * SECTOR];
} x;

static uint8_t *dma(uint64_t address, uint32_t bytes, const char *what)
{
	return host_dma(&x.pci, address, bytes, what);
}

/* 2.6.5: the descriptor, and the next one's number; the device writes to it, or reads. */
static uint8_t *follow(uint32_t *number, uint32_t *bytes, bool is_written)
{
	const uint8_t *d = dma(x.queue[0] + *number * 16, 16, "descriptor");
	uint32_t flags = le16(d + 12);

	assert_int_equal(flags & 2, is_written ? 2 : 0);
	*bytes = le32(d + 8);
	*number = flags & 1 ? le16(d + 14) : ENTRIES;
	return dma(le64(d), *bytes, "buffer");
}

/* 5.2.6: header, data, status. */
static void serve(uint32_t number)
{
	uint32_t bytes, type, sector;
	const uint8_t *header = follow(&number, &bytes, false);
	uint8_t *data, *status;

	assert_int_equal(bytes, 16);
	type = le32(header);
	sector = le32(header + 8);
	x.flushes += type == 4;
	if (type < 2) {
		data = follow(&number, &bytes, type == 0);
		assert_true(sector * SECTOR + bytes <= sizeof(x.store));
		if (x.result == 0 && type == 0)
			memcpy(data, x.store + sector * SECTOR, bytes);
		else if (x.result == 0)
			memcpy(x.store + sector * SECTOR, data, bytes);
	}
	status = follow(&number, &bytes, true);
	assert_int_equal(*status, 0xFF);                /* what no device returns */
	*status = x.result;
	assert_int_equal(number, ENTRIES);
	x.result = 0;
}

/* 2.6.6 and 2.6.8 */
static void answer(void)
{
	const uint8_t *available = dma(x.queue[1], 6 + 2 * ENTRIES, "available ring");
	uint8_t *used = dma(x.queue[2], 6 + 8 * ENTRIES, "used ring");

	x.due = 0;
	assert_int_equal(le16(available), 1);   /* no interrupts */
	assert_int_equal(le16(available + 2), (uint16_t)(x.seen + 1));
	serve(le16(available + 4 + x.seen % ENTRIES * 2));
	x.seen++;
	le_store(used + 2, ++x.used, 2);
}

static void tick(void)
{
	x.now += STEP_US;
	if (x.now > x.limit)
		fail_msg("not done in time");
	if (x.reset_at && x.now >= x.reset_at && !x.config.resets_for_ever) {
		x.reset_at = x.due = 0;
		x.status = 0;
		x.enabled = x.seen = x.used = 0;
		x.accepted[0] = x.accepted[1] = 0;
	}
	if (x.due && x.now >= x.due)
		answer();
}

uint64_t rdtsc(void)
{
	tick();
	return x.now * HOST_TICKS / 1000;
}

static uint32_t offset_of(uint32_t address)
{
	tick();
	assert_true(pci_function_has(&x.pci, PCI_MEMORY));
	assert_true(address >= WINDOW);
	return address - WINDOW;
}

uint8_t read8(uint32_t address)
{
	assert_int_equal(offset_of(address), 20);
	return x.status;
}

uint16_t read16(uint32_t address)
{
	switch (offset_of(address)) {
	case 24: return 128;            /* queue size */
	case 30: return 2;              /* where it is notified */
	}
	fail_msg("register %x is read", address);
	return 0;
}

uint32_t read32(uint32_t address)
{
	uint32_t offset = offset_of(address);

	switch (offset) {
	case 4:
		return x.device_select ? !x.config.is_legacy : x.config.features;
	case DEVICE: return SECTORS;
	case DEVICE + 4: return 0;
	case DEVICE + 20: return SECTOR;
	}
	fail_msg("register %x is read", offset);
	return 0;
}

/* 3.1.1: bits are added in this order, until a reset takes all. */
void write8(uint32_t address, uint8_t value)
{
	static const uint8_t order[] = { ACKNOWLEDGE, DRIVER_IS, FEATURES_OK, DRIVER_OK };
	uint8_t before = 0;
	size_t i = 0;

	assert_int_equal(offset_of(address), 20);
	if (!value) {
		x.reset_at = x.now + 1 + MS(x.config.reset_ms);
		return;
	}
	while (i < COUNT_OF(order) && (before | order[i]) != value)
		before |= order[i++];
	if (i == COUNT_OF(order) || x.status != before)
		fail_msg("status: %x is written, and it is %x", value, x.status);
	if (value & FEATURES_OK && (!(x.accepted[1] & 1) || x.accepted[0] & ~x.config.features))
		fail_msg("features: %x, %x", x.accepted[1], x.accepted[0]);
	if (value & DRIVER_OK)
		assert_true(x.enabled);
	x.status = value;
}

void write16(uint32_t address, uint16_t value)
{
	switch (offset_of(address)) {
	case 22:
		assert_int_equal(value, 0);
		return;
	case 24:
		x.size = value;
		return;
	case 28:
		assert_int_equal(x.status, ACKNOWLEDGE | DRIVER_IS | FEATURES_OK);
		assert_true(value == 1 && x.size == ENTRIES);
		x.enabled = 1;
		return;
	case NOTIFY + 8:
		assert_true(x.status & DRIVER_OK && value == 0);
		x.due = x.is_silent ? 0 : x.now + ANSWER_US;
		x.is_silent = false;
		return;
	}
	fail_msg("register %x is written, %x", address, value);
}

void write32(uint32_t address, uint32_t value)
{
	uint32_t offset = offset_of(address);

	switch (offset) {
	case 0:
		x.device_select = value;
		return;
	case 8:
		x.driver_select = value;
		return;
	case 12:
		x.accepted[x.driver_select] = value;
		return;
	case 32: case 40: case 48:
		assert_false(x.enabled);
		x.queue[(offset - 32) / 8] = value;
		return;
	case 36: case 44: case 52:
		assert_int_equal(value, 0);
		return;
	}
	fail_msg("register %x is written, %x", offset, value);
}

/* Of the legacy interface, which the device does not have. */
void outb(uint16_t port, uint8_t value)
{
	fail_msg("port %x is written, %x", port, value);
}

uint8_t inb(uint16_t port)
{
	fail_msg("port %x is read", port);
	return 0;
}

/* What another system's queues point to would be written. */
static void before_write_config(uint32_t offset, uint32_t value)
{
	if (offset == PCI_COMMAND && value & PCI_BUS_MASTER && x.status)
		fail_msg("Bus Master is turned on while the status is %x", x.status);
}

static uint32_t map(uint64_t physical, uint32_t size)
{
	assert_true(physical >= WINDOW && size == 56);
	return x.config.notify_far && physical == WINDOW + NOTIFY + 8 ? 0 : (uint32_t)physical;
}

static void add_capability(uint32_t at, uint32_t next, uint8_t type, uint32_t offset)
{
	uint32_t *space = &x.pci.space[at / 4];

	space[0] = (uint32_t)type << 24 | 20u << 16 | next << 8 | 0x09;
	space[1] = 4;                   /* BAR */
	space[2] = offset;
	space[4] = 4;                   /* the notifications' multiplier */
}

static void fill_header(void)
{
	x.pci = pci_function(VIRTIO_PCI, 0x10421AF4, 0x01000001, 0);
	x.pci.space[PCI_COMMAND / 4] |= PCI_HAS_CAPABILITIES << 16;
	x.pci.space[PCI_CAPABILITIES / 4] = 0x40;
	x.pci.space[PCI_BAR0 / 4 + 4] = WINDOW;
	add_capability(0x40, 0x54, COMMON, 0);
	add_capability(0x54, 0x68, CONFIGURATION, DEVICE);
	add_capability(0x68, x.config.circular ? 0x40 : 0, x.config.circular ? COMMON : NOTIFICATION, NOTIFY);
	x.pci.before_write = before_write_config;
	pci_model_start(&x.pci, 1, tick);
}

static void attach(const struct config *config, uint64_t limit_ms)
{
	memset(&x, 0, sizeof(x));
	x.config = *config;
	x.limit = MS(limit_ms);
	x.status = config->status;
	x.enabled = config->status != 0;
	for (uint32_t i = 0; i < sizeof(x.store); i++)
		x.store[i] = (uint8_t)(i / SECTOR * 7 + i);
	fill_header();
	host_start(0, 0);
	driver_host.map = map;
	interface.attach(VIRTIO_PCI, &driver_host);
}

static enum rj_status request(enum rj_operation operation, uint64_t lba, uint32_t count, void *buffer)
{
	x.limit = x.now + MS(32000);
	return host_request(&host_found.disks[0], operation, lba, count, buffer);
}

static void check_moves(bool writes)
{
	uint8_t *buffer = host_alloc(sizeof(x.store), 4);

	for (uint32_t i = 0; i < 3 * ENTRIES; i++) {
		assert_int_equal(request(RJ_READ, i, 9, buffer), RJ_DISK_OK);
		assert_memory_equal(buffer, x.store + i * SECTOR, 9 * SECTOR);
		memset(buffer, (int)i + 1, 2 * SECTOR);
		assert_int_equal(request(RJ_WRITE, i, 2, buffer), writes ? RJ_DISK_OK : RJ_DISK_WRITE_PROTECTED);
		assert_true(!writes || memcmp(buffer, x.store + i * SECTOR, 2 * SECTOR) == 0);
	}
	assert_int_equal(request(RJ_FLUSH, 0, 0, NULL), RJ_DISK_OK);
	assert_int_equal(x.flushes, x.config.features & FLUSHES ? 1 : 0);
}

static void finds(void **state)
{
	static const struct {
		const char *name;
		struct config config;
	} rows[] = {
		{ "fresh", { .features = FLUSHES } },
		{ "without features", { .features = 0 } },
		{ "read-only", { .features = READ_ONLY | BLK_SIZE } },
		{ "running", { .status = ACKNOWLEDGE | DRIVER_IS | DRIVER_OK | FEATURES_OK, .reset_ms = 900 } },
		{ "failed", { .status = 0x80 | NEEDS_RESET | DRIVER_OK, .features = FLUSHES } },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		bool is_read_only = rows[i].config.features & READ_ONLY;

		attach(&rows[i].config, 2000);
		assert_int_equal(host_found.disk_count, 1);
		assert_int_equal(host_found.disks[0].sectors, SECTORS);
		assert_int_equal(host_found.disks[0].flags, is_read_only ? RJ_DISK_READONLY : 0);
		assert_int_equal(pci_function_command(&x.pci),
				 PCI_IO | PCI_MEMORY | PCI_BUS_MASTER | PCI_INTX_DISABLE);
		check_moves(!is_read_only);
	}
}

/* Each wait ends. */
static void nothing(void **state)
{
	static const struct {
		struct config config;
		const char *text;
		uint32_t most_ms;
	} rows[] = {
		{ { .circular = true }, "virtio: registers out of reach\n", 100 },
		{ { .notify_far = true }, "virtio: registers out of reach\n", 100 },
		{ { .is_legacy = true }, "virtio: feature negotiation failed, status 00000000\n", 100 },
		{ { .status = 7, .resets_for_ever = true },
		  "virtio: feature negotiation failed, status 00000007\n", 30100 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		attach(&rows[i].config, rows[i].most_ms);
		assert_string_equal(host_found.text, rows[i].text);
		assert_int_equal(host_found.disk_count, 0);
	}
}

/* An error is told, and the next request works; so it does after one without an answer. */
static void errors(void **state)
{
	uint64_t start;
	uint8_t *buffer;

	(void)state;
	attach(&(struct config){ .reset_ms = 10 }, 1000);
	buffer = host_alloc(SECTOR, 4);
	x.result = 1;
	assert_int_equal(request(RJ_READ, 1, 1, buffer), RJ_DISK_BAD_DATA);
	x.result = 1;
	assert_int_equal(request(RJ_WRITE, 1, 1, buffer), RJ_DISK_WRITE_FAULT);
	x.result = 2;
	assert_int_equal(request(RJ_READ, 1, 1, buffer), RJ_DISK_CONTROLLER);
	x.is_silent = true;
	start = x.now;
	assert_int_equal(request(RJ_READ, 1, 1, buffer), RJ_DISK_TIMEOUT);
	assert_between(x.now - start, MS(30000), MS(31000));
	assert_int_equal(x.seen, 0);                    /* it is reset, so that none comes later */
	check_moves(true);
}

UNIT_MAIN(cmocka_unit_test(finds), cmocka_unit_test(nothing), cmocka_unit_test(errors))
