/* SPDX-License-Identifier: MIT */
/* Which disk gets which number, with the firmware's INT 13h played here. */
#include "unit.h"

#include "common/bda.h"
#include "driver_host.h"
#include "fake_io.h"
#include "int13/edd.h"
#include "int13/int13.h"
#include "int13/setup_drives.h"

#define RAM_DISK   0x400000u
#define MEGARAID   0x0018u              /* 00:03.0 */
#define AHCI       0x00FAu              /* 00:1F.2 */
#define SIZE       100000u              /* sectors of most disks */
#define BIG        200000u
#define FIRMWARE_DISKS 40u

struct rj_int13 int13;
struct rj_unit int13_units[RJ_MAX_FOUND + RJ_MAX_RAM_DRIVES];

/* A hard disk of the firmware's. */
struct firmware {
	uint32_t sectors;
	uint16_t pci;                   /* 0: it does not say */
	uint16_t heads;                 /* 0: nor its geometry */
};

static struct firmware firmware[FIRMWARE_DISKS];
static uint8_t hard_disks;
static struct rj_found found[RJ_MAX_FOUND];
static struct rj_services services;
static struct rj_setup setup;

uint8_t read8(uint32_t address)
{
	assert_int_equal(address, BDA_HARD_DISKS);
	return hard_disks;
}

void write8(uint32_t address, uint8_t value)
{
	assert_int_equal(address, BDA_HARD_DISKS);
	hard_disks = value;
}

uint16_t read16(uint32_t address)
{
	assert_int_equal(address, BDA_EQUIPMENT);
	return 0;
}

void write16(uint32_t address, uint16_t value)
{
	fail_msg("write16 of %x: %x", address, value);
}

/* What DS:SI points to: something of this program's, of whose address that is the low 20 bits. */
static struct edd_parameters *table_at(const struct bios_regs *regs)
{
	uintptr_t low = ((uintptr_t)regs->ds << 4) + (regs->esi & 0xFFFF), here = (uintptr_t)&int13;
	uintptr_t at = (here & ~(uintptr_t)0xFFFFF) | low;

	if (at > here + 0x80000)
		at -= 0x100000;
	else if (at + 0x80000 < here)
		at += 0x100000;
	return (struct edd_parameters *)at;
}

static void bios_call(struct bios_regs *regs, uint32_t number)
{
	const struct firmware *disk = &firmware[regs->edx - 0x80];
	struct edd_parameters *table;

	assert_int_equal(number, 0x13);
	assert_between(regs->edx, 0x80, 0x80 + FIRMWARE_DISKS - 1);
	regs->carry = 0;
	if (regs->eax == 0x0800) {
		regs->eax = 0;
		regs->carry = !disk->heads;
		regs->ecx = 32;
		regs->edx = (uint32_t)(disk->heads - 1) << 8;
		return;
	}
	assert_int_equal(regs->eax, 0x4800);
	table = table_at(regs);
	assert_int_equal(table->size, sizeof(*table));
	table->sectors = disk->sectors;
	table->sector_size = 512;
	if (!disk->pci) {
		table->size = 30;
		return;
	}
	table->path_key = EDD_PATH_KEY;
	memcpy(table->bus, "PCI ", 4);
	table->bus_number = (uint8_t)(disk->pci >> 8);
	table->device = disk->pci >> 3 & 31;
	table->function = disk->pci & 7;
}

static enum rj_status no_transfer(void *context, const struct rj_request *request)
{
	(void)context;
	(void)request;
	return RJ_DISK_OK;
}

static struct rj_found *add(const char *driver, const char *bus, uint16_t pci, uint32_t unit,
			    uint32_t sectors)
{
	struct rj_found *f = &found[setup.found_count++];

	*f = (struct rj_found){ .driver = driver, .disk = {
		.sectors = sectors, .sector_size = 512, .pci = pci, .unit = unit,
		.transfer = no_transfer, .context = f, .max_sectors = 1, .alignment = 2 } };
	memcpy(f->disk.interface, bus, sizeof(f->disk.interface));
	return f;
}

static void add_raid(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		add("megaraid", "RAID    ", MEGARAID, i, SIZE);
}

static void map(unsigned row, uint8_t number, uint16_t pci, uint32_t unit)
{
	services.map[row] = (struct rj_drive_map){ .number = number, .pci = pci, .unit = unit };
}

static void fresh(void)
{
	host_start(0, 0);
	memset(&int13, 0, sizeof(int13));
	memset(int13_units, 0xFF, sizeof(int13_units));
	memset(&services, 0, sizeof(services));
	memset(firmware, 0, sizeof(firmware));
	hard_disks = 0;
	setup = (struct rj_setup){ .services = &services, .print = driver_host.print,
				   .bios_call = bios_call, .found = found, .ram_disk = RAM_DISK };
}

/* The firmware still knows these drives, but has lost their controllers. */
static void fresh_firmware(unsigned count)
{
	fresh();
	setup.asks_firmware = true;
	hard_disks = (uint8_t)count;
	for (unsigned i = 0; i < count; i++)
		firmware[i] = (struct firmware){ SIZE, MEGARAID, 16 };
}

/* The disk that a number leads to. */
static const struct rj_unit *unit_at(uint32_t number)
{
	uint32_t row = int13.map[number] - (uint32_t)INT13_UNIT;

	assert_true(row < int13.unit_count);
	return &int13_units[row];
}

static void assert_drive(uint32_t number, uint16_t pci, uint32_t unit)
{
	assert_int_equal(unit_at(number)->disk.pci, pci);
	assert_int_equal(unit_at(number)->disk.unit, unit);
}

#define LEFT_OUT(unit) "more than 32 hard disks: megaraid 00:03.0, ld" unit \
	", has no number; give it one with --drive-map\n"

/* Up to as many disks as there are numbers, each has one; a message names the others. */
static void many(void **state)
{
	static const struct {
		unsigned count;
		const char *text;
	} rows[] = {
		{ 0, "" }, { 1, "" }, { 12, "" }, { 13, "" }, { 32, "" }, { 33, LEFT_OUT("32") },
		{ 35, LEFT_OUT("32") LEFT_OUT("33") LEFT_OUT("34") },
	};

	(void)state;
	FOR_EACH(i, rows) {
		unsigned served = rows[i].count < 32 ? rows[i].count : 32;

		fresh();
		add_raid(rows[i].count);
		drives_number(&setup);
		assert_string_equal(host_found.text, rows[i].text);
		assert_int_equal(int13.hard_disks, served);
		assert_int_equal(hard_disks, served);
		for (unsigned n = 0; n < served; n++)
			assert_drive(0x80 + n, MEGARAID, n);
		assert_int_equal(int13.map[0x80 + served], INT13_NOBODY);
	}
}

/* The disk that --drive-map names, and the one that the firmware knows, wherever they were found. */
static void many_and_one(void **state)
{
	(void)state;
	fresh();
	add_raid(47);
	map(0, 0x80, MEGARAID, 46);
	drives_number(&setup);
	assert_drive(0x80, MEGARAID, 46);
	assert_drive(0x81, MEGARAID, 0);
	assert_drive(0x9F, MEGARAID, 30);

	fresh_firmware(1);
	add_raid(46);
	add("megaraid", "RAID    ", MEGARAID, 46, BIG);
	firmware[0].sectors = BIG;
	drives_number(&setup);
	assert_drive(0x80, MEGARAID, 46);
	assert_int_equal(unit_at(0x80)->heads, 16);
	assert_int_equal(unit_at(0x80)->sectors_per_track, 32);
	assert_drive(0x81, MEGARAID, 0);
}

/* RAM disks, eight mapped disks, and more of the firmware's than numbers are left. */
static void full(void **state)
{
	(void)state;
	fresh_firmware(32);
	add_raid(48);
	services.drives[0] = (struct rj_drive){ .sectors = 100, .sector_size = 512, .number = 0x80 };
	for (uint8_t i = 0; i < RJ_MAX_DRIVE_MAP; i++)
		map(i, (uint8_t)(0x81 + i), MEGARAID, 40u + i);
	drives_number(&setup);
	assert_int_equal(unit_at(0x80)->disk.transfer, NULL);
	assert_int_equal(unit_at(0x80)->locks, 0);
	assert_drive(0x81, MEGARAID, 40);
	assert_drive(0x88, MEGARAID, 47);
	assert_drive(0x89, MEGARAID, 0);
	assert_drive(0x9F, MEGARAID, 22);
	assert_int_equal(int13.unit_count, 32);
	assert_int_equal(int13.hard_disks, 32);
}

/* Of disks that are alike, each of the firmware's is the next one; the place tells others apart. */
static void as_firmware(void **state)
{
	(void)state;
	fresh_firmware(3);
	add("ahci", "SATA    ", AHCI, 0, SIZE);
	add_raid(2);
	firmware[1].pci = AHCI;
	drives_number(&setup);
	assert_drive(0x80, MEGARAID, 0);
	assert_drive(0x81, AHCI, 0);
	assert_drive(0x82, MEGARAID, 1);
	assert_string_equal(host_found.text, "");

	fresh_firmware(2);
	add_raid(1);
	firmware[0] = (struct firmware){ BIG, 0, 0 };
	drives_number(&setup);
	assert_drive(0x80, MEGARAID, 0);
	assert_int_equal(int13.hard_disks, 1);
	assert_string_equal(host_found.text, "drive 80: the firmware's; its controller is not supported\n");

	fresh_firmware(2);
	setup.firmware_serves = true;
	add_raid(1);
	firmware[0] = (struct firmware){ BIG, 0, 0 };
	drives_number(&setup);
	assert_int_equal(int13.map[0x80], 0x80);
	assert_drive(0x81, MEGARAID, 0);
}

static void mapped_to_nothing(void **state)
{
	(void)state;
	fresh();
	add_raid(2);
	map(0, 0x80, MEGARAID, 7);
	map(1, 0x81, MEGARAID, 1);
	drives_number(&setup);
	assert_string_equal(host_found.text, "drive 80: --drive-map names no disk that is served\n");
	assert_drive(0x80, MEGARAID, 0);
	assert_drive(0x81, MEGARAID, 1);
}

/* CDs have numbers of their own, of which there are eight. */
static void cds(void **state)
{
	(void)state;
	fresh();
	for (uint32_t i = 0; i < 9; i++)
		add("ahci", "SATA    ", AHCI, i, 1000)->disk.flags = RJ_DISK_CD;
	add_raid(1);
	drives_number(&setup);
	assert_drive(0x80, MEGARAID, 0);
	for (uint32_t i = 0; i < 8; i++)
		assert_drive(0xE0 + i, AHCI, i);
	assert_int_equal(int13.map[0xE8], INT13_NOBODY);
	assert_int_equal(int13.unit_count, 9);
}

static void printed(void **state)
{
	(void)state;
	fresh_firmware(1);
	setup.firmware_serves = true;
	firmware[0] = (struct firmware){ BIG, 0, 0 };
	add("megaraid", "RAID    ", MEGARAID, RJ_MEGARAID_PD | 5, SIZE);
	add("ahci", "SATA    ", AHCI, 3, SIZE);
	add("usb", "USB     ", 0x00A0, RJ_USB_UNIT(2, 0x31, 4), SIZE);
	drives_number(&setup);
	drives_print(&setup);
	assert_string_equal(host_found.text,
		"drive 80: the firmware's 80\n"
		"drive 81: megaraid 00:03.0, pd5, 100000 sectors of 512 bytes\n"
		"drive 82: ahci 00:1F.2, unit 3, 100000 sectors of 512 bytes\n"
		"drive 83: usb 00:14.0, usb2.1.3/lun4, 100000 sectors of 512 bytes\n");
}

UNIT_MAIN(cmocka_unit_test(many), cmocka_unit_test(many_and_one), cmocka_unit_test(full),
	  cmocka_unit_test(as_firmware), cmocka_unit_test(mapped_to_nothing), cmocka_unit_test(cds),
	  cmocka_unit_test(printed))
