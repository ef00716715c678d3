/* SPDX-License-Identifier: MIT */
/* Sets INT 13h up: 32-bit code that runs once, at the module's final address. */
#include <stddef.h>

#include "common/bda.h"
#include "common/mem.h"
#include "common/units.h"
#include "hardware/io.h"
#include "hardware/ivt.h"
#include "int13/flat.h"
#include "int13/setup_drives.h"

#define MBFT_MAJOR      4       /* the MEMDISK version with such a table: 4.x */
#define SECTOR_SHIFT    9

/* In int13_entry.asm. */
extern struct rj_safe_hook int13_entry;

uint32_t int13_room(const struct rj_setup *setup);
void int13_init(const struct rj_setup *setup, uint32_t base);

/* IBM PC/AT Technical Reference, "diskette parameters": INT 1Eh. */
static void describe_floppy(uint32_t base)
{
	static const uint8_t table[sizeof(int13.floppy_table)] = {
		0xDF, 0x02, 0x25, 2, 18, 0x1B, 0xFF, 0x54, 0xF6, 0x0F, 0x08, 0 };

	for (uint32_t i = 0; i < int13.unit_count; i++) {
		const struct rj_unit *unit = &int13_units[i];

		if (!(unit->disk.flags & RJ_DISK_FLOPPY))
			continue;
		memcpy(int13.floppy_table, table, sizeof(table));
		int13.floppy_table[4] = (uint8_t)unit->sectors_per_track;
		int13.floppy_table[11] = (uint8_t)(unit->cylinders - 1);
		ivt_set(0x1E, base, (uint16_t)((uint32_t)int13.floppy_table - base));
	}
}

/* Lets memdiskfind find our RAM disk. */
static void describe_ram_disk(const struct rj_setup *setup)
{
	uint8_t sum = 0;

	memcpy(int13_entry.vendor, "MEMDISK ", sizeof(int13_entry.vendor));
	int13_entry.mbft = (uint32_t)&int13.mbft;
	int13.mbft = (struct rj_mbft){
		.signature = RJ_MBFT_SIGNATURE, .length = sizeof(int13.mbft), .revision = 1,
		.oem = "RJPACK", .table = "RJPACK  ", .creator = "RJPK",
		.hook = (uint32_t)&int13_entry,
		.info_size = sizeof(int13.mbft) - offsetof(struct rj_mbft, info_size),
		.major = MBFT_MAJOR,
		.disk = setup->ram_disk,
		.sectors = setup->services->image.size >> SECTOR_SHIFT,
		.old_int13 = ivt_get(0x13), .old_int15 = ivt_get(0x15),
		.old_base_memory = read16(BDA_BASE_MEMORY),
		.sector_shift = SECTOR_SHIFT,
	};
	for (uint32_t i = 0; i < sizeof(int13.mbft); i++)
		sum = (uint8_t)(sum + ((uint8_t *)&int13.mbft)[i]);
	int13.mbft.checksum = (uint8_t)-sum;
}

uint32_t int13_room(const struct rj_setup *setup)
{
	uint32_t units = setup->found_count + (setup->ram_disk ? RJ_MAX_RAM_DRIVES : 0);

	return units * sizeof(struct rj_unit);
}

void int13_init(const struct rj_setup *setup, uint32_t base)
{
	flat_place(base, setup->page_tables);
	int13.bounce = (uint32_t)setup->host->alloc(RJ_BOUNCE_SIZE, KIB);
	if (setup->found_count && !int13.bounce)
		setup->fail("not enough base memory for INT 13h");
	int13.el_torito = setup->services->el_torito;
	drives_number(setup);
	if (setup->is_verbose)
		drives_print(setup);
	int13_entry.magic = RJ_CHANGES_MAGIC;
	int13_entry.changes = (uint32_t)&int13.changes;
	if (setup->ram_disk)
		describe_ram_disk(setup);
	describe_floppy(base);
}
