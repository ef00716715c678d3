/* SPDX-License-Identifier: MIT */
/* The driver for SAS HBAs with MPI 2, on a model of the HBA. */
#include "unit.h"

#include "hardware/pci.h"
#include "mpt3_model.h"

#define ENABLING "mpt3: waiting for the card to find its disks, at most 300 s\n"
#define FACTS "mpt3: MPI 00000205, firmware 14000700\n"
#define WAITING FACTS ENABLING
#define RESETS(doorbell) "mpt3: the card's doorbell is " doorbell "; a reset may take minutes\n"

static struct hba_disk disks[HBA_DISKS];

/* This HBA, with so many disks in enclosure 2, and what else a case sets. */
static struct hba_config with_disks(unsigned count, struct hba_config config)
{
	config.disks = disks;
	config.disk_count = count;
	for (unsigned i = 0; i < count; i++)
		disks[i] = hba_disk(i % 2 ? HBA_SATA : HBA_SAS, 2, (uint16_t)i);
	return config;
}

static const struct rj_disk *served(unsigned i)
{
	assert_true(i < host_found.disk_count);
	return &host_found.disks[i];
}

/* That disk `i` is this one, and can be read. */
static void check_served(unsigned i, const struct hba_disk *disk)
{
	const struct rj_disk *found = served(i);

	assert_int_equal(found->unit, RJ_MEGARAID_PD | (uint32_t)disk->enclosure << 8 | disk->slot);
	assert_int_equal(found->sectors, disk->sectors);
	assert_int_equal(found->flags, RJ_DISK_READONLY | (disk->is_removable ? RJ_DISK_REMOVABLE : 0));
	assert_int_equal(found->alignment, 4);
	assert_memory_equal(found->interface, "RAID    ", 8);
	hba_check_read(found, disk);
}

static void check_one(void)
{
	assert_int_equal(host_found.disk_count, 1);
	check_served(0, &disks[0]);
	assert_int_equal(hba_state(), HBA_OPERATIONAL);
}

static enum rj_status read_one(uint64_t lba, uint8_t *buffer, uint32_t limit_ms)
{
	return hba_request(served(0), RJ_READ, lba, 1, buffer, limit_ms);
}

static void every_card(void **state)
{
	static const struct {
		const char *name;
		uint16_t device, version;
		struct hba_config config;
	} rows[] = {
		{ "SAS2008", 0x0072, 0x0200, { .ports_first = true } },
		{ "SAS2308, with larger frames", 0x0087, 0x0200, { .request_dwords = 64, .reply_dwords = 40 } },
		{ "SAS3008", 0x0097, 0x0205, { .ports_first = true } },
		{ "SAS3008, with the smallest frames", 0x0097, 0x0205, { .request_dwords = 28, .reply_dwords = 13 } },
		{ "SAS3408", 0x00AF, 0x0206, { .long_facts = true } },
		{ "SAS3816", 0x00E6, 0x0206, { .reads_zero = true } },
		{ "success with frames", 0x0097, 0x0205, { .frames = true } },
		{ "with events", 0x0097, 0x0205, { .events = true } },
		{ "registers are not decoded", 0x0097, 0x0205, { .memory_off = true } },
	};
	char text[256];

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct hba_config config = rows[i].config;

		config.device = rows[i].device;
		config.version = rows[i].version;
		config.state = HBA_READY;
		config = with_disks(2, config);
		hba_attach(&config, 1000);
		snprintf(text, sizeof(text), "mpt3: MPI %08X, firmware 14000700\n" ENABLING
			 "mpt3: ready, after states 00000012, status 00000000\n", rows[i].version);
		assert_string_equal(host_found.text, text);
		assert_int_equal(host_found.warnings, 1);
		assert_int_equal(host_found.disk_count, 2);
		check_served(0, &disks[0]);
		check_served(1, &disks[1]);
		assert_int_equal(hba_starts(), 1);
		assert_int_equal(hba_unit_resets() + hba_diagnostic_resets(), 0);
	}
}

/* Whatever state the card was left in, its disk is served, and the states seen are printed. */
static void every_state(void **state)
{
	static const struct {
		const char *name;
		struct hba_config config;
		uint32_t most_ms;
		unsigned unit_resets, diagnostic_resets;
		const char *text;
	} rows[] = {
		{ "READY, as Linux leaves it", { .state = HBA_READY }, 500, 0, 0,
		  WAITING "mpt3: ready, after states 00000012, status 00000000\n" },
		{ "RESET", { .state = HBA_RESET, .start_ms = 3000 }, 4000, 0, 0,
		  WAITING "mpt3: ready, after states 00000012, status 00000000\n" },
		{ "OPERATIONAL, after a panic", { .state = HBA_OPERATIONAL, .who = 4, .busy = true, .unit_ms = 700,
		  .bus_master = false }, 1500, 1, 0,
		  WAITING "mpt3: ready, after states 00000212, status 00000000\n" },
		{ "OPERATIONAL, slow", { .state = HBA_OPERATIONAL, .who = 4, .busy = true, .unit_ms = 14000 }, 15000, 1, 0,
		  WAITING "mpt3: ready, after states 00000212, status 00000000\n" },
		{ "OPERATIONAL, not reset by a message", { .state = HBA_OPERATIONAL, .who = 4, .busy = true,
		  .no_unit_reset = true, .reset_ms = 300, .start_ms = 9000 }, 26000, 1, 1,
		  RESETS("24000000") WAITING "mpt3: ready, after states 00002012, status 00000000\n" },
		{ "OPERATIONAL, in a handshake", { .state = HBA_OPERATIONAL, .who = 4, .busy = true, .used = true,
		  .reset_ms = 300, .start_ms = 2000 }, 4000, 0, 1,
		  RESETS("2C000000") WAITING "mpt3: ready, after states 00002012, status 00000000\n" },
		{ "READY, in a handshake", { .state = HBA_READY, .used = true, .reset_ms = 300, .start_ms = 2000 },
		  4000, 0, 1, RESETS("18000000") WAITING "mpt3: ready, after states 00001012, status 00000000\n" },
		{ "FAULT", { .state = HBA_FAULT, .reset_ms = 300, .start_ms = 5000 }, 7000, 0, 1,
		  RESETS("4000265D") WAITING "mpt3: ready, after states 00004012, status 00000000\n" },
		{ "FAULT, slow", { .state = HBA_FAULT, .reset_ms = 250000, .start_ms = 19000 }, 271000, 0, 1,
		  RESETS("4000265D") WAITING "mpt3: ready, after states 00004012, status 00000000\n" },
		{ "a dump of its memory", { .state = HBA_COREDUMP, .reset_ms = 300, .start_ms = 100 }, 2000, 0, 1,
		  RESETS("50000000") WAITING "mpt3: ready, after states 00005012, status 00000000\n" },
		{ "slow to find disks", { .state = HBA_READY, .port_ms = 290000 }, 291000, 0, 0,
		  WAITING "mpt3: ready, after states 00000012, status 00000000\n" },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct hba_config config = with_disks(1, rows[i].config);

		hba_attach(&config, rows[i].most_ms);
		assert_string_equal(host_found.text, rows[i].text);
		assert_int_equal(hba_unit_resets(), rows[i].unit_resets);
		assert_int_equal(hba_diagnostic_resets(), rows[i].diagnostic_resets);
		assert_true(hba_is_locked());
		check_one();
	}
}

/* What cannot be served ends in words, in time; and with Bus Master off, if queues were not set up. */
static void no_start(void **state)
{
	static const struct {
		const char *name;
		struct hba_config config;
		uint32_t most_ms;
		bool bus_master;
		const char *text;
	} rows[] = {
		{ "gone", { .gone = true }, 100, false, "mpt3: not ready, after states 0000000F, status 00000000\n" },
		{ "no registers", { .state = HBA_READY, .no_bar = true }, 100, false,
		  "mpt3: registers out of reach, or not enough memory\n" },
		{ "no memory", { .state = HBA_READY, .allocations = 1 }, 100, false,
		  FACTS "mpt3: not enough memory\nmpt3: not ready, after states 00000001, status 00000000\n" },
		{ "stays in RESET", { .state = HBA_RESET, .stays_reset = true, .reset_ms = 100 }, 41000, false,
		  RESETS("00000000") "mpt3: not ready, after states 00000000, status 00000000\n" },
		{ "stays locked", { .state = HBA_FAULT, .stays_locked = true }, 11000, false,
		  RESETS("4000265D") "mpt3: not ready, after states 00000004, status 00000000\n" },
		{ "the reset does not end", { .state = HBA_FAULT, .reset_ms = 400000 }, 301000, false,
		  RESETS("4000265D") "mpt3: not ready, after states 00000004, status 00000000\n" },
		{ "no handshake", { .state = HBA_READY, .no_handshake = true }, 31000, false,
		  "mpt3: not ready, after states 00000001, status 00000000\n" },
		{ "no answers", { .state = HBA_READY, .no_answers = true }, 31000, false,
		  "mpt3: not ready, after states 00000001, status 00000000\n" },
		{ "frames too small", { .state = HBA_READY, .request_dwords = 27 }, 100, false,
		  "mpt3: not ready, after states 00000001, status 00000000\n" },
		{ "replies too small", { .state = HBA_READY, .reply_dwords = 5 }, 100, false,
		  "mpt3: not ready, after states 00000001, status 00000000\n" },
		{ "IOC INIT is refused", { .state = HBA_READY, .init_status = 0x07 }, 100, true,
		  WAITING "mpt3: not ready, after states 00000001, status 00008007\n" },
		{ "PORT ENABLE fails", { .state = HBA_READY, .port_status = 0x04 }, 1000, true,
		  WAITING "mpt3: not ready, after states 00000001, status 00008004\n" },
		{ "PORT ENABLE does not end", { .state = HBA_READY, .port_ms = 400000 }, 302000, true,
		  WAITING "mpt3: not ready, after states 00000001, status 00000000\n" },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct hba_config config = with_disks(1, rows[i].config);

		hba_attach(&config, rows[i].most_ms);
		assert_int_equal(host_found.disk_count, 0);
		assert_string_equal(host_found.text, rows[i].text);
		assert_int_equal(!!(hba_command() & PCI_BUS_MASTER), rows[i].bus_master);
		assert_int_not_equal(hba_state(), HBA_OPERATIONAL);
	}
}

/* In the order of enclosures and slots; without what is no disk, or part of a volume. */
static void many(void **state)
{
	static const struct hba_config ready = { .state = HBA_READY };
	struct hba_config config = with_disks(20, ready);

	(void)state;
	for (unsigned i = 0; i < 20; i++)       /* 7 and 20 have no common divisor */
		disks[i] = hba_disk(i % 2 ? HBA_SATA : HBA_SAS, (uint16_t)(1 + i * 7 % 20 / 10),
				    (uint16_t)(i * 7 % 20 % 10));
	disks[0].type = 0x0D;                   /* an enclosure's processor */
	disks[1].kind = HBA_EXPANDER;
	disks[2].kind = HBA_SMP;
	disks[3].is_absent = true;
	disks[4].access = 0x01;                 /* SATA_INIT_FAILED */
	disks[5].access = 0x02;                 /* SATA_CAPABILITY_FAILED */
	disks[6].is_short = true;
	disks[7].sector_size = 4096;
	disks[8].sector_size = 520;
	disks[9].is_removable = true;
	hba_attach(&config, 2000);
	assert_int_equal(host_found.disk_count, 14);
	for (unsigned i = 0, n = 0; i < 20; i++)
		for (unsigned j = 5; j < 20; j++)
			if (j != 8 && j * 7 % 20 == i)
				check_served(n++, &disks[j]);
	assert_non_null(strstr(host_found.text, "mpt3: pd256 is not ready, or no disk\n"));
	assert_non_null(strstr(host_found.text, "mpt3: pd518 is not ready, or no disk\n"));
}

/* Volumes come first, and their members not at all. */
static void volumes(void **state)
{
	static const struct hba_config ready = { .state = HBA_READY, .has_raid = true, .version = 0x0200 };
	struct hba_config config = with_disks(7, ready);

	(void)state;
	disks[1].is_member = disks[4].is_member = disks[6].is_member = true;
	disks[2] = hba_disk(HBA_VOLUME, 0, 0);
	disks[5] = hba_disk(HBA_VOLUME, 0, 1);
	hba_attach(&config, 1000);
	assert_int_equal(host_found.disk_count, 4);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(served(i)->unit, i);
		hba_check_read(served(i), i ? &disks[2] : &disks[5]);   /* whose handle is lower */
	}
	check_served(2, &disks[0]);
	check_served(3, &disks[3]);
}

/* Both queues wrap. */
static void wrap(void **state)
{
	static const struct hba_config rows[] = {
		{ .state = HBA_READY }, { .state = HBA_READY, .frames = true },
		{ .state = HBA_READY, .events = true }, { .state = HBA_READY, .frames = true, .events = true },
	};
	uint8_t *buffer;

	(void)state;
	FOR_EACH(i, rows) {
		struct hba_config config = with_disks(1, rows[i]);

		hba_attach(&config, 1000);
		buffer = host_alloc(512, 4);
		for (unsigned n = 0; n < 100; n++) {
			assert_int_equal(read_one(n % HBA_SECTORS, buffer, 10), RJ_DISK_OK);
			assert_memory_equal(buffer, disks[0].store + n % HBA_SECTORS * 512, 512);
		}
		check_one();
	}
}

/* Beyond 2 TiB of 512 bytes with READ(16). */
static void far(void **state)
{
	static const struct hba_config ready = { .state = HBA_READY };
	struct hba_config config = with_disks(1, ready);
	uint8_t *buffer;

	(void)state;
	disks[0].sectors = UINT64_C(0x200000000);
	hba_attach(&config, 1000);
	buffer = host_alloc(512, 4);
	assert_int_equal(served(0)->sectors, disks[0].sectors);
	assert_int_equal(read_one(0xFFFFFFFF, buffer, 10), RJ_DISK_OK);
	assert_int_equal(hba_last_cdb(0), 0x28);
	assert_memory_equal(buffer, disks[0].store + 63 * 512, 512);
	assert_int_equal(read_one(UINT64_C(0x100000005), buffer, 10), RJ_DISK_OK);
	assert_int_equal(hba_last_cdb(0), 0x88);
	assert_int_equal(hba_last_cdb(5), 1);
	assert_memory_equal(buffer, disks[0].store + 5 * 512, 512);
}

/* An error of a request is told, and the next one works. */
static void errors(void **state)
{
	static const struct {
		const char *name;
		struct hba_fault fault;
		unsigned faults;
		enum rj_status expected;
		uint32_t most_ms;
	} rows[] = {
		{ "medium", { 0, 2, 1, 3, 0x11, false }, 1, RJ_DISK_BAD_DATA, 100 },
		{ "medium, after fewer bytes", { 0x45, 2, 1, 3, 0x11, false }, 1, RJ_DISK_BAD_DATA, 100 },
		{ "hardware", { 0, 2, 1, 4, 0x44, false }, 1, RJ_DISK_CONTROLLER, 100 },
		{ "attention", { 0, 2, 1, 6, 0x29, false }, 1, RJ_DISK_OK, 100 },
		{ "attentions without end", { 0, 2, 1, 6, 0x29, false }, 100, RJ_DISK_CONTROLLER, 1000 },
		{ "busy", { 0, 8, 0, 0, 0, false }, 3, RJ_DISK_OK, 1000 },
		{ "task set full", { 0, 0x28, 0, 0, 0, false }, 3, RJ_DISK_OK, 1000 },
		{ "the card is busy", { 0x02, 0, 0, 0, 0, false }, 3, RJ_DISK_OK, 1000 },
		{ "the card stays busy", { 0x02, 0, 0, 0, 0, false }, 100, RJ_DISK_CONTROLLER, 2000 },
		{ "no resources", { 0x06, 0, 0, 0, 0, false }, 1, RJ_DISK_OK, 1000 },
		{ "recovered", { 0x40, 0, 0, 0, 0, false }, 1, RJ_DISK_OK, 100 },
		{ "handle", { 0x42, 0, 0, 0, 0, false }, 1, RJ_DISK_TIMEOUT, 100 },
		{ "not there", { 0x43, 0, 0, 0, 0, false }, 1, RJ_DISK_TIMEOUT, 100 },
		{ "fewer bytes", { 0x45, 0, 0, 0, 0, false }, 1, RJ_DISK_CONTROLLER, 100 },
		{ "data error", { 0x46, 0, 0, 0, 0, false }, 1, RJ_DISK_CONTROLLER, 100 },
		{ "terminated", { 0x4B, 0, 0x0C, 0, 0, false }, 1, RJ_DISK_OK, 1000 },
		{ "terminated by the device", { 0x4C, 0, 0, 0, 0, false }, 1, RJ_DISK_OK, 1000 },
		{ "no sense data", { 0, 2, 2, 3, 0x11, false }, 1, RJ_DISK_OK, 100 },
		{ "no SCSI status", { 0, 0, 4, 0, 0, false }, 1, RJ_DISK_OK, 100 },
		{ "reservation conflict", { 0, 0x18, 0, 0, 0, false }, 1, RJ_DISK_CONTROLLER, 100 },
		{ "bad segment", { 0x03, 0, 0, 0, 0, false }, 1, RJ_DISK_CONTROLLER, 100 },
		{ "no answer", { 0, 0, 0, 0, 0, true }, 1, RJ_DISK_TIMEOUT, 33000 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct hba_config config = with_disks(1, (struct hba_config){
			.state = HBA_READY, .unit_ms = 800, .port_ms = 2000 });

		hba_attach(&config, 4000);
		disks[0].fault = rows[i].fault;
		disks[0].faults = rows[i].faults;
		assert_int_equal(read_one(0, host_alloc(512, 4), rows[i].most_ms), rows[i].expected);
		disks[0].faults = 0;
		check_one();
		assert_int_equal(hba_starts(), rows[i].fault.is_silent ? 2 : 1);
		assert_int_equal(hba_request(served(0), RJ_RESET, 0, 0, NULL, 10), RJ_DISK_OK);
		check_one();
	}
}

/* After a new start, devices may have other handles. */
static void moves(void **state)
{
	static const struct hba_config ready = { .state = HBA_READY, .has_raid = true, .moves = true };
	struct hba_config config = with_disks(4, ready);

	(void)state;
	disks[2] = hba_disk(HBA_VOLUME, 0, 0);
	hba_attach(&config, 1000);
	assert_int_equal(host_found.disk_count, 4);
	for (unsigned n = 2; n < 6; n++) {
		disks[0].fault = (struct hba_fault){ .is_silent = true };
		disks[0].faults = 1;
		assert_int_equal(hba_request(served(1), RJ_READ, 0, 1, host_alloc(512, 4), 32000), RJ_DISK_TIMEOUT);
		assert_int_equal(hba_starts(), n);
		hba_check_read(served(0), &disks[2]);
		check_served(1, &disks[0]);
		check_served(2, &disks[1]);
		check_served(3, &disks[3]);
	}
	disks[0].faults = 1;
	assert_int_equal(hba_request(served(1), RJ_READ, 0, 1, host_alloc(512, 4), 32000), RJ_DISK_TIMEOUT);
	disks[0].name++;                        /* another disk is there */
	assert_int_equal(hba_request(served(1), RJ_READ, 0, 1, host_alloc(512, 4), 100), RJ_DISK_TIMEOUT);
	check_served(2, &disks[1]);
}

/* Also while the disks are looked for. */
static void moves_early(void **state)
{
	static const struct hba_config ready = { .state = HBA_READY, .has_raid = true, .moves = true };
	struct hba_config config = with_disks(5, ready);

	(void)state;
	disks[3].is_member = true;
	disks[1].fault = (struct hba_fault){ .is_silent = true };
	disks[1].faults = 1;
	hba_attach(&config, 32000);
	assert_int_equal(hba_starts(), 2);
	assert_int_equal(host_found.disk_count, 3);
	check_served(0, &disks[0]);
	check_served(1, &disks[2]);
	check_served(2, &disks[4]);
}

static void fail_from_now(struct hba_config *config, bool no_answers, bool no_unit_reset)
{
	config->no_answers = no_answers;
	config->no_unit_reset = no_unit_reset;
}

/* A card that fails stays failed until it can be initialised again, and every call ends. */
static void fails(void **state)
{
	static const struct hba_config ready = { .state = HBA_READY };
	struct hba_config config = with_disks(1, ready);
	uint8_t *buffer;

	(void)state;
	hba_attach(&config, 1000);
	buffer = host_alloc(512, 4);
	fail_from_now(&config, true, true);
	assert_int_equal(read_one(0, buffer, 46000), RJ_DISK_TIMEOUT);
	assert_int_equal(read_one(0, buffer, 10), RJ_DISK_TIMEOUT);
	assert_int_equal(hba_request(served(0), RJ_RESET, 0, 0, NULL, 16000), RJ_DISK_TIMEOUT);
	fail_from_now(&config, false, false);
	assert_int_equal(hba_request(served(0), RJ_RESET, 0, 0, NULL, 1000), RJ_DISK_OK);
	check_one();
	fail_from_now(&config, true, false);
	assert_int_equal(read_one(0, buffer, 62000), RJ_DISK_TIMEOUT);
	/* the doorbell stays in use */
	assert_int_equal(hba_request(served(0), RJ_RESET, 0, 0, NULL, 10), RJ_DISK_TIMEOUT);
}

static void answer_pages(struct hba_config *config, bool answers)
{
	config->no_pages = !answers;
}

/* While a request has no answer, there is no second one. */
static void no_pages(void **state)
{
	static const struct hba_config ready = { .state = HBA_READY, .has_raid = true };
	struct hba_config config = with_disks(1, ready);
	uint8_t *buffer;

	(void)state;
	answer_pages(&config, false);
	hba_attach(&config, 31000);
	assert_int_equal(host_found.disk_count, 0);
	assert_string_equal(host_found.text, WAITING "mpt3: ready, after states 00000012, status 00000000\n"
			    "mpt3: the card does not answer any more\n");
	answer_pages(&config, true);
	hba_attach(&config, 1000);
	buffer = host_alloc(512, 4);
	disks[0].fault = (struct hba_fault){ .is_silent = true };
	disks[0].faults = 1;
	assert_int_equal(read_one(0, buffer, 31000), RJ_DISK_TIMEOUT);
	answer_pages(&config, false);           /* its handle is to be looked for now */
	assert_int_equal(read_one(0, buffer, 31000), RJ_DISK_TIMEOUT);
	assert_int_equal(read_one(0, buffer, 10), RJ_DISK_TIMEOUT);
	answer_pages(&config, true);
	assert_int_equal(hba_request(served(0), RJ_RESET, 0, 0, NULL, 1000), RJ_DISK_OK);
	check_one();
}

/* The driver does not write, whoever asks. */
static void read_only(void **state)
{
	static const struct hba_config ready = { .state = HBA_READY };
	struct hba_config config = with_disks(1, ready);
	unsigned writes;

	(void)state;
	hba_attach(&config, 1000);
	writes = hba_writes();
	assert_int_equal(hba_request(served(0), RJ_WRITE, 0, 1, host_alloc(512, 4), 10), RJ_DISK_WRITE_PROTECTED);
	assert_int_equal(hba_writes(), writes);
	assert_int_equal(hba_request(served(0), RJ_FLUSH, 0, 0, NULL, 10), RJ_DISK_OK);
	check_one();
}

/* The firmware's, if its driver has initialised the card; nothing is written to find out. */
static void whose(void **state)
{
	static const struct {
		const char *name;
		struct hba_config config;
		bool is_firmwares;
	} rows[] = {
		{ "system BIOS", { .state = HBA_OPERATIONAL, .who = 1, .bus_master = true }, true },
		{ "option ROM", { .state = HBA_OPERATIONAL, .who = 2, .bus_master = true }, true },
		{ "a system", { .state = HBA_OPERATIONAL, .who = 4, .bus_master = true }, false },
		{ "shut down", { .state = HBA_READY, .who = 0, .bus_master = true }, false },
		{ "Bus Master off", { .state = HBA_OPERATIONAL, .who = 1 }, false },
		{ "not decoded", { .state = HBA_OPERATIONAL, .who = 1, .memory_off = true, .bus_master = true }, false },
		{ "no BAR", { .state = HBA_OPERATIONAL, .who = 1, .no_bar = true, .bus_master = true }, false },
		{ "gone", { .gone = true, .bus_master = true }, false },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct hba_config config = with_disks(1, rows[i].config);

		hba_power_on(&config);
		assert_int_equal(interface.is_firmwares(HBA_PCI, &driver_host), rows[i].is_firmwares);
		assert_int_equal(hba_writes(), 0);
	}
}

UNIT_MAIN(cmocka_unit_test(every_card), cmocka_unit_test(every_state), cmocka_unit_test(no_start),
	  cmocka_unit_test(many), cmocka_unit_test(volumes), cmocka_unit_test(wrap), cmocka_unit_test(far),
	  cmocka_unit_test(errors), cmocka_unit_test(moves), cmocka_unit_test(moves_early), cmocka_unit_test(fails),
	  cmocka_unit_test(no_pages), cmocka_unit_test(read_only), cmocka_unit_test(whose))
