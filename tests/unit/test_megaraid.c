/* SPDX-License-Identifier: MIT */
/* The driver for MegaRAID's cards that take MFI frames, on a model of them. */
#include "unit.h"

#include "hardware/pci.h"
#include "mfi_cases.h"

static struct card_disk disks[CARD_DISKS];
static struct card_config config;

/* A card of this kind, in state READY, with these disks. */
static void fresh(enum card_kind kind, unsigned count)
{
	config = (struct card_config){ .kind = kind, .state = CARD_READY, .disks = disks,
				       .disk_count = count };
	for (unsigned i = 0; i < count; i++)
		disks[i] = card_disk(false, (uint16_t)(i + 2));
}

static const struct {
	const char *name;
	enum card_kind kind;
	uint16_t device;
	bool ports_first;
} cards[] = {
	{ "1064R", CARD_1064, 0x0411, false },
	{ "1064R, ZCR", CARD_1064, 0x0413, false },
	{ "PERC 5", CARD_1064, 0x0015, false },
	{ "1078", CARD_1078, 0x0060, false },
	{ "1078DE", CARD_1078, 0x007C, true },
	{ "2108", CARD_1078, 0x0078, true },
	{ "2108 (PERC H700)", CARD_1078, 0x0079, true },
	{ "2008", CARD_2008, 0x0071, true },
	{ "2008 (PERC H310)", CARD_2008, 0x0073, true },
};

static void fresh_card(size_t i, unsigned count)
{
	fresh(cards[i].kind, count);
	config.device = cards[i].device;
	config.ports_first = cards[i].ports_first;
}

static void every_card(void **state)
{
	(void)state;
	FOR_EACH_NAMED(i, cards, cards[i].name) {
		fresh_card(i, 1);
		card_attach(&config, 1000);
		card_check_one(2, &disks[0]);
		assert_int_equal(card_current_state(), CARD_OPERATIONAL);
		assert_int_equal(host_found.warnings, 0);
		assert_int_equal(card_command() & (PCI_MEMORY | PCI_BUS_MASTER | PCI_INTX_DISABLE),
				 PCI_MEMORY | PCI_BUS_MASTER | PCI_INTX_DISABLE);
	}
}

static void every_state(void **state)
{
	(void)state;
	for (enum card_kind kind = CARD_1064; kind <= CARD_2008; kind++)
		mfi_check_states(kind, "megaraid");
}

static void no_start(void **state)
{
	(void)state;
	mfi_check_no_start(CARD_1078, "megaraid");
}

/* Logical drives come in the order of their numbers, then system drives. */
static void units(void **state)
{
	static const struct {
		bool is_physical;
		uint16_t target;
		uint8_t state, type;
	} rows[] = {
		{ true, 200, 0, 0 }, { false, 17, 3, 0 }, { true, 3, 0, 0 }, { false, 0, 2, 0 },
		{ false, 5, 0, 0 }, { false, 6, 1, 0 },         /* offline; partially degraded */
		{ true, 4, 0, 0x0D },                           /* an enclosure */
		{ true, 300, 0, 0 },                            /* not a byte */
	};
	static const uint32_t expected[] = { 0, 6, 17, RJ_MEGARAID_PD | 3, RJ_MEGARAID_PD | 200 };

	(void)state;
	fresh(CARD_1078, COUNT_OF(rows));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		disks[i] = card_disk(rows[i].is_physical, rows[i].target);
		disks[i].state = rows[i].state;
		disks[i].type = rows[i].type;
	}
	card_attach(&config, 3000);
	assert_int_equal(host_found.disk_count, COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_int_equal(host_found.disks[i].unit, expected[i]);
	card_check_read(&host_found.disks[2], &disks[1]);
	card_check_read(&host_found.disks[4], &disks[0]);
}

/* A list that fails, or is left as it was. */
static void lists(void **state)
{
	(void)state;
	fresh(CARD_1078, 2);
	disks[1] = card_disk(true, 9);
	config.no_physical_list = true;
	card_attach(&config, 3000);
	card_check_one(2, &disks[0]);
	fresh(CARD_1078, 2);
	disks[1] = card_disk(true, 9);
	config.physical_status = 1;
	card_attach(&config, 3000);
	card_check_one(2, &disks[0]);
	fresh(CARD_1078, 2);
	disks[1] = card_disk(true, 9);
	config.list_status = 1;
	card_attach(&config, 3000);
	card_check_one(RJ_MEGARAID_PD | 9, &disks[1]);
	assert_non_null(strstr(host_found.text, "status 00000001 instead of a list"));
}

/* Firmware that has no use for a reply queue. */
static void init_refused(void **state)
{
	(void)state;
	fresh(CARD_1078, 1);
	config.init_status = 1;
	card_attach(&config, 1000);
	card_check_one(2, &disks[0]);
}

/* As many replies as the card takes frames, few or many. */
static void queue_depth(void **state)
{
	static const uint16_t rows[] = { 1, 2, 128, 1008, 0xFFFF };

	(void)state;
	FOR_EACH(i, rows) {
		fresh(CARD_1064, 1);
		config.frames = rows[i];
		card_attach(&config, 1000);
		card_check_one(2, &disks[0]);
	}
}

static void sizes(void **state)
{
	static const struct {
		uint64_t sectors;
		uint32_t sector_size;
	} rows[] = {
		{ 1u << 20, 512 }, { 1u << 20, 4096 }, { UINT64_C(0x100000000), 512 },
		{ UINT64_C(0x300000000), 512 },
	};
	uint8_t *buffer;

	(void)state;
	FOR_EACH(i, rows) {
		const struct rj_disk *disk = &host_found.disks[0];

		fresh(CARD_2008, 1);
		disks[0].sectors = rows[i].sectors;
		disks[0].sector_size = rows[i].sector_size;
		card_attach(&config, 1000);
		card_check_one(2, &disks[0]);
		assert_int_equal(disk->max_sectors, 0x10000 / rows[i].sector_size);
		buffer = host_alloc(0x10000, 4);
		/* the last sector, by READ(16) where it needs it */
		assert_int_equal(card_request(disk, RJ_READ, rows[i].sectors - 1, 1, buffer, 1000),
				 RJ_DISK_OK);
		assert_int_equal(card_request(disk, RJ_READ, rows[i].sectors, 1, buffer, 1000),
				 RJ_DISK_NOT_FOUND);
		assert_int_equal(card_request(disk, RJ_READ, 0, disk->max_sectors, buffer, 1000),
				 RJ_DISK_OK);
	}
}

static void writes(void **state)
{
	uint8_t *buffer, copy[1024];
	const struct rj_disk *disk = &host_found.disks[0];

	(void)state;
	for (enum card_kind kind = CARD_1064; kind <= CARD_2008; kind++) {
		fresh(kind, 1);
		card_attach(&config, 1000);
		buffer = host_alloc(1024, 4);
		for (uint32_t i = 0; i < 1024; i++)
			copy[i] = buffer[i] = (uint8_t)(i * 3 + kind);
		assert_int_equal(card_request(disk, RJ_WRITE, 4, 2, buffer, 1000), RJ_DISK_OK);
		assert_int_equal(card_request(disk, RJ_FLUSH, 0, 0, NULL, 1000), RJ_DISK_OK);
		assert_memory_equal(disks[0].store + 4 * 512, copy, 1024);
		assert_int_equal(disks[0].flushes, 1);
		assert_int_equal(config.flushes, 0);
		card_check_read(disk, &disks[0]);
	}
	fresh(CARD_1078, 1);
	disks[0].protected = true;
	card_attach(&config, 1000);
	assert_int_equal(disk->flags, RJ_DISK_READONLY);
	assert_int_equal(card_request(disk, RJ_WRITE, 4, 2, host_alloc(1024, 4), 1000),
			 RJ_DISK_WRITE_PROTECTED);
}

/* A logical drive that does not know SYNCHRONIZE CACHE; a system drive has nothing else. */
static void flush(void **state)
{
	(void)state;
	for (unsigned physical = 0; physical < 2; physical++) {
		fresh(CARD_1078, 1);
		disks[0] = card_disk(physical, 2);
		disks[0].no_flush = true;
		card_attach(&config, 1000);
		assert_int_equal(card_request(&host_found.disks[0], RJ_FLUSH, 0, 0, NULL, 1000),
				 RJ_DISK_OK);
		assert_int_equal(config.flushes, physical ? 0 : 1);
	}
}

static void errors(void **state)
{
	(void)state;
	mfi_check_errors(CARD_2008);
}

/* A card that fails later, and what AH=00h can do about it. */
static void lost(void **state)
{
	const struct rj_disk *disk = &host_found.disks[0];

	(void)state;
	fresh(CARD_1078, 1);
	card_attach(&config, 1000);
	config.no_answers = true;
	config.stuck = CARD_STAYS(CARD_OPERATIONAL);
	assert_int_equal(card_request(disk, RJ_READ, 0, 1, host_alloc(512, 4), 41000), RJ_DISK_TIMEOUT);
	/* once lost, it costs no time */
	assert_int_equal(card_request(disk, RJ_READ, 0, 1, host_alloc(512, 4), 10), RJ_DISK_TIMEOUT);
	assert_int_equal(card_request(disk, RJ_RESET, 0, 0, NULL, 11000), RJ_DISK_TIMEOUT);
	config.no_answers = false;
	config.stuck = 0;
	assert_int_equal(card_request(disk, RJ_RESET, 0, 0, NULL, 1000), RJ_DISK_OK);
	card_check_read(disk, &disks[0]);
	card_set_state(CARD_FAULT);
	config.no_answers = true;
	assert_int_equal(card_request(disk, RJ_RESET, 0, 0, NULL, 100), RJ_DISK_TIMEOUT);
}

/* Whichever allocation fails, there is at most less than there could be. */
static void little_memory(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 6; n++) {
		fresh(CARD_1078, 1);
		config.allocations = n;
		card_attach(&config, 1000);
		assert_int_equal(host_found.disk_count, n > 3);
	}
}

static void is_firmwares(void **state)
{
	static const struct {
		const char *name;
		uint8_t state, hard_disks;
		bool bus_master, expected;
	} rows[] = {
		{ "READY", CARD_READY, 1, true, true },
		{ "OPERATIONAL", CARD_OPERATIONAL, 1, true, true },
		{ "Bus Master off", CARD_READY, 1, false, false },
		{ "no hard disks", CARD_READY, 0, true, false },
		{ "FAULT", CARD_FAULT, 1, true, false },
		{ "FW_INIT", CARD_FW_INIT, 1, true, false },
	};

	(void)state;
	for (enum card_kind kind = CARD_1064; kind <= CARD_2008; kind++)
		FOR_EACH_NAMED(i, rows, rows[i].name) {
			unsigned before;

			fresh(kind, 1);
			config.state = rows[i].state;
			config.bus_master = rows[i].bus_master;
			config.step_ms = 1000;
			card_power_on(&config);
			card_hard_disks = rows[i].hard_disks;
			before = card_writes();
			assert_int_equal(interface.is_firmwares(CARD_PCI, &driver_host), rows[i].expected);
			assert_int_equal(card_writes(), before);
		}
}

UNIT_MAIN(cmocka_unit_test(every_card), cmocka_unit_test(every_state), cmocka_unit_test(no_start),
	  cmocka_unit_test(units), cmocka_unit_test(lists), cmocka_unit_test(init_refused),
	  cmocka_unit_test(queue_depth), cmocka_unit_test(sizes), cmocka_unit_test(writes),
	  cmocka_unit_test(flush), cmocka_unit_test(errors), cmocka_unit_test(lost),
	  cmocka_unit_test(little_memory), cmocka_unit_test(is_firmwares))
