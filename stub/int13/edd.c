/* SPDX-License-Identifier: MIT */
/*
 * T13/1386D, BIOS Enhanced Disk Drive Services 3.0, 7.5 (INT 13h AH=48h), and the
 * longer device path of T13/1572D, 8.23.
 */
#include "int13/edd.h"

#include <stddef.h>

#define INFO_GEOMETRY  0x0002u  /* cylinders, heads and sectors are valid */
#define INFO_REMOVABLE 0x0004u
#define INFO_LOCKABLE  0x0020u
#define GEOMETRY_MAX   15482880u /* sectors, 16383 * 15 * 63: larger disks have none */
#define NO_TABLE       0xFFFFFFFFu

#define SIZE_1X offsetof(struct edd_parameters, table)
#define SIZE_2X offsetof(struct edd_parameters, path_key)
#define SIZE_3X (sizeof(struct edd_parameters) - sizeof(uint64_t))
#define SIZE_4X sizeof(struct edd_parameters)
_Static_assert(SIZE_1X == 26, "1.x");
_Static_assert(SIZE_2X == 30, "2.x");
_Static_assert(SIZE_3X == 66, "3.0");
_Static_assert(SIZE_4X == 74, "4");

static uint32_t fitting(uint32_t room)
{
	return room >= SIZE_4X ? SIZE_4X : room >= SIZE_3X ? SIZE_3X
		: room >= SIZE_2X ? SIZE_2X : room >= SIZE_1X ? SIZE_1X : 0;
}

static void fill_geometry(struct edd_parameters *t, const struct rj_unit *unit)
{
	if (unit->disk.sectors <= GEOMETRY_MAX && !(unit->disk.flags & RJ_DISK_CD)) {
		t->flags |= INFO_GEOMETRY;
		t->heads = unit->heads;
		t->sectors_per_track = unit->sectors_per_track;
		t->cylinders = ((uint32_t)unit->disk.sectors + t->heads * t->sectors_per_track - 1)
			/ (t->heads * t->sectors_per_track);
	}
	if (unit->disk.flags & RJ_DISK_REMOVABLE)
		t->flags |= INFO_REMOVABLE | INFO_LOCKABLE;
	t->sectors = unit->disk.sectors;
	t->sector_size = (uint16_t)unit->disk.sector_size;
	t->table = NO_TABLE;
}

static void copy_name(char *to, const char *from, uint32_t length)
{
	while (length--)
		*to++ = *from++;
}

/* The bytes of the path, with its checksum, add up to 0. */
static void fill_path(struct edd_parameters *t, const struct rj_unit *unit, uint32_t size)
{
	uint8_t *bytes = (uint8_t *)t, sum = 0;

	t->path_key = EDD_PATH_KEY;
	t->path_size = (uint8_t)(size - SIZE_2X);
	copy_name(t->bus, "PCI ", sizeof(t->bus));
	copy_name(t->interface, unit->disk.interface, sizeof(t->interface));
	t->bus_number = (uint8_t)(unit->disk.pci >> 8);
	t->device = unit->disk.pci >> 3 & 0x1F;
	t->function = unit->disk.pci & 7;
	t->device_path[0] = unit->disk.device_path[0];
	if (size == SIZE_4X)
		t->device_path[1] = unit->disk.device_path[1];
	for (uint32_t i = SIZE_2X; i < size - 1; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[size - 1] = (uint8_t)-sum;
}

uint32_t edd_fill(struct edd_parameters *table, const struct rj_unit *unit, uint32_t room)
{
	uint32_t size = fitting(room);

	for (uint32_t i = 0; i < sizeof(*table); i++)
		/* cppcheck-suppress useStandardLibrary; this code has no C library */
		((uint8_t *)table)[i] = 0;
	if (!size)
		return 0;
	table->size = (uint16_t)size;
	fill_geometry(table, unit);
	if (size >= SIZE_3X && unit->disk.transfer)     /* a RAM disk has no bus */
		fill_path(table, unit, size);
	return size;
}
