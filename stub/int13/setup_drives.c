/* SPDX-License-Identifier: MIT */
/*
 * Disks keep the firmware's numbers if the size and location that INT 13h AH=48h returns
 * identify them; the others follow in the order of their controllers.
 * IBM PC/AT Technical Reference: the BIOS data area. EDD 3.0: the parameters.
 */
#include "int13/setup_drives.h"

#include <stddef.h>

#include "common/bda.h"
#include "common/disk_geometry.h"
#include "common/geometry.h"
#include "common/mem.h"
#include "common/words.h"
#include "hardware/io.h"
#include "int13/edd.h"

#define HARD_DISK      0x80u
#define CD             0xE0u
#define MAX_HARD_DISKS 32u
#define MAX_CDS        8u
#define MAX_FLOPPIES   2u

/* A hard disk as the firmware describes it. */
struct firmware_disk {
	uint64_t sectors;
	uint32_t sector_size;
	uint32_t pci;           /* NO_PCI: unknown */
	uint16_t heads;
	uint8_t sectors_per_track;      /* 0: geometry unknown */
};
#define NO_PCI 0x10000u

/* The map's values for the hard disks' numbers. */
static uint8_t slots[MAX_HARD_DISKS];
#define FREE INT13_NOBODY

static bool is_name(const char *name, const char *bus)
{
	return name[0] == bus[0] && name[1] == bus[1] && name[2] == bus[2];
}

static void ask_edd(const struct rj_setup *setup, uint32_t number, struct firmware_disk *disk)
{
	static struct edd_parameters table;
	struct bios_regs r = { .eax = 0x4800, .edx = number, .ds = segment_of(&table),
			       .esi = offset_of(&table) };

	memset(&table, 0, sizeof(table));
	table.size = sizeof(table);
	setup->bios_call(&r, 0x13);
	if (r.carry)
		return;
	disk->sectors = table.sectors;
	disk->sector_size = table.sector_size;
	if (table.size > offsetof(struct edd_parameters, device_path)
	    && table.path_key == EDD_PATH_KEY && is_name(table.bus, "PCI"))
		disk->pci = (uint32_t)table.bus_number << 8 | (uint32_t)table.device << 3
			| table.function;
}

static void ask_geometry(const struct rj_setup *setup, uint32_t number,
			 struct firmware_disk *disk)
{
	struct bios_regs r = { .eax = 0x0800, .edx = number };

	setup->bios_call(&r, 0x13);
	if (r.carry || r.eax & 0xFF00 || !(r.ecx & 0x3F))
		return;
	disk->heads = (uint16_t)((r.edx >> 8 & 0xFF) + 1);
	disk->sectors_per_track = r.ecx & 0x3F;
}

static struct firmware_disk ask(const struct rj_setup *setup, uint32_t number)
{
	struct firmware_disk disk = { .pci = NO_PCI };

	ask_edd(setup, number, &disk);
	if (disk.sectors)
		ask_geometry(setup, number, &disk);
	return disk;
}

static bool is_same(const struct firmware_disk *theirs, const struct rj_found *ours)
{
	return !(ours->disk.flags & RJ_DISK_CD)
		&& theirs->sectors == ours->disk.sectors
		&& theirs->sector_size == ours->disk.sector_size
		&& (theirs->pci == NO_PCI || theirs->pci == ours->disk.pci);
}

static uint32_t log2_of(uint32_t power)
{
	uint32_t shift = 0;

	while (power >> shift > 1)
		shift++;
	return shift;
}

/* The geometry that a floppy disk of this size has by itself. */
static void set_floppy(struct rj_unit *unit)
{
	const struct rj_geometry *g = rj_floppy_of_size(unit->disk.sectors * unit->disk.sector_size);

	if (!(unit->disk.flags & RJ_DISK_FLOPPY) || !g)
		return;
	unit->heads = g->heads;
	unit->sectors_per_track = g->sectors;
	unit->floppy_type = rj_floppy_type(g);
}

/* Makes a disk a unit; returns its value for the map. */
static uint8_t add_unit(struct rj_found *found,
			const struct firmware_disk *theirs)
{
	struct rj_unit *unit = &int13_units[int13.unit_count];

	found->numbered = true;
	*unit = (struct rj_unit){
		.disk = found->disk,
		.sector_shift = log2_of(found->disk.sector_size),
		.heads = geometry_heads(found->disk.sectors),
		.sectors_per_track = GEOMETRY_SECTORS_MAX,
	};
	if (theirs && theirs->sectors_per_track) {
		unit->heads = theirs->heads;
		unit->sectors_per_track = theirs->sectors_per_track;
	}
	set_floppy(unit);
	unit->cylinders = geometry_cylinders(unit->disk.sectors, unit->heads,
					     unit->sectors_per_track);
	return INT13_UNIT + int13.unit_count++;
}

static uint8_t add_ram_unit(const struct rj_drive *drive,
			    uint32_t ram_disk)
{
	int13_units[int13.unit_count] = (struct rj_unit){
		.disk = {
			.sectors = drive->sectors,
			.sector_size = drive->sector_size,
			.flags = drive->flags,
			.context = (void *)(ram_disk + drive->offset),
			.alignment = 1,
		},
		.sector_shift = log2_of(drive->sector_size),
		.cylinders = drive->cylinders,
		.heads = drive->heads,
		.sectors_per_track = drive->sectors_per_track,
		.floppy_type = drive->floppy_type,
	};
	return INT13_UNIT + int13.unit_count++;
}

/* The lowest free number of hard disks, for one without a fixed number; NULL: all are in use. */
static uint8_t *free_slot(void)
{
	for (uint32_t i = 0; i < MAX_HARD_DISKS; i++)
		if (slots[i] == FREE)
			return &slots[i];
	return NULL;
}

static void take_number(uint32_t number, uint8_t mapped)
{
	if (number >= HARD_DISK && number < HARD_DISK + MAX_HARD_DISKS)
		slots[number - HARD_DISK] = mapped;
	else
		int13.map[number] = mapped;
}

static void number_ram_disk(const struct rj_setup *setup)
{
	const struct rj_drive *drives = setup->services->drives;

	for (uint32_t i = 0; i < RJ_MAX_RAM_DRIVES; i++)
		if (drives[i].sectors)
			take_number(drives[i].number,
				    add_ram_unit(&drives[i], setup->ram_disk));
}

/* Returns a string that is valid until the next call. */
static const char *two_digits(uint32_t value)
{
	static char text[] = "00";

	words_put_hex(text, value, 2);
	return text;
}

static struct rj_found *find(const struct rj_setup *setup, const struct rj_drive_map *row)
{
	for (uint32_t i = 0; i < setup->found_count; i++)
		if (setup->found[i].disk.pci == row->pci && setup->found[i].disk.unit == row->unit)
			return &setup->found[i];
	return NULL;
}

static void number_mapped(const struct rj_setup *setup)
{
	for (uint32_t i = 0; i < RJ_MAX_DRIVE_MAP; i++) {
		const struct rj_drive_map *row = &setup->services->map[i];
		struct rj_found *found = find(setup, row);

		if (!row->number)
			continue;
		if (found && !found->numbered)
			take_number(row->number, add_unit(found, NULL));
		else
			setup->print("drive %s: --drive-map names no disk that is served",
				 two_digits(row->number));
	}
}

/* The disk that the firmware describes, rather one without a number; NULL: none. */
static struct rj_found *find_same(const struct rj_setup *setup, const struct firmware_disk *theirs)
{
	struct rj_found *same = NULL;

	for (uint32_t i = setup->found_count; i > 0; i--) {
		struct rj_found *ours = &setup->found[i - 1];

		if (is_same(theirs, ours) && (!same || !ours->numbered))
			same = ours;
	}
	return same;
}

/* What the firmware calls a hard disk is one, even if it has the size of a floppy disk. */
static void number_as_firmware(const struct rj_setup *setup)
{
	uint32_t count = setup->asks_firmware ? read8(BDA_HARD_DISKS) : 0;

	for (uint32_t n = 0; n < count && n < MAX_HARD_DISKS; n++) {
		struct firmware_disk theirs = ask(setup, HARD_DISK + n);
		struct rj_found *ours = find_same(setup, &theirs);
		uint8_t *slot = free_slot();

		if (!slot || (ours && ours->numbered))
			continue;       /* --drive-map has given it, or others, the numbers */
		if (ours) {
			ours->disk.flags &= ~RJ_DISK_FLOPPY;
			*slot = add_unit(ours, &theirs);
		} else if (setup->firmware_serves)
			*slot = (uint8_t)(HARD_DISK + n);
		else
			setup->print("drive %s: the firmware's; its controller is not supported",
				 two_digits(HARD_DISK + n));
	}
}

static bool is_unit(uint32_t number)
{
	return int13.map[number] >= INT13_UNIT && int13.map[number] < INT13_NOBODY;
}

/* Gives a floppy disk or a CD the first of these numbers that no other one of ours has. */
static void take_first(struct rj_found *found, uint32_t from, uint32_t count)
{
	uint32_t number = from;

	while (number < from + count && is_unit(number))
		number++;
	if (number < from + count)
		int13.map[number] = add_unit(found, NULL);
}

/* Appends a word and a number at `to`; returns the end. */
static char *append(char *to, const char *word, uint32_t number)
{
	char digits[10];
	uint32_t count = 0;

	while (*word)
		*to++ = *word++;
	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (count)
		*to++ = digits[--count];
	*to = '\0';
	return to;
}

/*
 * A USB disk's and a RAID controller's as --drive-map names it. Returns a string that is valid
 * until the next call.
 */
static const char *unit_of(const struct rj_disk *disk)
{
	static char text[] = "usb255.15.15.15.15.15/lun15";
	char *end;

	if (is_name(disk->interface, "RAID")) {
		append(text, disk->unit & RJ_MEGARAID_PD ? "pd" : "ld",
		       disk->unit & ~RJ_MEGARAID_PD);
		return text;
	}
	if (!is_name(disk->interface, "USB")) {
		append(text, "unit ", disk->unit);
		return text;
	}
	end = append(text, "usb", RJ_USB_PORT(disk->unit));
	for (uint32_t route = RJ_USB_ROUTE(disk->unit); route; route >>= 4)
		end = append(end, ".", route & 0xF);
	if (RJ_USB_LUN(disk->unit))
		append(end, "/lun", RJ_USB_LUN(disk->unit));
	return text;
}

static void tell_left_out(const struct rj_setup *setup, const struct rj_found *found)
{
	char address[] = "00:00.0";

	words_put_pci(address, found->disk.pci);
	setup->print("more than %u hard disks: %s %s, %s, has no number; give it one with --drive-map",
		     MAX_HARD_DISKS, found->driver, address, unit_of(&found->disk));
}

static void number_hard_disk(const struct rj_setup *setup, struct rj_found *found)
{
	uint8_t *slot = free_slot();

	if (slot)
		*slot = add_unit(found, NULL);
	else
		tell_left_out(setup, found);
}

static void number_rest(const struct rj_setup *setup)
{
	for (uint32_t i = 0; i < setup->found_count; i++) {
		struct rj_found *found = &setup->found[i];

		if (found->numbered)
			continue;
		if (found->disk.flags & RJ_DISK_CD)
			take_first(found, CD, MAX_CDS);
		else if (found->disk.flags & RJ_DISK_FLOPPY)
			take_first(found, 0, MAX_FLOPPIES);
		else
			number_hard_disk(setup, found);
	}
}

/* The firmware's floppies follow ours. */
static void number_floppies(void)
{
	uint16_t equipment = read16(BDA_EQUIPMENT);
	uint32_t theirs = equipment & EQUIPMENT_FLOPPY
		? (equipment >> EQUIPMENT_FLOPPIES_SHIFT & 3) + 1u : 0;
	uint32_t ours = 0, next = 0;

	for (uint32_t i = 0; i < HARD_DISK; i++)
		ours += is_unit(i);
	for (uint32_t i = 0; ours && i < HARD_DISK; i++)
		if (int13.map[i] < INT13_UNIT)
			int13.map[i] = next < theirs ? (uint8_t)next++ : INT13_NOBODY;
	theirs += ours;
	int13.floppies = (uint8_t)theirs;
	if (!ours)
		return;
	if (theirs > MAX_FLOPPIES)
		theirs = MAX_FLOPPIES;
	equipment &= (uint16_t)~EQUIPMENT_FLOPPIES;
	write16(BDA_EQUIPMENT, (uint16_t)(equipment | EQUIPMENT_FLOPPY
					  | (theirs - 1) << EQUIPMENT_FLOPPIES_SHIFT));
}

static void map_default(const struct rj_setup *setup)
{
	for (uint32_t i = 0; i < 256; i++)
		int13.map[i] = setup->firmware_serves || (i < INT13_UNIT && setup->asks_firmware)
			? (uint8_t)i : INT13_NOBODY;
	for (uint32_t i = INT13_UNIT; i < HARD_DISK; i++)
		int13.map[i] = INT13_NOBODY;
	memset(slots, FREE, sizeof(slots));
}

void drives_number(const struct rj_setup *setup)
{
	map_default(setup);
	number_ram_disk(setup);
	int13.ram_end = INT13_UNIT + int13.unit_count;
	number_mapped(setup);
	number_as_firmware(setup);
	number_rest(setup);
	number_floppies();
	for (uint32_t i = 0; i < MAX_HARD_DISKS; i++) {
		int13.map[HARD_DISK + i] = slots[i];
		if (slots[i] != FREE)
			int13.hard_disks = (uint8_t)(i + 1);
	}
	write8(BDA_HARD_DISKS, int13.hard_disks);
}

static const char *driver_of(const struct rj_setup *setup, const struct rj_disk *disk)
{
	for (uint32_t i = 0; i < setup->found_count; i++)
		if (setup->found[i].disk.context == disk->context)
			return setup->found[i].driver;
	return "";
}

/* What a number leads to on the firmware's side, if it is a hard disk's. */
static void print_firmware_drive(const struct rj_setup *setup, const char *number, uint32_t n)
{
	if (n >= HARD_DISK && n < HARD_DISK + int13.hard_disks && int13.map[n] != INT13_NOBODY)
		setup->print("drive %s: the firmware's %s", number, two_digits(int13.map[n]));
}

static void print_unit(const struct rj_setup *setup, const char *number,
		       const struct rj_disk *disk)
{
	char address[] = "00:00.0";

	words_put_pci(address, disk->pci);
	if (disk->transfer)
		setup->print("drive %s: %s %s, %s, %u sectors of %u bytes", number,
			     driver_of(setup, disk), address, unit_of(disk),
			     (uint32_t)disk->sectors, disk->sector_size);
	else
		setup->print("drive %s: RAM disk at %x, %u sectors of %u bytes", number,
			     (uint32_t)disk->context, (uint32_t)disk->sectors,
			     disk->sector_size);
}

void drives_print(const struct rj_setup *setup)
{
	for (uint32_t n = 0; n < 256; n++) {
		uint32_t row = int13.map[n] - (uint32_t)INT13_UNIT;
		char number[] = "00";

		words_put_hex(number, n, 2);
		if (row < int13.unit_count)
			print_unit(setup, number, &int13_units[row].disk);
		else
			print_firmware_drive(setup, number, n);
	}
}
