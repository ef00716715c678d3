/* SPDX-License-Identifier: MIT */
/* The driver for AHCI, on a model of the HBA and its devices. */
#include "unit.h"

#include "ahci_model.h"
#include "hardware/pci.h"

#define SECTOR 512u

static const char multiplier_text[] = "AHCI port 1: only the first disk behind its port multiplier "
	"is supported; pack with --from-running or --disk\n";

/* Whether a disk returns what the model has there, by a single sector and by several. */
static void check_read(const struct rj_disk *disk, unsigned port)
{
	uint32_t size = disk->sector_size;
	uint8_t *buffer = host_alloc(4 * size, 2);

	for (uint32_t count = 1; count <= 3; count += 2) {
		assert_int_equal(host_request(disk, RJ_READ, 2, count, buffer), RJ_DISK_OK);
		assert_memory_equal(buffer, ahci_sector(port, 2 * size / SECTOR), count * size);
	}
}

static void check_write(const struct rj_disk *disk, unsigned port)
{
	uint8_t *buffer = host_alloc(2 * SECTOR, 2);

	memset(buffer, 0xA5, 2 * SECTOR);
	assert_int_equal(host_request(disk, RJ_WRITE, 9, 2, buffer), RJ_DISK_OK);
	assert_int_equal(host_request(disk, RJ_FLUSH, 0, 0, NULL), RJ_DISK_OK);
	assert_memory_equal(ahci_sector(port, 9), buffer, 2 * SECTOR);
}

/* What is at port 1, beside a disk at port 0: what is served, and the words. */
static void devices(void **state)
{
	static const struct {
		const char *name;
		struct ahci_port_config port;
		bool is_served;
		uint32_t flags, most_ms;
		const char *text;
		size_t warnings;
	} rows[] = {
		{ "nothing", { .kind = AHCI_EMPTY }, false, 0, 200, "", 0 },
		{ "a disk", { .kind = AHCI_DISK }, true, 0, 200, "", 0 },
		{ "a slow disk", { .kind = AHCI_DISK, .present_ms = 50, .ready_ms = 9000 }, true, 0, 9300, "", 0 },
		{ "a CD", { .kind = AHCI_CD }, true,
		  RJ_DISK_CD | RJ_DISK_READONLY | RJ_DISK_REMOVABLE, 200, "", 0 },
		{ "a drive without a CD", { .kind = AHCI_CD_EMPTY }, false, 0, 1500,
		  "AHCI port 1: no disk or no medium, signature 0000EB14\n", 0 },
		{ "an enclosure", { .kind = AHCI_OTHER }, false, 0, 200,
		  "AHCI port 1: no disk or no medium, signature 0000C33C\n", 0 },
		{ "a multiplier that the system used", { .kind = AHCI_MULTIPLIER, .multiplier_on = true },
		  true, 0, 200, multiplier_text, 1 },
		{ "the same, still running", { .kind = AHCI_MULTIPLIER, .multiplier_on = true, .running = true,
		  .active = true }, true, 0, 200, multiplier_text, 1 },
		{ "the same, with a reset of the HBA", { .kind = AHCI_MULTIPLIER, .multiplier_on = true,
		  .running = true, .active = true, .stuck = true }, true, 0, 1000, multiplier_text, 1 },
		{ "nothing at its first port", { .kind = AHCI_MULTIPLIER_EMPTY, .multiplier_on = true },
		  false, 0, 31500, "AHCI port 1: only the first disk behind its port multiplier is supported; "
		  "pack with --from-running or --disk\nAHCI port 1: the device does not become ready\n", 1 },
		{ "a multiplier as plain disk", { .kind = AHCI_MULTIPLIER }, true, 0, 200, "", 0 },
		{ "no signature", { .kind = AHCI_DISK, .silent = true }, false, 0, 31500,
		  "AHCI port 1: the device does not become ready\n", 0 },
		{ "no link", { .kind = AHCI_DISK, .no_link = true }, false, 0, 1500,
		  "AHCI port 1: the device does not become ready\n", 0 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct ahci_config config = { .ports = { { .kind = AHCI_DISK }, rows[i].port,
							 { .not_implemented = true } } };

		ahci_attach_hba(&config, rows[i].most_ms);
		assert_string_equal(host_found.text, rows[i].text);
		assert_int_equal(host_found.warnings, rows[i].warnings);
		assert_int_equal(host_found.disk_count, rows[i].is_served ? 2 : 1);
		ahci_limit_ms(1000);
		check_read(&host_found.disks[0], 0);
		check_write(&host_found.disks[0], 0);
		if (!rows[i].is_served)
			continue;
		assert_int_equal(host_found.disks[1].unit, 1);
		assert_int_equal(host_found.disks[1].flags, rows[i].flags);
		check_read(&host_found.disks[1], 1);
	}
}

/* Whatever state the HBA was left in. */
static void every_state(void **state)
{
	static const struct {
		const char *name;
		struct ahci_config config;
		uint32_t most_ms;
		unsigned resets;
	} rows[] = {
		{ "stopped", { .ports = { { .kind = AHCI_DISK } } }, 200, 0 },
		{ "legacy mode", { .ports = { { .kind = AHCI_DISK } }, .legacy = true }, 200, 0 },
		{ "running", { .ports = { { .kind = AHCI_DISK, .running = true } } }, 200, 0 },
		{ "a command is active", { .ports = { { .kind = AHCI_DISK, .running = true, .active = true } } },
		  200, 0 },
		{ "a panic", { .ports = { { .kind = AHCI_DISK, .running = true } }, .bus_master = true },
		  200, 0 },
		{ "a port does not stop", { .ports = { { .kind = AHCI_DISK, .running = true, .active = true,
		  .stuck = true } }, .reset_ms = 300 }, 1200, 1 },
		{ "64 bits", { .ports = { { .kind = AHCI_DISK, .running = true } }, .is_64bit = true }, 200, 0 },
		{ "no multipliers", { .ports = { { .kind = AHCI_DISK } }, .no_multipliers = true }, 200, 0 },
		{ "the firmware's, 1 s", { .ports = { { .kind = AHCI_DISK, .running = true } },
		  .firmware_owns = true, .handoff_ms = 1000 }, 1300, 0 },
		{ "the firmware's for ever", { .ports = { { .kind = AHCI_DISK } }, .firmware_owns = true },
		  300, 0 },
		{ "not Intel's", { .ports = { { .kind = AHCI_DISK } }, .vendor = 0x1022, .vscap = 1, .remap = 7,
		  .remapped = { 0x010802 } }, 200, 0 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		ahci_attach_hba(&rows[i].config, rows[i].most_ms);
		assert_string_equal(host_found.text, "");
		assert_int_equal(host_found.disk_count, 1);
		assert_int_equal(ahci_resets(), rows[i].resets);
		assert_int_equal(ahci_command() & (PCI_MEMORY | PCI_BUS_MASTER | PCI_INTX_DISABLE),
				 PCI_MEMORY | PCI_BUS_MASTER | PCI_INTX_DISABLE);
		ahci_limit_ms(1000);
		check_read(&host_found.disks[0], 0);
		check_write(&host_found.disks[0], 0);
	}
}

/* NVMe disks that Intel's RST hides: as many words as disks, and the HBA's own disk is served. */
static void hidden(void **state)
{
	static const char one[] = "AHCI: Intel RST hides an NVMe disk behind this controller; "
		"set it to AHCI mode in the firmware's setup\n";
	static const struct {
		const char *name;
		uint32_t vscap, remap, remapped[3];
		unsigned count;
	} rows[] = {
		{ "none", 0, 7, { 0x010802, 0x010802, 0x010802 }, 0 },
		{ "not in use", 1, 0, { 0x010802, 0x010802, 0x010802 }, 0 },
		{ "the first", 1, 1, { 0x010802, 0, 0 }, 1 },
		{ "the third", 1, 4, { 0, 0, 0x010802 }, 1 },
		{ "two", 0x101, 5, { 0x010802, 0x010802, 0x010802 }, 2 },
		{ "of AHCI", 1, 3, { 0x010601, 0x010802, 0 }, 1 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct ahci_config config = { .ports = { { .kind = AHCI_DISK } }, .vscap = rows[i].vscap,
					      .remap = rows[i].remap };
		char text[3 * sizeof(one)] = "";

		memcpy(config.remapped, rows[i].remapped, sizeof(config.remapped));
		for (unsigned n = 0; n < rows[i].count; n++)
			strcat(text, one);
		ahci_attach_hba(&config, 200);
		assert_string_equal(host_found.text, text);
		assert_int_equal(host_found.warnings, rows[i].count);
		assert_int_equal(host_found.disk_count, 1);
	}
}

static void no_start(void **state)
{
	static const struct {
		const char *name;
		struct ahci_config config;
		const char *text;
	} rows[] = {
		{ "no registers", { .no_bar = true }, "AHCI: registers out of reach\n" },
		{ "no reset", { .ports = { { .kind = AHCI_DISK, .running = true, .active = true, .stuck = true } },
		  .reset_hangs = true }, "AHCI: the controller does not come back from a reset\n" },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		ahci_attach_hba(&rows[i].config, 2000);
		assert_string_equal(host_found.text, rows[i].text);
		assert_int_equal(host_found.disk_count, 0);
		assert_false(ahci_command() & PCI_BUS_MASTER);
	}
}

/* An error is told, and the next request works; at a disk behind a port multiplier, too. */
static void errors(void **state)
{
	static const struct {
		const char *name;
		enum ahci_fault fault;
		enum rj_status expected;
		unsigned comresets;     /* in addition to the first one */
		uint32_t most_ms;
	} rows[] = {
		{ "medium", AHCI_MEDIUM_ERROR, RJ_DISK_BAD_DATA, 0, 100 },
		{ "interface", AHCI_INTERFACE_ERROR, RJ_DISK_CONTROLLER, 1, 200 },
		{ "no answer", AHCI_NO_ANSWER, RJ_DISK_TIMEOUT, 1, 31500 },
	};
	static const enum ahci_device_kind kinds[] = { AHCI_DISK, AHCI_MULTIPLIER };

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name)
		FOR_EACH(k, kinds) {
			struct ahci_config config = { .ports = { { .kind = kinds[k] } } };

			ahci_attach_hba(&config, 200);
			ahci_limit_ms(rows[i].most_ms);
			ahci_fail_next(0, rows[i].fault);
			assert_int_equal(host_request(&host_found.disks[0], RJ_READ, 0, 1,
						      host_alloc(SECTOR, 2)), rows[i].expected);
			assert_int_equal(ahci_comresets(0), 1 + rows[i].comresets);
			ahci_limit_ms(1000);
			check_read(&host_found.disks[0], 0);
		}
}

/* A port that does not stop costs a reset of the HBA, after which all disks work again. */
static void lost_port(void **state)
{
	struct ahci_config config = { .ports = { { .kind = AHCI_DISK }, { .kind = AHCI_DISK }, { .kind = AHCI_CD } } };

	(void)state;
	ahci_attach_hba(&config, 200);
	assert_int_equal(host_found.disk_count, 3);
	ahci_stick(0);
	ahci_fail_next(0, AHCI_NO_ANSWER);
	ahci_limit_ms(33000);
	assert_int_equal(host_request(&host_found.disks[0], RJ_READ, 0, 1, host_alloc(SECTOR, 2)),
			 RJ_DISK_TIMEOUT);
	assert_int_equal(ahci_resets(), 1);
	ahci_limit_ms(2000);
	check_read(&host_found.disks[1], 1);
	check_read(&host_found.disks[0], 0);
	check_write(&host_found.disks[1], 1);
	assert_int_equal(host_request(&host_found.disks[2], RJ_RESET, 0, 0, NULL), RJ_DISK_OK);
	assert_int_equal(ahci_resets(), 1);
}

static void ends(void **state)
{
	struct ahci_config config = { .ports = { { .kind = AHCI_DISK } } };
	const struct rj_disk *disk = &host_found.disks[0];
	uint8_t *buffer;

	(void)state;
	ahci_attach_hba(&config, 200);
	buffer = host_alloc(SECTOR, 2);
	assert_int_equal(host_request(disk, RJ_READ, disk->sectors - 1, 1, buffer), RJ_DISK_OK);
	assert_int_equal(host_request(disk, RJ_READ, disk->sectors, 1, buffer), RJ_DISK_NOT_FOUND);
	assert_int_equal(disk->max_sectors, 0x400000 / SECTOR);
	check_read(disk, 0);
}

/* Only what runs in memory that is not free is the firmware's. To ask changes nothing. */
static void is_firmwares(void **state)
{
	static const struct {
		const char *name;
		struct ahci_config config;
		bool expected;
	} rows[] = {
		{ "running", { .ports = { { 0 }, { .kind = AHCI_DISK, .running = true, .list = 0xF0000000,
		  .received = 0xF0001000 } } }, true },
		{ "stopped", { .ports = { { .kind = AHCI_DISK } } }, false },
		{ "a list in free RAM", { .ports = { { .kind = AHCI_DISK, .running = true, .list = 0x100000,
		  .received = 0xF0001000 } } }, false },
		{ "FISes in free RAM", { .ports = { { .kind = AHCI_DISK, .running = true,
		  .list = 0xF0000000, .received = 0x1FFF00 } } }, false },
		{ "no list", { .ports = { { .kind = AHCI_DISK, .running = true, .received = 0xF0001000 } } },
		  false },
		{ "legacy mode", { .ports = { { .kind = AHCI_DISK, .running = true, .list = 0xF0000000,
		  .received = 0xF0001000 } }, .legacy = true }, false },
		{ "no registers", { .no_bar = true }, false },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		ahci_power_on(&rows[i].config);
		host_set_free_ram(0x100000, 0x200000);
		assert_int_equal(interface.is_firmwares(AHCI_PCI, &driver_host), rows[i].expected);
		assert_int_equal(ahci_writes(), 0);
	}
}

UNIT_MAIN(cmocka_unit_test(devices), cmocka_unit_test(every_state), cmocka_unit_test(hidden),
	  cmocka_unit_test(no_start), cmocka_unit_test(errors), cmocka_unit_test(lost_port), cmocka_unit_test(ends),
	  cmocka_unit_test(is_firmwares))
