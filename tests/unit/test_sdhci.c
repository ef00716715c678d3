/* SPDX-License-Identifier: MIT */
/* The driver for SD cards and eMMC, on a model of controller and card. */
#include "unit.h"

#include "fake_io.h"
#include "hardware/pci.h"
#include "sdhci_model.h"

#define SECTOR 512u
#define MOST   128u

static uint32_t attach(const struct sdhci_config *config)
{
	uint32_t start;

	model_power_on(config);
	start = model_now_ms();
	interface.attach(SDHCI_PCI, &driver_host);
	return model_now_ms() - start;
}

static enum rj_status request(enum rj_operation operation, uint64_t lba, uint32_t count, void *buffer)
{
	return host_request(&host_found.disks[0], operation, lba, count, buffer);
}

static void check_read(uint32_t lba, uint32_t count)
{
	uint8_t *buffer = host_alloc(count * SECTOR, 4);

	assert_int_equal(request(RJ_READ, lba, count, buffer), RJ_DISK_OK);
	for (uint32_t i = 0; i < count; i++)
		assert_memory_equal(buffer + i * SECTOR, model_sector(lba + i), SECTOR);
}

static void check_write(uint32_t lba, uint32_t count)
{
	uint8_t *buffer = host_alloc(count * SECTOR, 4);

	memset(buffer, 0x5A, count * SECTOR);
	buffer[0] = (uint8_t)lba;
	assert_int_equal(request(RJ_WRITE, lba, count, buffer), RJ_DISK_OK);
	assert_int_equal(request(RJ_FLUSH, 0, 0, NULL), RJ_DISK_OK);
	for (uint32_t i = 0; i < count; i++)
		assert_memory_equal(buffer + i * SECTOR, model_sector(lba + i), SECTOR);
}

#define PLUGGABLE RJ_DISK_REMOVABLE

static void bring_up(void **state)
{
	static const struct {
		const char *name;
		struct sdhci_config config;
		uint64_t sectors;
		uint32_t flags;
		unsigned lines;
	} rows[] = {
		{ "SDHC", { .kind = CARD_SDHC, .version = 2 }, 64 << 20, PLUGGABLE, 4 },
		{ "SDHC, version 1.00", { .kind = CARD_SDHC }, 64 << 20, PLUGGABLE, 4 },
		{ "SDHC, programmed I/O", { .kind = CARD_SDHC, .no_adma = true }, 64 << 20, PLUGGABLE, 4 },
		{ "SDSC", { .kind = CARD_SDSC, .version = 1 }, 2 << 20, PLUGGABLE, 4 },
		{ "SDSC without CMD8", { .kind = CARD_SDSC_V1, .version = 2 }, 2 << 20, PLUGGABLE, 4 },
		{ "MMC, version 3", { .kind = CARD_MMC3, .version = 2 }, 128 << 10, PLUGGABLE, 1 },
		{ "eMMC", { .kind = CARD_EMMC, .version = 2, .embedded = true }, 61071360, 0, 4 },
		{ "eMMC, 1.8 V", { .kind = CARD_EMMC, .version = 2, .embedded = true, .no_3v3 = true },
			61071360, 0, 4 },
		{ "eMMC, one line", { .kind = CARD_EMMC, .version = 2, .embedded = true, .one_line = true },
			61071360, 0, 1 },
		{ "eMMC, programmed I/O", { .kind = CARD_EMMC, .version = 2, .embedded = true, .no_adma = true },
			61071360, 0, 4 },
		{ "the switch protects", { .kind = CARD_SDHC, .switch_protects = true }, 64 << 20,
			PLUGGABLE | RJ_DISK_READONLY, 4 },
		{ "the CSD protects", { .kind = CARD_SDHC, .csd_protects = true }, 64 << 20,
			PLUGGABLE | RJ_DISK_READONLY, 4 },
		{ "eMMC, the CSD protects", { .kind = CARD_EMMC, .version = 2, .embedded = true,
			.csd_protects = true }, 61071360, RJ_DISK_READONLY, 4 },
		{ "a transfer is active", { .kind = CARD_SDHC, .as_found_running = true }, 64 << 20, PLUGGABLE, 4 },
		{ "left at 1.8 V", { .kind = CARD_SDHC, .version = 2, .at_1v8 = true }, 64 << 20, PLUGGABLE, 4 },
		{ "the pin bounces", { .kind = CARD_SDHC, .settle_ms = 150 }, 64 << 20, PLUGGABLE, 4 },
		{ "slow power-up", { .kind = CARD_SDHC, .power_up_ms = 900 }, 64 << 20, PLUGGABLE, 4 },
		{ "eMMC, slow power-up", { .kind = CARD_EMMC, .version = 2, .embedded = true, .power_up_ms = 900 },
			61071360, 0, 4 },
		{ "second slot", { .kind = CARD_SDHC, .slot = 1, .two_slots = true }, 64 << 20, PLUGGABLE, 4 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		const struct rj_disk *disk = &host_found.disks[0];

		assert_between(attach(&rows[i].config), 1, 1200);
		assert_int_equal(host_found.disk_count, 1);
		assert_int_equal(disk->sectors, rows[i].sectors);
		assert_int_equal(disk->sector_size, SECTOR);
		assert_int_equal(disk->flags, rows[i].flags);
		assert_int_equal(disk->unit, rows[i].config.slot);
		assert_int_equal(disk->max_sectors, MOST);
		assert_int_equal(disk->alignment, 4);
		assert_int_equal(model_lines(), rows[i].lines);
		assert_int_equal(model_command() & (PCI_MEMORY | PCI_BUS_MASTER | PCI_INTX_DISABLE),
				 PCI_MEMORY | PCI_BUS_MASTER | PCI_INTX_DISABLE);
		check_read(0, 1);
		check_read(3, 8);
		check_write(5, 1);
		check_write(7, 3);
		check_read(7, 3);
	}
}

/* Each wait ends, and what was not found is not added. */
static void nothing_there(void **state)
{
	static const struct {
		const char *name;
		struct sdhci_config config;
		const char *text;
		uint32_t most_ms;
	} rows[] = {
		{ "no card", { .kind = CARD_NONE }, "no card", 300 },
		{ "two empty slots", { .kind = CARD_NONE, .two_slots = true }, "no card", 600 },
		{ "empty, but embedded", { .kind = CARD_NONE, .embedded = true }, "does not answer", 300 },
		{ "no reset", { .kind = CARD_SDHC, .reset_hangs = true }, "cannot be reset", 300 },
		{ "no clock", { .kind = CARD_SDHC, .clock_hangs = true }, "does not answer", 300 },
		{ "no base clock", { .kind = CARD_SDHC, .no_base_clock = true }, "base clock", 300 },
		{ "never powers up", { .kind = CARD_SDHC, .never_ready = true }, "does not answer", 2500 },
		{ "eMMC never powers up", { .kind = CARD_EMMC, .embedded = true, .never_ready = true },
			"does not answer", 2500 },
		{ "no end of a command", { .kind = CARD_SDHC, .stays_inhibited = true }, "does not answer", 5400 },
		{ "SDUC", { .kind = CARD_SDUC, .version = 2 }, "this size", 300 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		assert_between(attach(&rows[i].config), 0, rows[i].most_ms);
		assert_int_equal(host_found.disk_count, 0);
		assert_non_null(strstr(host_found.text, rows[i].text));
	}
}

/* An error is told, the driver goes on with the same card, and the next request works. */
static void errors(void **state)
{
	static const struct {
		const char *name;
		enum card_fault fault;
		enum rj_status read, write;
	} rows[] = {
		{ "ECC", FAULT_ECC, RJ_DISK_BAD_DATA, RJ_DISK_WRITE_FAULT },
		{ "CRC", FAULT_CRC, RJ_DISK_BAD_DATA, RJ_DISK_WRITE_FAULT },
		{ "CRC of the response", FAULT_COMMAND_CRC, RJ_DISK_CONTROLLER, RJ_DISK_CONTROLLER },
		{ "out of range", FAULT_RANGE, RJ_DISK_NOT_FOUND, RJ_DISK_NOT_FOUND },
		{ "ADMA", FAULT_ADMA, RJ_DISK_CONTROLLER, RJ_DISK_CONTROLLER },
		{ "late timeout", FAULT_LATE_TIMEOUT, RJ_DISK_OK, RJ_DISK_OK },
		{ "write protected", FAULT_PROTECTED, RJ_DISK_WRITE_PROTECTED, RJ_DISK_WRITE_PROTECTED },
		{ "programming", FAULT_PROGRAM, RJ_DISK_CONTROLLER, RJ_DISK_CONTROLLER },
		{ "silent", FAULT_SILENT, RJ_DISK_TIMEOUT, RJ_DISK_TIMEOUT },
	};
	static const enum card_kind kinds[] = { CARD_SDSC, CARD_SDHC, CARD_EMMC };
	uint8_t *buffer;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name)
		for (size_t k = 0; k < 2 * COUNT_OF(kinds); k++) {
			bool write = k % 2;

			attach(&(struct sdhci_config){ .kind = kinds[k / 2], .version = 2 });
			buffer = host_alloc(8 * SECTOR, 4);
			model_fail_next(rows[i].fault);
			assert_int_equal(request(write ? RJ_WRITE : RJ_READ, 8, 4, buffer),
					 write ? rows[i].write : rows[i].read);
			check_read(16, 4);
			check_write(24, 2);
			assert_int_equal(model_starts(), rows[i].fault == FAULT_SILENT ? 2 : 1);
		}
}

/* A single sector's read has no CMD12: what the card says comes by CMD13. */
static void error_of_one_sector(void **state)
{
	uint8_t *buffer;

	(void)state;
	attach(&(struct sdhci_config){ .kind = CARD_SDHC });
	buffer = host_alloc(SECTOR, 4);
	model_fail_next(FAULT_ECC);
	assert_int_equal(request(RJ_READ, 8, 1, buffer), RJ_DISK_BAD_DATA);
	check_read(8, 1);
	assert_int_equal(model_starts(), 1);
}

static void largest(void **state)
{
	static const struct sdhci_config rows[] = {
		{ .kind = CARD_SDHC, .version = 2 }, { .kind = CARD_SDSC, .no_adma = true },
		{ .kind = CARD_EMMC, .embedded = true, .version = 2 } };

	(void)state;
	FOR_EACH(i, rows) {
		attach(&rows[i]);
		check_read(0, MOST);
		check_read((uint32_t)host_found.disks[0].sectors - MOST, MOST);
		check_read((uint32_t)host_found.disks[0].sectors - 1, 1);
		assert_int_equal(model_transfers(), 3);
	}
}

/* Programming goes on after the transfer: RJ_FLUSH, and the next request, wait for it. */
static void busy(void **state)
{
	uint8_t *buffer;
	uint32_t start;

	(void)state;
	attach(&(struct sdhci_config){ .kind = CARD_SDHC, .busy_ms = 400 });
	buffer = host_alloc(SECTOR, 4);
	start = model_now_ms();
	assert_int_equal(request(RJ_WRITE, 1, 1, buffer), RJ_DISK_OK);
	assert_int_equal(request(RJ_FLUSH, 0, 0, NULL), RJ_DISK_OK);
	assert_between(model_now_ms() - start, 400, 500);
}

static void busy_for_ever(void **state)
{
	uint8_t *buffer;
	uint32_t start;

	(void)state;
	attach(&(struct sdhci_config){ .kind = CARD_SDHC, .busy_ms = 1000000 });
	buffer = host_alloc(SECTOR, 4);
	assert_int_equal(request(RJ_WRITE, 1, 1, buffer), RJ_DISK_OK);
	start = model_now_ms();
	assert_int_equal(request(RJ_FLUSH, 0, 0, NULL), RJ_DISK_TIMEOUT);
	assert_between(model_now_ms() - start, 4000, 6000);
}

/* The same card works again; another one is not the disk that the payload knows. */
static void removal(void **state)
{
	uint8_t *buffer;

	(void)state;
	attach(&(struct sdhci_config){ .kind = CARD_SDHC, .version = 2 });
	buffer = host_alloc(SECTOR, 4);
	model_remove();
	assert_int_equal(request(RJ_READ, 1, 1, buffer), RJ_DISK_TIMEOUT);
	assert_int_equal(request(RJ_READ, 1, 1, buffer), RJ_DISK_TIMEOUT);
	model_insert(CARD_SDHC, 2);
	assert_int_equal(request(RJ_READ, 1, 1, buffer), RJ_DISK_TIMEOUT);
	model_insert(CARD_SDHC, 1);
	check_read(1, 1);
	check_write(2, 2);
}

static void reset(void **state)
{
	(void)state;
	attach(&(struct sdhci_config){ .kind = CARD_SDHC });
	assert_int_equal(request(RJ_RESET, 0, 0, NULL), RJ_DISK_OK);
	check_read(1, 2);
	assert_int_equal(model_starts(), 1);
}

/* Ten times, in whatever state the last one has left controller and card. */
static void again(void **state)
{
	(void)state;
	attach(&(struct sdhci_config){ .kind = CARD_SDHC, .version = 2 });
	for (unsigned i = 0; i < 10; i++) {
		host_found.disk_count = 0;
		interface.attach(SDHCI_PCI, &driver_host);
		assert_int_equal(host_found.disk_count, 1);
		check_read(i, 2);
	}
}

static void firmwares(void **state)
{
	static const struct {
		const char *name;
		struct sdhci_config config;
		bool is;
	} rows[] = {
		{ "the firmware uses it", { .kind = CARD_SDHC, .as_firmware = true }, true },
		{ "in the second slot", { .kind = CARD_SDHC, .as_firmware = true, .slot = 1,
			.two_slots = true }, true },
		{ "nobody uses it", { .kind = CARD_SDHC }, false },
		{ "an operating system did", { .kind = CARD_SDHC, .as_firmware = true,
			.as_found_running = true }, false },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		model_power_on(&rows[i].config);
		assert_int_equal(interface.is_firmwares(SDHCI_PCI, &driver_host), rows[i].is);
	}
}

UNIT_MAIN(
	cmocka_unit_test(bring_up),
	cmocka_unit_test(nothing_there),
	cmocka_unit_test(errors),
	cmocka_unit_test(error_of_one_sector),
	cmocka_unit_test(largest),
	cmocka_unit_test(busy),
	cmocka_unit_test(busy_for_ever),
	cmocka_unit_test(removal),
	cmocka_unit_test(reset),
	cmocka_unit_test(again),
	cmocka_unit_test(firmwares))
