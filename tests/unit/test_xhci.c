/* SPDX-License-Identifier: MIT */
/* The driver for xHCI controllers, USB disks and keyboards, on a model of them. */
#include "unit.h"

#include "fake_io.h"
#include "hardware/pci.h"
#include "xhci_model.h"

#define SECTORS  (LUN_SIZE / 512)
#define BUFFER   (64u << 10)

static struct usb_lun luns[4];
static struct usb_device devices[16];
static size_t device_count;
static struct xhci_config config;

static void fill_lun(struct usb_lun *lun)
{
	memset(lun, 0, sizeof(*lun));
	lun->sector_size = 512;
	for (uint32_t i = 0; i < LUN_BYTES; i++)
		lun->store[i] = (uint8_t)(i / 512 * 7 + i);
}

static void fresh(void)
{
	memset(devices, 0, sizeof(devices));
	memset(&config, 0, sizeof(config));
	device_count = 0;
	for (size_t i = 0; i < COUNT_OF(luns); i++)
		fill_lun(&luns[i]);
}

static int setup(void **state)
{
	(void)state;
	fresh();
	return 0;
}

static struct usb_device *add(const char *name, enum usb_kind kind, enum usb_speed speed)
{
	struct usb_device *d = &devices[device_count++];

	assert_true(device_count <= COUNT_OF(devices));
	d->name = name;
	d->kind = kind;
	d->speed = speed;
	d->luns = luns;
	d->connect_us = 50000;
	return d;
}

static struct usb_device *add_stick(enum usb_speed speed)
{
	struct usb_device *d = add("stick", USB_STICK, speed);

	d->luns = &luns[device_count - 1 < COUNT_OF(luns) ? device_count - 1 : 0];
	d->luns->attentions = 1;
	return d;
}

/* Attaches the driver, within this time. */
static uint32_t attach(uint32_t limit_ms)
{
	uint32_t start;

	model_power_on(&config);
	start = model_now_ms();
	model_limit_ms(limit_ms);
	interface.attach(XHCI_PCI, &driver_host);
	return model_now_ms() - start;
}

static enum rj_status request(const struct rj_disk *disk, enum rj_operation operation,
			      uint64_t lba, uint32_t count, void *buffer, uint32_t limit_ms)
{
	const struct rj_request r = { .lba = lba, .buffer = (uintptr_t)buffer, .count = count,
				      .operation = operation };

	model_limit_ms(limit_ms);
	return disk->transfer(disk->context, &r);
}

static void check_read(const struct rj_disk *disk, const struct usb_lun *lun)
{
	uint8_t *buffer = host_alloc(8 * disk->sector_size, 4096);

	assert_non_null(buffer);
	assert_int_equal(request(disk, RJ_READ, 3, 8, buffer, 1000), RJ_DISK_OK);
	assert_memory_equal(buffer, lun->store + 3 * lun->sector_size, 8 * lun->sector_size);
}

/* That there is one disk, at this place, and that it can be read. */
static void check_disk(const struct rj_disk *disk, uint32_t unit, const struct usb_lun *lun)
{
	assert_int_equal(disk->unit, unit);
	assert_int_equal(disk->sectors, LUN_SIZE / lun->sector_size);
	assert_int_equal(disk->sector_size, lun->sector_size);
	assert_memory_equal(disk->interface, "USB     ", 8);
	check_read(disk, lun);
}

static void check_one(uint32_t unit, const struct usb_lun *lun)
{
	assert_int_equal(host_found.disk_count, 1);
	check_disk(&host_found.disks[0], unit, lun);
}

static void check_two(uint32_t unit0, const struct usb_lun *lun0, uint32_t unit1,
		      const struct usb_lun *lun1)
{
	assert_int_equal(host_found.disk_count, 2);
	check_disk(&host_found.disks[0], unit0, lun0);
	check_disk(&host_found.disks[1], unit1, lun1);
}

static void check_ready_controller(void)
{
	assert_int_equal(model_command() & (PCI_MEMORY | PCI_BUS_MASTER | PCI_INTX_DISABLE),
			 PCI_MEMORY | PCI_BUS_MASTER | PCI_INTX_DISABLE);
	assert_false(model_smi_enabled());
	assert_int_equal(model_register(0) & 1, 1);
}

static void bring_up(void **state)
{
	static const struct {
		const char *name;
		struct xhci_config config;
		uint32_t most_ms;
	} rows[] = {
		{ "plain", { .id = 0 }, 1500 },
		{ "64-byte contexts", { .contexts_64 = true }, 1500 },
		{ "34 scratchpads", { .contexts_64 = true, .scratchpads = 34 }, 1500 },
		{ "31 scratchpads", { .scratchpads = 31 }, 1500 },
		{ "above 4 GiB", { .above_4g = true }, 1500 },
		{ "memory decoding off", { .memory_off = true }, 1500 },
		{ "the BIOS lets go", { .legacy = LEGACY_FIRMWARE }, 1900 },
		{ "the BIOS keeps it", { .legacy = LEGACY_KEEPS }, 3000 },
		{ "nobody owns it", { .legacy = LEGACY_FREE }, 1500 },
		{ "an OS owns it", { .legacy = LEGACY_OS }, 1500 },
		{ "not ready for 200 ms", { .ready_ms = 200 }, 2000 },
		{ "running, of a crashed OS", { .running = true, .dcbaap = 0x10000 }, 1500 },
		{ "halts late", { .running = true, .halt_ms = 16, .dcbaap = 0x10000 }, 1500 },
		{ "power of ports", { .port_power = true }, 1500 },
		{ "USB 2 first", { .usb2_first = true }, 1500 },
		{ "many ports", { .usb2 = 10, .usb3 = 6 }, 1500 },
		{ "Intel, routed to EHCI", { .id = 0x8C318086, .routed_away = true }, 1500 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		fresh();
		config = rows[i].config;
		config.port3[0].device = add_stick(USB_SUPER);
		attach(rows[i].most_ms);
		check_one(RJ_USB_UNIT(1, 0, 0), &luns[0]);
		check_ready_controller();
		assert_int_equal(model_resets(), 1);
		assert_int_equal(host_found.keyboards_count, 0);
	}
}

static void no_bring_up(void **state)
{
	static const struct {
		const char *name;
		struct xhci_config config;
		uint32_t most_ms;
	} rows[] = {
		{ "HCRST stays", { .reset_hangs = true }, 3000 },
		{ "CNR stays", { .never_ready = true }, 3000 },
		{ "does not halt", { .running = true, .never_halts = true }, 3000 },
		{ "does not start", { .never_starts = true }, 3000 },
		{ "no completions", { .no_completions = true }, 22000 },
		{ "gone", { .gone = true }, 1000 },
		{ "no memory", { .allocations = 1 }, 3000 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		fresh();
		config = rows[i].config;
		config.port3[0].device = add_stick(USB_SUPER);
		attach(rows[i].most_ms);
		assert_int_equal(host_found.disk_count, 0);
		assert_int_equal(host_found.keyboards_count, 0);
	}
}

/* Whichever allocation fails first, nothing worse happens than that a device is left out. */
static void little_memory(void **state)
{
	unsigned n = 1;

	(void)state;
	do {
		fresh();
		config.scratchpads = 34;
		config.allocations = n++;
		config.port3[0].device = add_stick(USB_SUPER);
		config.port2[0].device = add("keyboard", USB_KEYBOARD, USB_FULL);
		attach(5000);
	} while ((!host_found.disk_count || !host_found.keyboards_count) && n < 100);
	assert_between(n, 10, 99);
}

/* Boundaries of the structures in memory hold wherever the host has room. */
static void placements(void **state)
{
	(void)state;
	for (uint32_t skew = 0; skew < 4096; skew += 64) {
		fresh();
		config.skew = skew;
		config.scratchpads = 31;
		config.contexts_64 = skew & 64;
		config.port3[0].device = add_stick(USB_SUPER);
		attach(1500);
		if (host_found.disk_count != 1)
			fail_msg("skew %x", skew);
		check_one(RJ_USB_UNIT(1, 0, 0), &luns[0]);
	}
}

/* Where nothing is attached, the driver does not wait for long. */
static void nothing_attached(void **state)
{
	(void)state;
	attach(600);
	assert_int_equal(host_found.disk_count, 0);
	config.port_power = true;
	attach(600);
	assert_int_equal(host_found.disk_count, 0);
}

static void root_ports(void **state)
{
	static const struct {
		const char *name;
		enum usb_speed speed;
		enum xhci_port_state state;
		unsigned port;          /* of its protocol, from 1 */
		uint32_t connect_ms;
		uint32_t most_ms;
	} rows[] = {
		{ "SuperSpeed", USB_SUPER, PORT_NORMAL, 1, 0, 1200 },
		{ "SuperSpeed, last port", USB_SUPER, PORT_NORMAL, 4, 50, 1200 },
		{ "SuperSpeed, trains slowly", USB_SUPER, PORT_NORMAL, 2, 280, 1500 },
		{ "inactive", USB_SUPER, PORT_INACTIVE, 1, 50, 2000 },
		{ "compliance", USB_SUPER, PORT_COMPLIANCE, 3, 50, 2000 },
		{ "cold attach", USB_SUPER, PORT_COLD, 2, 50, 2000 },
		{ "high speed", USB_HIGH, PORT_NORMAL, 1, 0, 1500 },
		{ "high speed, last port", USB_HIGH, PORT_NORMAL, 4, 100, 1500 },
		{ "high speed, slow", USB_HIGH, PORT_NORMAL, 2, 250, 2000 },
		{ "full speed", USB_FULL, PORT_NORMAL, 2, 50, 1500 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct usb_device *stick;
		struct xhci_port_config *ports;

		fresh();
		stick = add_stick(rows[i].speed);
		stick->connect_us = rows[i].connect_ms * 1000;
		ports = rows[i].speed == USB_SUPER ? config.port3 : config.port2;
		ports[rows[i].port - 1].device = stick;
		ports[rows[i].port - 1].state = rows[i].state;
		attach(rows[i].most_ms);
		check_one(RJ_USB_UNIT(rows[i].port, 0, 0), stick->luns);
	}
}

/* With another device there, the driver waits for those that connect late. */
static void late_connect(void **state)
{
	(void)state;
	config.port2[0].device = add("keyboard", USB_KEYBOARD, USB_FULL);
	config.port2[1].device = add_stick(USB_HIGH);
	config.port2[1].device->connect_us = 200000;
	attach(3000);
	check_one(RJ_USB_UNIT(2, 0, 0), &luns[1]);
	assert_int_equal(host_found.keyboards_count, 1);
}

/* Errors while a device is identified, and max packet sizes of endpoint 0. */
static void identification(void **state)
{
	static const struct {
		const char *name;
		enum usb_speed speed;
		unsigned address_failures, control_failures;
		uint8_t max_packet_0;
		bool found;
	} rows[] = {
		{ "full speed, 8 bytes", USB_FULL, 0, 0, 8, true },
		{ "full speed, 16 bytes", USB_FULL, 0, 0, 16, true },
		{ "full speed, 64 bytes", USB_FULL, 0, 0, 64, true },
		{ "first SET_ADDRESS fails", USB_HIGH, 1, 0, 0, true },
		{ "first SET_ADDRESS fails", USB_SUPER, 1, 0, 0, true },
		{ "first request fails", USB_HIGH, 0, 1, 0, true },
		{ "SET_ADDRESS always fails", USB_HIGH, 1000, 0, 0, false },
		{ "requests always fail", USB_SUPER, 0, 1000, 0, false },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct usb_device *stick;

		fresh();
		stick = add_stick(rows[i].speed);
		stick->address_failures = rows[i].address_failures;
		stick->control_failures = rows[i].control_failures;
		stick->max_packet_0 = rows[i].max_packet_0;
		(rows[i].speed == USB_SUPER ? config.port3 : config.port2)[0].device = stick;
		attach(4000);
		if (rows[i].found)
			check_one(RJ_USB_UNIT(1, 0, 0), stick->luns);
		else
			assert_int_equal(host_found.disk_count, 0);
	}
}

/* Nothing can be done with these, but the stick beside them is served. */
static void others(void **state)
{
	(void)state;
	config.port3[0].device = add("UAS", USB_UAS, USB_SUPER);
	config.port3[1].device = add_stick(USB_SUPER);
	attach(4000);
	assert_int_equal(host_found.warnings, 1);
	assert_non_null(strstr(host_found.text, "UAS"));
	check_one(RJ_USB_UNIT(2, 0, 0), &luns[1]);
}

/* USB_UNIT's route has a nibble for each tier, the one at the root first. */
static void hubs(void **state)
{
	static const struct {
		const char *name;
		enum usb_speed hub, stick;
		unsigned tiers, port;
		enum { PLAIN, MTT, INACTIVE } how;
		uint32_t route;
	} rows[] = {
		{ "SuperSpeed, inactive", USB_SUPER, USB_SUPER, 1, 1, INACTIVE, 0x1 },
		{ "SuperSpeed", USB_SUPER, USB_SUPER, 1, 3, PLAIN, 0x3 },
		{ "SuperSpeed, 5 tiers", USB_SUPER, USB_SUPER, 5, 2, PLAIN, 0x22222 },
		{ "high speed", USB_HIGH, USB_HIGH, 1, 4, PLAIN, 0x4 },
		{ "high speed, 2 tiers", USB_HIGH, USB_HIGH, 2, 1, PLAIN, 0x11 },
		{ "high speed, 5 tiers", USB_HIGH, USB_HIGH, 5, 4, PLAIN, 0x44444 },
		{ "full-speed stick", USB_HIGH, USB_FULL, 1, 2, PLAIN, 0x2 },
		{ "full-speed stick, 2 tiers", USB_HIGH, USB_FULL, 2, 3, PLAIN, 0x33 },
		{ "full-speed stick, MTT", USB_HIGH, USB_FULL, 1, 2, MTT, 0x2 },
		{ "full-speed hub", USB_FULL, USB_FULL, 2, 2, PLAIN, 0x22 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct usb_device *d;
		const struct usb_lun *lun;

		fresh();
		d = add_stick(rows[i].stick);
		d->link_fails = rows[i].how == INACTIVE;
		lun = d->luns;
		for (unsigned tier = 0; tier < rows[i].tiers; tier++) {
			struct usb_device *hub = add("hub", USB_HUB, rows[i].hub);

			hub->mtt = rows[i].how == MTT;
			hub->children[rows[i].port - 1] = d;
			d = hub;
		}
		(rows[i].hub == USB_SUPER ? config.port3 : config.port2)[1].device = d;
		attach(1500 + 800 * rows[i].tiers);
		check_one(RJ_USB_UNIT(2, rows[i].route, 0), lun);
	}
}

/* A route has room for five hubs (xHCI 1.2, 6.2.2). */
static void too_many_tiers(void **state)
{
	struct usb_device *d = add_stick(USB_HIGH);

	(void)state;
	for (unsigned tier = 0; tier < 6; tier++) {
		struct usb_device *hub = add("hub", USB_HUB, USB_HIGH);

		hub->children[0] = d;
		d = hub;
	}
	config.port2[0].device = d;
	attach(6000);
	assert_int_equal(host_found.disk_count, 0);
}

/* A USB 3 hub is two hubs, one for each protocol. */
static void both_hubs(void **state)
{
	struct usb_device *hub3 = add("hub 3", USB_HUB, USB_SUPER);
	struct usb_device *hub2 = add("hub 2", USB_HUB, USB_HIGH);

	(void)state;
	hub3->children[0] = add_stick(USB_SUPER);
	hub2->children[1] = add_stick(USB_HIGH);
	config.port3[2].device = hub3;
	config.port2[2].device = hub2;
	attach(4000);
	check_two(RJ_USB_UNIT(3, 0x1, 0), hub3->children[0]->luns, RJ_USB_UNIT(3, 0x2, 0),
		  hub2->children[1]->luns);
}

/* A full hub: a stick, a keyboard, one without an address, a hub with another stick. */
static void hub_of_many(void **state)
{
	struct usb_device *hub = add("hub", USB_HUB, USB_HIGH);
	struct usb_device *inner = add("inner hub", USB_HUB, USB_FULL);

	(void)state;
	hub->children[0] = add("mute", USB_KEYBOARD, USB_FULL);
	hub->children[0]->address_failures = 1000;
	hub->children[1] = add_stick(USB_HIGH);
	hub->children[2] = add("keyboard", USB_KEYBOARD, USB_LOW);
	hub->children[3] = inner;
	inner->children[2] = add_stick(USB_FULL);
	config.port2[0].device = hub;
	attach(7000);
	assert_int_equal(host_found.keyboards_count, 1);
	check_two(RJ_USB_UNIT(1, 0x2, 0), hub->children[1]->luns, RJ_USB_UNIT(1, 0x34, 0),
		  inner->children[2]->luns);
}

static void two_sticks(void **state)
{
	uint8_t *buffer;

	(void)state;
	config.port3[0].device = add_stick(USB_SUPER);
	config.port2[2].device = add_stick(USB_HIGH);
	attach(2500);
	assert_int_equal(host_found.disk_count, 2);
	buffer = host_alloc(512, 512);
	for (unsigned i = 0; i < 40; i++) {     /* the rings wrap around */
		assert_int_equal(request(&host_found.disks[i & 1], RJ_READ, i, 1, buffer, 1000),
				 RJ_DISK_OK);
		assert_memory_equal(buffer, luns[i & 1].store + i * 512, 512);
	}
}

static void check_unit(uint32_t flags)
{
	const struct rj_disk *disk = &host_found.disks[0];

	check_one(RJ_USB_UNIT(1, 0, 0), &luns[0]);
	assert_int_equal(disk->flags, flags);
	assert_int_equal(request(disk, RJ_FLUSH, 0, 0, NULL, 1000), RJ_DISK_OK);
}

static void units(void **state)
{
	static const struct {
		const char *name;
		struct usb_lun lun;
		uint64_t sectors;       /* 0: no disk */
		uint32_t flags;
		uint32_t most_ms;
	} rows[] = {
		{ "plain", { .sector_size = 512 }, SECTORS, RJ_DISK_REMOVABLE, 1500 },
		{ "not removable", { .not_removable = true }, SECTORS, 0, 1500 },
		{ "4096 bytes", { .sector_size = 4096 }, SECTORS / 8, RJ_DISK_REMOVABLE, 1500 },
		{ "520 bytes", { .sector_size = 520 }, 0, 0, 1500 },
		{ "protected", { .protected = true }, SECTORS, RJ_DISK_REMOVABLE | RJ_DISK_READONLY,
		  1500 },
		{ "CD", { .sector_size = 2048, .is_cd = true }, SECTORS / 4,
		  RJ_DISK_REMOVABLE | RJ_DISK_READONLY | RJ_DISK_CD, 1500 },
		{ "attentions", { .attentions = 3 }, SECTORS, RJ_DISK_REMOVABLE, 2500 },
		{ "ready after 4 s", { .ready_us = 4000000 }, SECTORS, RJ_DISK_REMOVABLE, 6000 },
		{ "never ready", { .ready_us = 1000000000 }, 0, 0, 25000 },
		{ "no medium", { .no_medium = true }, 0, 0, 2500 },
		{ "to be started", { .sleeps = true }, SECTORS, RJ_DISK_REMOVABLE, 2500 },
		{ "no flush", { .no_flush = true }, SECTORS, RJ_DISK_REMOVABLE, 1500 },
		{ "count, not last LBA", { .one_too_many = true }, SECTORS, RJ_DISK_REMOVABLE,
		  1500 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		uint32_t size = rows[i].lun.sector_size;

		fresh();
		config.port3[0].device = add_stick(USB_SUPER);
		fill_lun(&luns[0]);
		memcpy(&luns[0], &rows[i].lun, offsetof(struct usb_lun, store));
		luns[0].sector_size = size ? size : 512;
		attach(rows[i].most_ms);
		assert_int_equal(host_found.disk_count, rows[i].sectors != 0);
		if (rows[i].sectors)
			check_unit(rows[i].flags);
	}
}

/* A card reader: a unit without a medium is left out, and delays nothing. */
static void card_reader(void **state)
{
	struct usb_device *reader = add_stick(USB_HIGH);

	(void)state;
	reader->lun_count = 4;
	luns[0].no_medium = luns[2].no_medium = true;
	config.port2[0].device = reader;
	attach(3500);
	check_two(RJ_USB_UNIT(1, 0, 1), &luns[1], RJ_USB_UNIT(1, 0, 3), &luns[3]);
}

static const struct rj_disk *one_stick(enum usb_speed speed)
{
	(speed == USB_SUPER ? config.port3 : config.port2)[0].device = add_stick(speed);
	attach(2500);
	assert_int_equal(host_found.disk_count, 1);
	assert_true(host_found.disks[0].max_sectors >= 1);
	return &host_found.disks[0];
}

static const struct rj_disk *fresh_stick(enum usb_speed speed)
{
	fresh();
	return one_stick(speed);
}

/* Buffers at any address that the disk allows, across multiples of 64 KiB. */
static void check_buffer(const struct rj_disk *disk, uint8_t *buffer, uint32_t count)
{
	uint8_t *store = luns[0].store;
	uint8_t before = buffer[-1], after = buffer[count * 512];

	assert_int_equal(request(disk, RJ_READ, 5, count, buffer, 2000), RJ_DISK_OK);
	assert_memory_equal(buffer, store + 5 * 512, count * 512);
	assert_int_equal(buffer[-1], before);
	assert_int_equal(buffer[count * 512], after);
	for (uint32_t i = 0; i < count * 512; i++)
		buffer[i] = (uint8_t)~buffer[i];
	assert_int_equal(request(disk, RJ_WRITE, 5, count, buffer, 2000), RJ_DISK_OK);
	assert_memory_equal(buffer, store + 5 * 512, count * 512);
}

static void buffers(void **state)
{
	static const enum usb_speed speeds[] = { USB_SUPER, USB_HIGH, USB_FULL };
	static const uint32_t offsets[] = { 65536, 65536 - 512, 32768, 65536 - 1, 65536 - 513, 7,
					    131072 - 3 };
	static const uint32_t counts[] = { 1, 2, 3, 8, 63, 127, 128 };

	(void)state;
	FOR_EACH(s, speeds) {
		const struct rj_disk *disk = fresh_stick(speeds[s]);
		uint8_t *memory = host_alloc(4 * BUFFER, BUFFER);

		assert_non_null(memory);
		FOR_EACH(o, offsets)
			FOR_EACH(c, counts)
				if (counts[c] <= disk->max_sectors
				    && offsets[o] % disk->alignment == 0)
					check_buffer(disk, memory + offsets[o], counts[c]);
	}
}

static void writes(void **state)
{
	const struct rj_disk *disk = one_stick(USB_SUPER);
	uint8_t *buffer = host_alloc(512, 512);

	(void)state;
	assert_int_equal(request(disk, RJ_FLUSH, 0, 0, NULL, 1000), RJ_DISK_OK);
	assert_int_equal(devices[0].flushes, 1);
	luns[0].protected = true;
	assert_int_equal(request(disk, RJ_WRITE, 0, 1, buffer, 2000), RJ_DISK_WRITE_PROTECTED);
	check_read(disk, &luns[0]);
	assert_int_equal(request(disk, RJ_RESET, 0, 0, NULL, 5000), RJ_DISK_OK);
	check_read(disk, &luns[0]);
}

#define ANY 0x100u                      /* status: whatever fits the data */

/* Either the data is right, or the request fails; the next one succeeds. */
static void check_fault(const struct rj_disk *disk, enum usb_fault fault, bool write,
			uint32_t expected, uint32_t most_ms)
{
	uint8_t *buffer = host_alloc(16 * 512, 512);
	enum rj_status status;

	memset(buffer, 0x5A, 16 * 512);
	devices[0].fault = fault;
	status = request(disk, write ? RJ_WRITE : RJ_READ, 9, 16, buffer, most_ms);
	assert_int_equal(devices[0].fault, FAULT_NONE);
	if (expected < 0x100)
		assert_int_equal(status, expected);
	if (status == RJ_DISK_OK)
		assert_memory_equal(buffer, luns[0].store + 9 * 512, 16 * 512);
	for (unsigned i = 0; i < 3; i++)
		check_read(disk, &luns[0]);
}

static void faults(void **state)
{
	static const enum usb_speed speeds[] = { USB_SUPER, USB_HIGH, USB_FULL };
	static const struct {
		const char *name;
		enum usb_fault fault;
		uint32_t read, write;   /* expected status */
		unsigned resets;        /* reset recoveries (BOT 1.0, 5.3.4) of both together */
		uint32_t most_ms;
	} rows[] = {
		{ "medium error", FAULT_MEDIUM, RJ_DISK_BAD_DATA, RJ_DISK_WRITE_FAULT, 0, 2000 },
		{ "medium error, no stall", FAULT_SHORT_FAILED, RJ_DISK_BAD_DATA,
		  RJ_DISK_WRITE_FAULT, 0, 2000 },
		{ "stalled command", FAULT_STALL_COMMAND, ANY, ANY, 2, 3000 },
		{ "stalled status", FAULT_STALL_STATUS, RJ_DISK_OK, RJ_DISK_OK, 0, 2000 },
		{ "tag", FAULT_TAG, ANY, ANY, 2, 3000 },
		{ "signature", FAULT_SIGNATURE, ANY, ANY, 2, 3000 },
		{ "phase error", FAULT_PHASE, ANY, ANY, 2, 3000 },
		{ "short status", FAULT_SHORT_STATUS, ANY, ANY, 2, 3000 },
		{ "short data", FAULT_SHORT_DATA, ANY, ANY, 0, 3000 },
		{ "silent", FAULT_SILENT, ANY, ANY, 2, 22000 },
		{ "silent status", FAULT_SILENT_STATUS, ANY, ANY, 2, 22000 },
		{ "transaction error", FAULT_TRANSACTION, ANY, ANY, 2, 3000 },
		{ "unit attention", FAULT_ATTENTION, RJ_DISK_OK, RJ_DISK_OK, 0, 2000 },
	};

	(void)state;
	FOR_EACH(s, speeds)
		FOR_EACH_NAMED(i, rows, rows[i].name) {
			const struct rj_disk *disk = fresh_stick(speeds[s]);

			check_fault(disk, rows[i].fault, false, rows[i].read, rows[i].most_ms);
			check_fault(disk, rows[i].fault, true, rows[i].write, rows[i].most_ms);
			assert_int_equal(devices[0].resets, rows[i].resets);
		}
}

/* One after the other, also at a controller whose contexts lag behind. */
static void faults_in_a_row(void **state)
{
	(void)state;
	for (unsigned lazy = 0; lazy < 2; lazy++) {
		const struct rj_disk *disk;

		fresh();
		config.lazy_contexts = lazy;
		disk = one_stick(USB_HIGH);
		for (enum usb_fault fault = FAULT_MEDIUM; fault <= FAULT_ATTENTION; fault++)
			check_fault(disk, fault, fault & 1, ANY, 22000);
	}
}

/* A short packet in the first of two TRBs has two events; in the second, one. */
static void short_across_boundary(void **state)
{
	static const uint32_t before[] = { 2048, 4096, 6144, 8192 - 512 };

	(void)state;
	for (unsigned spurious = 0; spurious < 2; spurious++) {
		const struct rj_disk *disk;
		uint8_t *memory;

		fresh();
		config.spurious_success = spurious;
		disk = one_stick(USB_HIGH);
		memory = host_alloc(2 * BUFFER, BUFFER);
		FOR_EACH(i, before) {
			uint8_t *buffer = memory + BUFFER - before[i];

			devices[0].fault = FAULT_SHORT_DATA;
			assert_int_not_equal(request(disk, RJ_READ, 0, 16, buffer, 3000),
					     RJ_DISK_OK);
			check_read(disk, &luns[0]);
		}
	}
}

static void removed(void **state)
{
	static const enum usb_speed speeds[] = { USB_SUPER, USB_HIGH };

	(void)state;
	FOR_EACH(s, speeds) {
		const struct rj_disk *disk = fresh_stick(speeds[s]);
		uint8_t *buffer = host_alloc(512, 512);

		model_unplug(speeds[s] == USB_SUPER ? model_first3() : model_first2());
		for (unsigned i = 0; i < 3; i++)
			assert_int_not_equal(request(disk, RJ_READ, 0, 1, buffer, 22000),
					     RJ_DISK_OK);
		assert_int_not_equal(request(disk, RJ_RESET, 0, 0, NULL, 22000), RJ_DISK_OK);
		assert_int_not_equal(request(disk, RJ_READ, 0, 1, buffer, 22000), RJ_DISK_OK);
	}
}

/* A device that no reset helps. */
static void mute(void **state)
{
	const struct rj_disk *disk = one_stick(USB_HIGH);
	uint8_t *buffer = host_alloc(512, 512);

	(void)state;
	devices[0].is_mute = true;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_not_equal(request(disk, RJ_READ, 0, 1, buffer, 22000), RJ_DISK_OK);
		assert_int_not_equal(request(disk, RJ_WRITE, 0, 1, buffer, 22000), RJ_DISK_OK);
	}
	devices[0].is_mute = false;
	check_read(disk, &luns[0]);
	devices[0].is_mute = true;
	attach(22000);
	assert_int_equal(host_found.disk_count, 0);
}

static void controller_error(void **state)
{
	const struct rj_disk *disk = one_stick(USB_SUPER);
	uint8_t *buffer = host_alloc(512, 512);

	(void)state;
	model_fail_controller();
	assert_int_not_equal(request(disk, RJ_READ, 0, 1, buffer, 22000), RJ_DISK_OK);
	request(disk, RJ_RESET, 0, 0, NULL, 22000);
	request(disk, RJ_READ, 0, 1, buffer, 22000);
}

/* Many requests: no event is left behind, and no TRB is used twice. */
static void endurance(void **state)
{
	const struct rj_disk *disk = one_stick(USB_SUPER);
	uint32_t most = disk->max_sectors < 128 ? disk->max_sectors : 128;
	uint8_t *buffer = host_alloc(2 * BUFFER, BUFFER);

	(void)state;
	for (uint32_t i = 0; i < 500; i++) {
		uint32_t count = 1 + i * 37 % most, lba = i * 11 % (LUN_BYTES / 512 - count);

		assert_int_equal(request(disk, RJ_READ, lba, count, buffer + 60000, 1000),
				 RJ_DISK_OK);
		assert_memory_equal(buffer + 60000, luns[0].store + lba * 512, count * 512);
	}
}

static void firmwares(void **state)
{
	static const struct {
		const char *name;
		struct xhci_config config;
		bool expected;
	} rows[] = {
		{ "an OS owns it", { .legacy = LEGACY_OS, .running = true, .dcbaap = 0x9000 },
		  false },
		{ "an OS owned it, halted", { .legacy = LEGACY_OS }, false },
		{ "runs in free RAM", { .running = true, .dcbaap = 0x200000 }, false },
		{ "runs in reserved memory", { .running = true, .dcbaap = 0x7F000000 }, true },
		{ "the BIOS owns it", { .legacy = LEGACY_FIRMWARE, .running = true,
					.dcbaap = 0x7F000000 }, true },
		{ "runs in free RAM, the BIOS owns it",
		  { .legacy = LEGACY_FIRMWARE, .running = true, .dcbaap = 0x200000 }, false },
		{ "untouched", { .id = 0 }, true },
		{ "untouched, of the BIOS", { .legacy = LEGACY_FIRMWARE }, true },
		{ "halted after use", { .dcbaap = 0x7F000000 }, false },
		{ "halted, free RAM", { .dcbaap = 0x200000 }, false },
		{ "does not decode", { .memory_off = true }, false },
		{ "gone", { .gone = true }, false },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		fresh();
		config = rows[i].config;
		model_power_on(&config);
		host_set_free_ram(0x100000, 0x10000000);
		assert_int_equal(interface.is_firmwares(XHCI_PCI, &driver_host), rows[i].expected);
		assert_int_equal(model_writes(), 0);
	}
}

/* Keyboards. */
static struct usb_device *keyboard;
static struct rj_keys keys;

/* Polls as often as this takes, and keeps the last poll's answer. */
static uint32_t poll_codes(uint32_t ms, uint32_t step_ms, uint8_t *codes, size_t *count)
{
	uint32_t answer = 1;

	for (uint32_t t = 0; t < ms && answer; t += step_ms) {
		model_wait_ms(step_ms);
		model_limit_ms(2000);
		answer = host_found.keyboards.poll(host_found.keyboards.context, &keys);
		assert_true(keys.count <= RJ_KEYS_MAX);
		for (size_t i = 0; i < keys.count && answer && *count < 256; i++)
			codes[(*count)++] = keys.codes[i];
	}
	return answer;
}

static void expect(const char *bytes, size_t count)
{
	uint8_t codes[256] = { 0 };
	size_t found = 0;

	assert_int_not_equal(poll_codes(60, 10, codes, &found), 0);
	assert_int_equal(found, count);
	assert_memory_equal(codes, bytes, count);
}
#define EXPECT(bytes) expect((bytes), sizeof(bytes) - 1)

static void press(uint8_t modifiers, uint8_t a, uint8_t b, uint8_t c)
{
	usb_report(keyboard, (const uint8_t[8]){ modifiers, 0, a, b, c });
}

static void attach_keyboard(enum usb_kind kind, enum usb_speed speed)
{
	keyboard = add("keyboard", kind, speed);
	config.port2[1].device = keyboard;
	attach(2500);
	assert_int_equal(host_found.keyboards_count, 1);
	assert_true(keyboard->boot_protocol);
	keys.leds = 0;
}

static void key_codes(void **state)
{
	static const struct {
		uint8_t modifiers, usage;
		const char *codes;      /* of the press and of the release, in hexadecimal */
	} rows[] = {
		{ 0, 0x04, "1E 9E" }, { 0, 0x1D, "2C AC" }, { 0, 0x1E, "02 82" },
		{ 0, 0x27, "0B 8B" }, { 0, 0x28, "1C 9C" }, { 0, 0x29, "01 81" },
		{ 0, 0x2A, "0E 8E" }, { 0, 0x2B, "0F 8F" }, { 0, 0x2C, "39 B9" },
		{ 0, 0x2D, "0C 8C" }, { 0, 0x2E, "0D 8D" }, { 0, 0x31, "2B AB" },
		{ 0, 0x32, "2B AB" }, { 0, 0x35, "29 A9" }, { 0, 0x38, "35 B5" },
		{ 0, 0x39, "3A BA" }, { 0, 0x3A, "3B BB" }, { 0, 0x43, "44 C4" },
		{ 0, 0x44, "57 D7" }, { 0, 0x45, "58 D8" }, { 0, 0x47, "46 C6" },
		{ 0, 0x46, "E0 37 E0 B7" }, { 0x04, 0x46, "38 54 B8 D4" },
		{ 0, 0x48, "E1 1D 45 E1 9D C5" }, { 0x01, 0x48, "1D E0 46 E0 C6 9D" },
		{ 0, 0x49, "E0 52 E0 D2" }, { 0, 0x4A, "E0 47 E0 C7" }, { 0, 0x4B, "E0 49 E0 C9" },
		{ 0, 0x4C, "E0 53 E0 D3" }, { 0, 0x4D, "E0 4F E0 CF" }, { 0, 0x4E, "E0 51 E0 D1" },
		{ 0, 0x4F, "E0 4D E0 CD" }, { 0, 0x50, "E0 4B E0 CB" }, { 0, 0x51, "E0 50 E0 D0" },
		{ 0, 0x52, "E0 48 E0 C8" }, { 0, 0x53, "45 C5" }, { 0, 0x54, "E0 35 E0 B5" },
		{ 0, 0x55, "37 B7" }, { 0, 0x56, "4A CA" }, { 0, 0x57, "4E CE" },
		{ 0, 0x58, "E0 1C E0 9C" }, { 0, 0x59, "4F CF" }, { 0, 0x62, "52 D2" },
		{ 0, 0x63, "53 D3" }, { 0, 0x64, "56 D6" }, { 0, 0x65, "E0 5D E0 DD" },
		{ 0x01, 0, "1D 9D" }, { 0x02, 0, "2A AA" }, { 0x04, 0, "38 B8" },
		{ 0x08, 0, "E0 5B E0 DB" }, { 0x10, 0, "E0 1D E0 9D" }, { 0x20, 0, "36 B6" },
		{ 0x40, 0, "E0 38 E0 B8" }, { 0x80, 0, "E0 5C E0 DC" },
	};

	(void)state;
	attach_keyboard(USB_KEYBOARD, USB_FULL);
	FOR_EACH(i, rows) {
		uint8_t codes[256];
		char text[256 * 3] = "";
		size_t count = 0, used = 0;

		press(rows[i].modifiers, rows[i].usage, 0, 0);
		press(0, 0, 0, 0);
		assert_int_not_equal(poll_codes(100, 10, codes, &count), 0);
		for (size_t c = 0; c < count; c++)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%02X ",
						 codes[c]);
		text[used ? used - 1 : 0] = 0;
		assert_string_equal(text, rows[i].codes);
	}
}

static void several_keys(void **state)
{
	(void)state;
	attach_keyboard(USB_KEYBOARD, USB_LOW);
	EXPECT("");
	press(0, 0x04, 0, 0);
	EXPECT("\x1E");
	press(0, 0x04, 0x05, 0);
	EXPECT("\x30");
	press(0, 0x05, 0, 0);                   /* in another place of the report */
	EXPECT("\x9E");
	press(0x02, 0x01, 0x01, 0x01);          /* roll-over: too many keys */
	usb_report(keyboard, (const uint8_t[8]){ 0, 0, 1, 1, 1, 1, 1, 1 });
	EXPECT("");
	press(0, 0x05, 0, 0);
	EXPECT("");
	press(0, 0, 0, 0);
	EXPECT("\xB0");
	press(0x02, 0x04, 0, 0);                /* the modifier comes first */
	EXPECT("\x2A\x1E");
	press(0, 0, 0, 0);
	EXPECT("\xAA\x9E");
}

static void repeat(void **state)
{
	static const uint32_t steps[] = { 10, 55 };

	(void)state;
	attach_keyboard(USB_KEYBOARD, USB_FULL);
	FOR_EACH(s, steps) {
		uint8_t codes[256];
		size_t count = 0;

		press(0, 0x51, 0, 0);
		poll_codes(430, steps[s], codes, &count);
		assert_int_equal(count, 2);
		poll_codes(1500, steps[s], codes, &count);
		assert_between(count / 2, 12, 30);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(codes[i], i & 1 ? 0x50 : 0xE0);
		press(0, 0, 0, 0);
		poll_codes(110, 55, codes, &count);
		assert_int_equal(codes[count - 1], 0xD0);
		count = 0;
		poll_codes(1000, steps[s], codes, &count);
		assert_int_equal(count, 0);
	}
}

static void leds(void **state)
{
	static const struct { uint8_t leds, hid; } rows[] = {
		{ RJ_LED_CAPS, 0x02 }, { RJ_LED_NUM, 0x01 }, { RJ_LED_SCROLL, 0x04 },
		{ RJ_LED_CAPS | RJ_LED_NUM, 0x03 }, { 0, 0 },
	};

	(void)state;
	attach_keyboard(USB_BMC, USB_HIGH);
	FOR_EACH(i, rows) {
		keys.leds = rows[i].leds;
		EXPECT("");
		assert_int_equal(keyboard->leds, rows[i].hid);
	}
}

static void all_keyboards(void **state)
{
	static const struct {
		enum usb_kind kind;
		enum usb_speed speed;
		uint8_t interval, bytes;
		bool stalls_idle;
	} rows[] = {
		{ USB_KEYBOARD, USB_LOW, 10, 8, false }, { USB_KEYBOARD, USB_FULL, 1, 8, true },
		{ USB_KEYBOARD, USB_FULL, 255, 16, false },
		{ USB_KEYBOARD, USB_HIGH, 4, 64, false },
		{ USB_KEYBOARD, USB_HIGH, 7, 8, true }, { USB_BMC, USB_HIGH, 9, 8, false },
		{ USB_BMC, USB_FULL, 16, 8, true },
	};

	(void)state;
	FOR_EACH(i, rows) {
		fresh();
		keyboard = add("keyboard", rows[i].kind, rows[i].speed);
		keyboard->interval = rows[i].interval;
		keyboard->report_bytes = rows[i].bytes;
		keyboard->stalls_idle = rows[i].stalls_idle;
		config.port2[0].device = keyboard;
		attach(2500);
		assert_int_equal(host_found.keyboards_count, 1);
		press(0, 0x04, 0, 0);
		EXPECT("\x1E");
	}
}

/* One poll serves all the keyboards of a controller. */
static void two_keyboards(void **state)
{
	struct usb_device *other = add("other", USB_KEYBOARD, USB_LOW);
	struct usb_device *hub = add("hub", USB_HUB, USB_HIGH);

	(void)state;
	hub->children[2] = other;
	config.port2[0].device = hub;
	attach_keyboard(USB_KEYBOARD, USB_FULL);
	press(0, 0x04, 0, 0);
	EXPECT("\x1E");
	usb_report(other, (const uint8_t[8]){ 0, 0, 0x05 });
	EXPECT("\x30");
	press(0, 0, 0, 0);
	EXPECT("\x9E");
	usb_report(other, (const uint8_t[8]){ 0 });
	EXPECT("\xB0");
}

/* As many as six keys and all modifiers at both: what has no room waits for the next poll. */
static void many_keys(void **state)
{
	static const uint8_t reports[2][8] = {
		{ 0xFF, 0, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F }, { 0 } };
	struct usb_device *other = add("other", USB_KEYBOARD, USB_LOW);
	uint8_t codes[256];
	size_t count = 0, released = 0;

	(void)state;
	config.port2[0].device = other;
	attach_keyboard(USB_KEYBOARD, USB_FULL);
	for (unsigned i = 0; i < 2; i++) {
		usb_report(keyboard, reports[i]);
		usb_report(other, reports[i]);
	}
	poll_codes(200, 10, codes, &count);
	assert_int_equal(count, 2 * 2 * 24);
	for (size_t i = 0; i < count; i++)
		released += codes[i] & 0x80 && codes[i] != 0xE0;
	assert_int_equal(released, 2 * 14);
}

/* The event ring is shared: reports that arrive during a disk's transfers are kept. */
static void keys_and_disk(void **state)
{
	(void)state;
	config.port3[0].device = add_stick(USB_SUPER);
	attach_keyboard(USB_KEYBOARD, USB_FULL);
	assert_int_equal(host_found.disk_count, 1);
	press(0, 0x04, 0, 0);
	press(0, 0, 0, 0);
	check_read(&host_found.disks[0], &luns[0]);
	for (unsigned i = 0; i < 100; i++)
		check_read(&host_found.disks[0], &luns[0]);
	EXPECT("\x1E\x9E");
	devices[0].fault = FAULT_SILENT;
	press(0, 0x05, 0, 0);
	press(0, 0, 0, 0);
	request(&host_found.disks[0], RJ_READ, 0, 1, host_alloc(512, 512), 22000);
	EXPECT("\x30\xB0");
}

/* --usb keyboard. */
static void no_disks(void **state)
{
	struct usb_device *stick = add_stick(USB_SUPER);

	(void)state;
	config.port3[0].device = stick;
	keyboard = add("keyboard", USB_KEYBOARD, USB_FULL);
	config.port2[0].device = keyboard;
	model_power_on(&config);
	driver_host.no_disks = true;
	model_limit_ms(2500);
	interface.attach(XHCI_PCI, &driver_host);
	assert_int_equal(host_found.disk_count, 0);
	assert_int_equal(host_found.keyboards_count, 1);
	assert_int_equal(stick->reads, 0);
	press(0, 0x04, 0, 0);
	EXPECT("\x1E");
}

static void taken_over(void **state)
{
	static const bool stops[] = { false, true };

	(void)state;
	FOR_EACH(i, stops) {
		uint8_t codes[256], *buffer;
		size_t count = 0;
		unsigned written;

		fresh();
		config.port3[0].device = add_stick(USB_SUPER);
		attach_keyboard(USB_KEYBOARD, USB_FULL);
		press(0, 0x04, 0, 0);
		EXPECT("\x1E");
		model_take_over(stops[i]);
		written = model_writes();
		buffer = host_alloc(512, 512);
		for (unsigned n = 0; n < 4; n++) {
			assert_int_equal(poll_codes(1000, 100, codes, &count), 0);
			assert_int_not_equal(request(&host_found.disks[0], RJ_READ, 0, 1, buffer,
						     100), RJ_DISK_OK);
			assert_int_not_equal(request(&host_found.disks[0], RJ_RESET, 0, 0, NULL,
						     100), RJ_DISK_OK);
			if (n == 1)
				model_take_over(stops[i]);      /* back again, but it is lost */
		}
		assert_int_equal(count, 0);
		assert_int_equal(model_writes(), written);
	}
}

/* A report that fails is lost, but not the ones after it. */
static void failed_report(void **state)
{
	(void)state;
	for (unsigned stalls = 0; stalls < 2; stalls++) {
		fresh();
		attach_keyboard(USB_KEYBOARD, USB_FULL);
		press(0, 0x04, 0, 0);
		EXPECT("\x1E");
		keyboard->report_failure = stalls ? USB_STALL : USB_ERROR;
		EXPECT("");
		press(0, 0, 0, 0);
		EXPECT("\x9E");
	}
}

static void keyboard_removed(void **state)
{
	uint8_t codes[256];
	size_t count = 0;

	(void)state;
	attach_keyboard(USB_KEYBOARD, USB_FULL);
	press(0, 0x04, 0, 0);
	EXPECT("\x1E");
	model_unplug(model_first2() + 1);
	poll_codes(3000, 50, codes, &count);    /* in bounded time, and with no overflow */
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

UNIT_MAIN(TEST(bring_up), TEST(no_bring_up), TEST(little_memory), TEST(placements),
	  TEST(nothing_attached), TEST(root_ports), TEST(late_connect), TEST(identification),
	  TEST(others), TEST(hubs), TEST(hub_of_many), TEST(too_many_tiers), TEST(both_hubs),
	  TEST(two_sticks), TEST(units), TEST(card_reader), TEST(buffers), TEST(writes),
	  TEST(faults), TEST(faults_in_a_row), TEST(short_across_boundary), TEST(removed),
	  TEST(mute), TEST(controller_error), TEST(endurance), TEST(firmwares), TEST(key_codes),
	  TEST(several_keys), TEST(repeat), TEST(leds), TEST(all_keyboards), TEST(two_keyboards),
	  TEST(many_keys), TEST(keys_and_disk), TEST(no_disks), TEST(taken_over),
	  TEST(failed_report), TEST(keyboard_removed))
