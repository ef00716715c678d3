/* SPDX-License-Identifier: MIT */
/* The driver for MegaRAID's Fusion generations, on a model of the card. */
#include "unit.h"

#include "hardware/pci.h"
#include "mfi_model.h"

static struct card_disk disks[CARD_DISKS];
static struct card_config config;

static void fresh(unsigned count)
{
	config = (struct card_config){ .kind = CARD_FUSION, .state = CARD_READY, .disks = disks,
				       .disk_count = count };
	for (unsigned i = 0; i < count; i++)
		disks[i] = card_disk(i % 2, (uint16_t)(i + 2));
}

static void every_card(void **state)
{
	static const struct {
		const char *name;
		uint16_t device;
		bool ports_first, reads_zero, posts;
	} rows[] = {
		{ "Thunderbolt", 0x005B, true, false, false },
		{ "Invader", 0x005D, true, false, true },
		{ "Fury", 0x005F, true, false, false },
		{ "Ventura", 0x0014, false, false, true },
		{ "Aero", 0x10E2, false, true, true },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		fresh(2);
		config.device = rows[i].device;
		config.ports_first = rows[i].ports_first;
		config.reads_zero = rows[i].reads_zero;
		config.posts = rows[i].posts;
		card_attach(&config, 1000);
		assert_int_equal(card_found.disk_count, 2);
		for (unsigned j = 0; j < 2; j++) {
			assert_int_equal(card_found.disks[j].unit, j ? RJ_MEGARAID_PD | 3 : 2);
			assert_int_equal(card_found.disks[j].flags, RJ_DISK_READONLY);
			card_check_read(&card_found.disks[j], &disks[j]);
		}
		assert_int_equal(card_current_state(), CARD_OPERATIONAL);
		assert_int_equal(card_found.warnings, 0);
	}
}

/* Whatever state the card was left in; its doorbell may be busy for a while after a reset. */
static void every_state(void **state)
{
	static const struct {
		const char *name;
		uint8_t state;
		unsigned doorbell_ms;
		const char *states;
	} rows[] = {
		{ "undefined", CARD_UNDEFINED, 0, "146789ab" },
		{ "boot block", CARD_BB_INIT, 0, "146789ab" },
		{ "FW_INIT", CARD_FW_INIT, 0, "46789ab" },
		{ "WAIT_HANDSHAKE", CARD_WAIT_HANDSHAKE, 0, "6789ab" },
		{ "FW_INIT_2", CARD_FW_INIT_2, 0, "789ab" },
		{ "DEVICE_SCAN", CARD_DEVICE_SCAN, 0, "89ab" },
		{ "BOOT_MESSAGE_PENDING", CARD_BOOT_MESSAGE, 0, "9ab" },
		{ "FLUSH_CACHE", CARD_FLUSH_CACHE, 0, "ab" },
		{ "READY", CARD_READY, 0, "b" },
		{ "OPERATIONAL", CARD_OPERATIONAL, 0, "cab" },
		{ "OPERATIONAL, busy for 20 ms", CARD_OPERATIONAL, 20, "cab" },
		{ "OPERATIONAL, busy for 5 s", CARD_OPERATIONAL, 5000, "cb" },
	};
	char text[64];

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		fresh(1);
		config.state = rows[i].state;
		config.step_ms = 50;
		config.busy = rows[i].state == CARD_OPERATIONAL;
		config.doorbell_ms = rows[i].doorbell_ms;
		card_attach(&config, 1000 + rows[i].doorbell_ms);
		card_check_one(2, &disks[0]);
		snprintf(text, sizeof(text), "fusion: ready, after states %s, status 0\n",
			 rows[i].states);
		assert_string_equal(card_found.text, text);
	}
}

static void no_start(void **state)
{
	static const struct {
		const char *name;
		struct card_config config;
		uint32_t most_ms;
		bool bus_master;
		const char *words;
	} rows[] = {
		{ "FAULT", { .state = CARD_FAULT }, 100, false, "not ready, after states f, " },
		{ "gone", { .gone = true }, 100, false, "not ready, after states f, " },
		{ "no memory", { .state = CARD_READY, .allocations = 1 }, 100, false,
		  "not enough memory" },
		{ "no registers", { .state = CARD_READY, .no_bar = true }, 100, false,
		  "out of reach" },
		{ "stays in FW_INIT", { .state = CARD_FW_INIT, .stuck = CARD_STAYS(CARD_FW_INIT) },
		  11000, false, "not ready, after states 4, " },
		{ "stays OPERATIONAL", { .state = CARD_OPERATIONAL, .busy = true,
					 .stuck = CARD_STAYS(CARD_OPERATIONAL) },
		  11000, false, "not ready, after states c, " },
		{ "IOC INIT refused", { .state = CARD_READY, .init_status = 3 }, 1000, true,
		  "not ready, after states b, status 3" },
		{ "no answers", { .state = CARD_READY, .no_answers = true }, 31000, true,
		  "not ready, after states b, status ff" },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		fresh(1);
		config = rows[i].config;
		config.kind = CARD_FUSION;
		config.disks = disks;
		config.disk_count = 1;
		card_attach(&config, rows[i].most_ms);
		assert_int_equal(card_found.disk_count, 0);
		assert_non_null(strstr(card_found.text, rows[i].words));
		assert_int_equal(!!(card_command() & PCI_BUS_MASTER), rows[i].bus_master);
	}
}

/* The queue of replies, which some firmware fills, is drained and wraps. */
static void replies(void **state)
{
	static const struct {
		uint16_t frames, depth;
	} rows[] = { { 1, 16 }, { 15, 16 }, { 16, 32 }, { 928, 944 }, { 1008, 1024 } };
	uint8_t *buffer;

	(void)state;
	FOR_EACH(i, rows) {
		fresh(1);
		config.frames = rows[i].frames;
		config.posts = true;
		card_attach(&config, 1000);
		buffer = card_alloc(512, 4);
		for (unsigned n = 0; n < 3u * rows[i].depth; n++)
			assert_int_equal(card_request(&card_found.disks[0], RJ_READ, n % 64, 1, buffer, 10),
					 RJ_DISK_OK);
		card_check_read(&card_found.disks[0], &disks[0]);
	}
}

/* The drivers of systems do not send what the firmware may not know: it says so, with a status. */
static void refused(void **state)
{
	(void)state;
	fresh(2);
	disks[0].fault = (struct card_fault){ .status = 0x03 };
	disks[0].faults = 100;
	card_attach(&config, 3000);
	card_check_one(RJ_MEGARAID_PD | 3, &disks[1]);
	assert_non_null(strstr(card_found.text, "fusion: logical drive 2 is not ready, or no disk"));
	fresh(2);
	config.list_status = 3;
	card_attach(&config, 3000);
	card_check_one(RJ_MEGARAID_PD | 3, &disks[1]);
	assert_non_null(strstr(card_found.text, "fusion: status 3 instead of a list"));
}

static void errors(void **state)
{
	static const struct {
		const char *name;
		struct card_fault fault;
		enum rj_status expected;
		uint32_t most_ms;
	} rows[] = {
		{ "medium", { 0x2D, 2, 3, 0x11, false }, RJ_DISK_BAD_DATA, 100 },
		{ "attention", { 0x2D, 2, 6, 0x29, false }, RJ_DISK_OK, 100 },
		{ "device not found", { 0x0C, 0, 0, 0, false }, RJ_DISK_TIMEOUT, 100 },
		{ "no answer", { 0, 0, 0, 0, true }, RJ_DISK_TIMEOUT, 32000 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		const struct rj_disk *disk = &card_found.disks[0];
		uint8_t *buffer;

		fresh(1);
		config.step_ms = 100;
		config.doorbell_ms = 50;
		config.posts = true;
		card_attach(&config, 1000);
		buffer = card_alloc(512, 4);
		disks[0].fault = rows[i].fault;
		disks[0].faults = 1;
		assert_int_equal(card_request(disk, RJ_READ, 0, 1, buffer, rows[i].most_ms),
				 rows[i].expected);
		disks[0].faults = 0;
		card_check_read(disk, &disks[0]);
		assert_int_equal(card_request(disk, RJ_RESET, 0, 0, NULL, 1000), RJ_DISK_OK);
		card_check_read(disk, &disks[0]);
	}
}

UNIT_MAIN(cmocka_unit_test(every_card), cmocka_unit_test(every_state), cmocka_unit_test(no_start),
	  cmocka_unit_test(replies), cmocka_unit_test(refused), cmocka_unit_test(errors))
