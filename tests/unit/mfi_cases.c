/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "hardware/pci.h"
#include "mfi_cases.h"

static struct card_disk disk;

/* A card of this kind with one logical drive, number 2; and what else a case sets. */
static struct card_config with_disk(enum card_kind kind, struct card_config config)
{
	disk = card_disk(false, 2);
	config.kind = kind;
	config.disks = &disk;
	config.disk_count = 1;
	return config;
}

void mfi_check_states(enum card_kind kind, const char *driver)
{
	static const struct {
		const char *name;
		uint8_t state;
		unsigned step_ms, doorbell_ms;  /* the latter with Fusion only */
		uint32_t most_ms, states;
	} rows[] = {
		{ "undefined", CARD_UNDEFINED, 50, 0, 1000, 0x146789AB },
		{ "boot block", CARD_BB_INIT, 50, 0, 1000, 0x146789AB },
		{ "FW_INIT", CARD_FW_INIT, 50, 0, 1000, 0x46789AB },
		{ "WAIT_HANDSHAKE", CARD_WAIT_HANDSHAKE, 50, 0, 1000, 0x6789AB },
		{ "FW_INIT_2", CARD_FW_INIT_2, 50, 0, 1000, 0x789AB },
		{ "DEVICE_SCAN", CARD_DEVICE_SCAN, 50, 0, 1000, 0x89AB },
		{ "BOOT_MESSAGE_PENDING", CARD_BOOT_MESSAGE, 50, 0, 1000, 0x9AB },
		{ "FLUSH_CACHE", CARD_FLUSH_CACHE, 50, 0, 1000, 0xAB },
		{ "READY", CARD_READY, 0, 0, 500, 0xB },
		{ "OPERATIONAL", CARD_OPERATIONAL, 50, 0, 1000, 0xCAB },
		{ "OPERATIONAL, busy for 20 ms", CARD_OPERATIONAL, 50, 20, 1000, 0xCAB },
		{ "OPERATIONAL, busy for 5 s", CARD_OPERATIONAL, 50, 5000, 6000, 0xCB },
		{ "slow", CARD_UNDEFINED, 8000, 0, 60000, 0x146789AB },
	};
	char text[80];

	FOR_EACH_NAMED(i, rows, rows[i].name) {
		bool is_operational = rows[i].state == CARD_OPERATIONAL;
		struct card_config config = with_disk(kind, (struct card_config){
			.state = rows[i].state, .step_ms = rows[i].step_ms,
			.doorbell_ms = rows[i].doorbell_ms, .busy = is_operational });

		if (rows[i].doorbell_ms && kind != CARD_FUSION)
			continue;
		card_attach(&config, rows[i].most_ms);
		card_check_one(2, &disk);
		snprintf(text, sizeof(text), "%s: ready, after states %08X, status 00000000\n", driver,
			 rows[i].states);
		assert_string_equal(host_found.text, text);
		assert_int_equal(card_resets(), is_operational);
	}
}

void mfi_check_no_start(enum card_kind kind, const char *driver)
{
	static const struct {
		const char *name;
		struct card_config config;
		uint32_t most_ms;
		bool bus_master;
		const char *words;              /* after the driver's name */
	} rows[] = {
		{ "FAULT", { .state = CARD_FAULT }, 100, false, "not ready, after states 0000000F, " },
		{ "gone", { .gone = true }, 100, false, "not ready, after states 0000000F, " },
		{ "stays undefined", { .state = CARD_UNDEFINED, .stuck = CARD_STAYS(CARD_UNDEFINED) },
		  11000, false, "not ready, after states 00000000, " },
		{ "no memory", { .state = CARD_READY, .allocations = 1 }, 100, false, "not enough memory" },
		{ "no registers", { .state = CARD_READY, .no_bar = true }, 100, false, "registers out of reach" },
		{ "stays in FW_INIT", { .state = CARD_FW_INIT, .stuck = CARD_STAYS(CARD_FW_INIT) },
		  11000, false, "not ready, after states 00000004, " },
		{ "stays in WAIT_HANDSHAKE", { .state = CARD_FW_INIT, .step_ms = 50,
		  .stuck = CARD_STAYS(CARD_WAIT_HANDSHAKE) }, 11000, false,
		  "not ready, after states 00000046, " },
		{ "stays in BOOT_MESSAGE", { .state = CARD_BOOT_MESSAGE, .stuck = CARD_STAYS(CARD_BOOT_MESSAGE) },
		  11000, false, "not ready, after states 00000009, " },
		{ "stays OPERATIONAL", { .state = CARD_OPERATIONAL, .stuck = CARD_STAYS(CARD_OPERATIONAL),
		  .busy = true }, 11000, false, "not ready, after states 0000000C, " },
		{ "no answers", { .state = CARD_READY, .no_answers = true }, 31000, true,
		  "not ready, after states 0000000B, status 000000FF" },
	};
	char words[80];

	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct card_config config = with_disk(kind, rows[i].config);

		card_attach(&config, rows[i].most_ms);
		assert_int_equal(host_found.disk_count, 0);
		snprintf(words, sizeof(words), "%s: %s", driver, rows[i].words);
		assert_non_null(strstr(host_found.text, words));
		assert_int_equal(!!(card_command() & PCI_BUS_MASTER), rows[i].bus_master);
	}
}

void mfi_check_errors(enum card_kind kind)
{
	static const struct {
		const char *name;
		struct card_fault fault;
		unsigned faults;
		enum rj_operation operation;    /* Fusion's disks are read-only */
		enum rj_status expected;
		uint32_t most_ms;
	} rows[] = {
		{ "medium", { 0x2D, 2, 3, 0x11, false }, 1, RJ_READ, RJ_DISK_BAD_DATA, 100 },
		{ "medium, write", { 0x2D, 2, 3, 0x0C, false }, 1, RJ_WRITE, RJ_DISK_WRITE_FAULT, 100 },
		{ "hardware", { 0x2D, 2, 4, 0x44, false }, 1, RJ_READ, RJ_DISK_CONTROLLER, 100 },
		{ "attention", { 0x2D, 2, 6, 0x29, false }, 1, RJ_READ, RJ_DISK_OK, 100 },
		{ "attentions without end", { 0x2D, 2, 6, 0x29, false }, 100, RJ_READ,
		  RJ_DISK_CONTROLLER, 1000 },
		{ "busy", { 0x2D, 8, 0, 0, false }, 3, RJ_READ, RJ_DISK_OK, 1000 },
		{ "reservation conflict", { 0x2D, 0x18, 0, 0, false }, 1, RJ_READ, RJ_DISK_CONTROLLER, 100 },
		{ "device not found", { 0x0C, 0, 0, 0, false }, 1, RJ_READ, RJ_DISK_TIMEOUT, 100 },
		{ "drive offline", { 0x33, 0, 0, 0, false }, 1, RJ_READ, RJ_DISK_CONTROLLER, 100 },
		{ "no answer", { 0, 0, 0, 0, true }, 1, RJ_READ, RJ_DISK_TIMEOUT, 32000 },
	};

	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct card_config config = with_disk(kind, (struct card_config){
			.state = CARD_READY, .step_ms = 100, .doorbell_ms = 50, .posts = true });
		const struct rj_disk *served = &host_found.disks[0];

		if (kind == CARD_FUSION && rows[i].operation == RJ_WRITE)
			continue;
		card_attach(&config, 1000);
		disk.fault = rows[i].fault;
		disk.faults = rows[i].faults;
		assert_int_equal(card_request(served, rows[i].operation, 0, 1, host_alloc(512, 4),
					      rows[i].most_ms), rows[i].expected);
		disk.faults = 0;
		card_check_read(served, &disk);
		assert_int_equal(card_request(served, RJ_RESET, 0, 0, NULL, 1000), RJ_DISK_OK);
		card_check_read(served, &disk);
	}
}
