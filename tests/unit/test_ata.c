/* SPDX-License-Identifier: MIT */
/* The IDE driver, on a model of a channel and its devices. */
#include "unit.h"

#include "ata_model.h"
#include "drivers/ata_device.h"

#define LIMIT_MS  31000u
#define BUFFER    0x8000u
#define EMPTY_MS  60u                   /* for two channels */

static uint32_t attach(const struct ata_config *config)
{
	model_power_on(config);
	interface.attach(ATA_PCI, &driver_host);
	return model_now_ms();
}

static enum rj_status request(size_t disk, enum rj_operation operation, uint64_t lba, uint32_t count,
			      void *buffer)
{
	enum rj_status status = host_request(&host_found.disks[disk], operation, lba, count, buffer);

	assert_true(model_interrupts());
	return status;
}

static uint8_t *buffer(void)
{
	return memset(host_alloc(BUFFER, 1), 0xA5, BUFFER);
}

static void check_read(size_t disk, uint64_t lba, uint32_t count)
{
	uint32_t size = host_found.disks[disk].sector_size;
	enum ata_kind kind = host_found.disks[disk].flags & RJ_DISK_CD ? ATA_CD : ATA_DISK;
	uint8_t *to = buffer();

	assert_int_equal(request(disk, RJ_READ, lba, count, to), RJ_DISK_OK);
	for (uint32_t i = 0; i < count; i++)
		assert_memory_equal(to + i * size, model_sector(kind, (uint32_t)lba + i), size);
}

static void check_write(size_t disk, uint32_t lba, uint32_t count)
{
	uint8_t *from = buffer();

	assert_int_equal(request(disk, RJ_WRITE, lba, count, from), RJ_DISK_OK);
	assert_int_equal(request(disk, RJ_FLUSH, 0, 0, NULL), RJ_DISK_OK);
	for (uint32_t i = 0; i < count; i++)
		assert_memory_equal(from + i * 512, model_sector(ATA_DISK, lba + i), 512);
}

/*
 * In each state that firmware and systems leave behind. Device 1, which most machines do not have, is
 * what was looked at last.
 */
static void finds(void **state)
{
	static const struct {
		const char *name;
		struct ata_config config;
		size_t disks;
	} rows[] = {
		{ "a disk", { .devices = { ATA_DISK }, .nobody = 0x7F }, 1 },
		{ "with own ports", { .devices = { ATA_DISK }, .nobody = 0x7F, .native = true }, 1 },
		{ "two disks", { .devices = { ATA_DISK, ATA_DISK }, .nobody = 0xFF, .reset_ms = 20 }, 2 },
		{ "a disk and a CD", { .devices = { ATA_DISK, ATA_CD }, .reset_ms = 150 }, 2 },
		{ "a CD and a disk", { .devices = { ATA_CD, ATA_DISK }, .selected = 1, .reset_ms = 9 }, 2 },
		{ "device 1 alone", { .devices = { ATA_NONE, ATA_DISK }, .nobody = 0x7F,
			.reset_ms = 5 }, 1 },
		{ "no device 1, selected", { .devices = { ATA_DISK }, .selected = 1, .reset_ms = 5 }, 1 },
		{ "and slow", { .devices = { ATA_DISK }, .selected = 1, .reset_ms = 20000 }, 1 },
		{ "and QEMU's", { .devices = { ATA_DISK }, .selected = 1, .keeps_selection = true,
			.reset_ms = 300 }, 1 },
		{ "a CD, and QEMU's", { .devices = { ATA_CD }, .selected = 1, .keeps_selection = true,
			.reset_ms = 300 }, 1 },
		{ "busy", { .devices = { ATA_DISK }, .status = ATA_BUSY, .reset_ms = 5 }, 1 },
		{ "busy, QEMU's", { .devices = { ATA_DISK, ATA_CD }, .status = ATA_BUSY, .selected = 1,
			.keeps_selection = true, .reset_ms = 5 }, 2 },
		{ "with data", { .devices = { ATA_DISK, ATA_DISK }, .status = ATA_DATA, .selected = 1,
			.reset_ms = 5 }, 2 },
		{ "slow commands", { .devices = { ATA_DISK, ATA_CD }, .command_ms = 900 }, 2 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		uint32_t slow = rows[i].config.reset_ms + 6 * rows[i].config.command_ms;

		assert_between(attach(&rows[i].config), 6, EMPTY_MS + slow);
		assert_int_equal(host_found.disk_count, rows[i].disks);
		assert_true(model_interrupts());
		for (size_t n = 0; n < host_found.disk_count; n++) {
			check_read(n, 0, 1);
			check_read(n, 3, 7);
			if (!(host_found.disks[n].flags & RJ_DISK_READONLY))
				check_write(n, 5, 3);
		}
	}
}

static void nobody(void **state)
{
	static const uint8_t rows[] = { 0xFF, 0x7F, 0 };

	(void)state;
	FOR_EACH(i, rows) {
		assert_between(attach(&(struct ata_config){ .nobody = rows[i] }), 6, EMPTY_MS);
		assert_int_equal(host_found.disk_count, 0);
	}
}

/* An error is told, and the next request works. */
static void errors(void **state)
{
	(void)state;
	attach(&(struct ata_config){ .devices = { ATA_DISK, ATA_CD } });
	model_fail_next();
	assert_int_equal(request(0, RJ_READ, 1, 1, buffer()), RJ_DISK_NOT_FOUND);
	check_read(0, 1, 2);
	model_fail_next();
	assert_int_equal(request(0, RJ_WRITE, 1, 1, buffer()), RJ_DISK_NOT_FOUND);
	check_write(0, 1, 2);
	model_fail_next();
	assert_int_equal(request(1, RJ_READ, 1, 1, buffer()), RJ_DISK_NOT_FOUND);
	check_read(1, 1, 2);
	assert_int_equal(request(1, RJ_WRITE, 1, 1, buffer()), RJ_DISK_WRITE_PROTECTED);
}

/* Each wait ends, and the device that hung, or the other one, works after it. */
static void ends(void **state)
{
	static const struct ata_config config = { .devices = { ATA_DISK, ATA_CD }, .reset_ms = 3 };
	uint32_t start;

	(void)state;
	assert_between(attach(&(struct ata_config){ .devices = { ATA_DISK }, .resets_for_ever = true }),
		       LIMIT_MS, 9 * LIMIT_MS);
	assert_int_equal(host_found.disk_count, 0);
	model_power_on(&config);
	model_hang_next();
	interface.attach(ATA_PCI, &driver_host);
	assert_int_equal(host_found.disk_count, 1);
	assert_between(model_now_ms(), LIMIT_MS, LIMIT_MS + 100);
	check_read(0, 1, 2);
	for (size_t disk = 0; disk < 2; disk++)
		for (enum rj_operation what = RJ_READ; what <= RJ_WRITE - disk; what++) {
			attach(&config);
			start = model_now_ms();
			model_hang_next();
			assert_int_equal(request(disk, what, 1, 1, buffer()), RJ_DISK_TIMEOUT);
			assert_between(model_now_ms() - start, LIMIT_MS, LIMIT_MS + 100);
			check_read(disk, 1, 2);
			check_read(!disk, 1, 2);
		}
}

/* A hypervisor stops the machine for a minute before any of the readings of the clock. */
static void taken(void **state)
{
	static const struct ata_config rows[] = {
		{ .devices = { ATA_DISK, ATA_CD }, .reset_ms = 4, .command_ms = 1 },
		{ .devices = { ATA_DISK }, .selected = 1, .keeps_selection = true, .reset_ms = 4,
			.command_ms = 1 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		size_t disks = rows[i].devices[1] ? 2 : 1;
		unsigned attaching, reading = 0;

		attach(&rows[i]);
		attaching = model_readings();
		check_read(disks - 1, 1, 2);
		reading = model_readings() - attaching;
		for (unsigned n = 1; n <= attaching; n++) {
			model_power_on(&rows[i]);
			model_take_cpu(n, 2 * LIMIT_MS);
			interface.attach(ATA_PCI, &driver_host);
			if (host_found.disk_count != disks)
				fail_msg("reading %u of %u: %zu disks", n, attaching, host_found.disk_count);
		}
		for (unsigned n = 1; n <= reading; n++) {
			attach(&rows[i]);
			model_take_cpu(n, 2 * LIMIT_MS);
			check_read(disks - 1, 1, 2);
		}
	}
}

UNIT_MAIN(
	cmocka_unit_test(finds),
	cmocka_unit_test(nobody),
	cmocka_unit_test(errors),
	cmocka_unit_test(ends),
	cmocka_unit_test(taken))
