/* SPDX-License-Identifier: MIT */
/* The driver for MegaRAID's Fusion generations, on a model of the card. */
#include "unit.h"

#include "hardware/pci.h"
#include "mfi_cases.h"

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
		assert_int_equal(host_found.disk_count, 2);
		for (unsigned j = 0; j < 2; j++) {
			assert_int_equal(host_found.disks[j].unit, j ? RJ_MEGARAID_PD | 3 : 2);
			assert_int_equal(host_found.disks[j].flags, RJ_DISK_READONLY);
			card_check_read(&host_found.disks[j], &disks[j]);
		}
		assert_int_equal(card_current_state(), CARD_OPERATIONAL);
		assert_int_equal(host_found.warnings, 0);
	}
}

static void every_state(void **state)
{
	(void)state;
	mfi_check_states(CARD_FUSION, "fusion");
}

static void no_start(void **state)
{
	(void)state;
	mfi_check_no_start(CARD_FUSION, "fusion");
	fresh(1);
	config.init_status = 3;         /* IOC INIT is refused */
	card_attach(&config, 1000);
	assert_int_equal(host_found.disk_count, 0);
	assert_string_equal(host_found.text, "fusion: not ready, after states 0000000B, status 00000003\n");
	assert_true(card_command() & PCI_BUS_MASTER);
}

#define FAILED "fusion: the card's firmware has failed, F0000002; a reset may take minutes\n"

/* Firmware that has failed is reset once, if it says that it can be. */
static void fault(void **state)
{
	static const struct {
		const char *name;
		struct card_config config;
		uint32_t most_ms;
		unsigned resets;
		const char *text;
	} rows[] = {
		{ "a reset", { .can_reset = true, .reset_ms = 500, .step_ms = 1000 }, 12000, 1,
		  FAILED "fusion: ready, after states 0F6789AB, status 00000000\n" },
		{ "a slow one", { .can_reset = true, .reset_ms = 60000, .step_ms = 9000 }, 150000, 1,
		  FAILED "fusion: ready, after states 0F6789AB, status 00000000\n" },
		{ "cannot be reset", { .can_reset = false }, 100, 0,
		  "fusion: not ready, after states 0000000F, status 00000000\n" },
		{ "stays locked", { .can_reset = true, .stays_locked = true }, 11000, 0,
		  FAILED "fusion: not ready, after states 0000000F, status 00000000\n" },
		{ "does not come back", { .can_reset = true, .reset_ms = 110000 }, 104000, 1,
		  FAILED "fusion: not ready, after states 0000000F, status 00000000\n" },
		{ "does not start", { .can_reset = true, .reset_ms = 10, .stuck = CARD_STAYS(CARD_UNDEFINED) },
		  104000, 1, FAILED "fusion: not ready, after states 0000000F, status 00000000\n" },
		{ "fails again", { .can_reset = true, .reset_ms = 10, .step_ms = 10, .init_status = 3 },
		  4000, 1, FAILED "fusion: not ready, after states 0F6789AB, status 00000003\n" },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		bool is_ready = strstr(rows[i].text, ": ready");

		fresh(1);
		config = rows[i].config;
		config.kind = CARD_FUSION;
		config.state = CARD_FAULT;
		config.disks = disks;
		config.disk_count = 1;
		card_attach(&config, rows[i].most_ms);
		assert_string_equal(host_found.text, rows[i].text);
		assert_int_equal(card_diagnostic_resets(), rows[i].resets);
		assert_int_equal(host_found.disk_count, is_ready);
		if (is_ready)
			card_check_one(2, &disks[0]);
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
		buffer = host_alloc(512, 4);
		for (unsigned n = 0; n < 3u * rows[i].depth; n++)
			assert_int_equal(card_request(&host_found.disks[0], RJ_READ, n % 64, 1, buffer, 10),
					 RJ_DISK_OK);
		card_check_read(&host_found.disks[0], &disks[0]);
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
	assert_non_null(strstr(host_found.text, "fusion: logical drive 2 is not ready, or no disk"));
	fresh(2);
	config.list_status = 3;
	card_attach(&config, 3000);
	card_check_one(RJ_MEGARAID_PD | 3, &disks[1]);
	assert_non_null(strstr(host_found.text, "fusion: status 00000003 instead of a list"));
}

/* Whatever a drive says of itself, it is not written to. */
static void removable(void **state)
{
	(void)state;
	fresh(1);
	disks[0].removable = true;
	card_attach(&config, 1000);
	card_check_one(2, &disks[0]);
	assert_int_equal(host_found.disks[0].flags, RJ_DISK_READONLY | RJ_DISK_REMOVABLE);
}

static void errors(void **state)
{
	(void)state;
	mfi_check_errors(CARD_FUSION);
}

UNIT_MAIN(cmocka_unit_test(every_card), cmocka_unit_test(every_state), cmocka_unit_test(no_start), cmocka_unit_test(fault),
	  cmocka_unit_test(replies), cmocka_unit_test(refused), cmocka_unit_test(removable), cmocka_unit_test(errors))
