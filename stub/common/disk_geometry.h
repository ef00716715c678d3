/* SPDX-License-Identifier: MIT */
/*
 * Whether a disk image is a floppy's or a hard disk's, and its cylinders, heads and sectors:
 * from the partition table if arithmetic proves that a geometry fits it; otherwise from the
 * BIOS parameter block, its own or that of the boot partition; otherwise from the size. The
 * stub compiles this too, so there is no C library and no 64-bit division.
 */
#ifndef RJ_DISK_GEOMETRY_H
#define RJ_DISK_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/geometry.h"

struct rj_geometry {
	uint16_t cylinders, heads;      /* heads 0: not known */
	uint8_t sectors;                /* per track */
};

/* The geometry of the standard floppy with exactly this many bytes, or NULL. */
const struct rj_geometry *rj_floppy_of_size(uint64_t bytes);

/* The drive type for a geometry, as in CMOS 10h and INT 13h AH=08h. */
uint8_t rj_floppy_type(const struct rj_geometry *geometry);

/*
 * Whether the BIOS parameter block is a floppy disk's: neither its media byte nor its drive
 * number, if any, is a hard disk's. False if a geometry fits a partition table.
 */
bool rj_has_floppy_parameters(const uint8_t *first_sector);

/* Whether this is a floppy disk image, by its BIOS parameter block or by its size. */
bool rj_is_floppy(const uint8_t *first_sector, uint64_t bytes);

/*
 * The geometry of a floppy disk of at least this many bytes: from its BIOS parameter block,
 * even if that is larger; otherwise from the size, at least 1.44 MB. Bytes after the last
 * whole cylinder of the block do not add another. heads 0: larger than any floppy.
 */
struct rj_geometry rj_geometry_of_floppy(const uint8_t *first_sector, uint64_t bytes);

/* The geometry of a hard disk of this many sectors. partition: the boot sector of the boot
   partition, or NULL. */
struct rj_geometry rj_geometry_of_disk(const uint8_t *first_sector, const uint8_t *partition,
				       uint64_t sectors);

enum rj_table {
	RJ_TABLE_NONE,                  /* there is no partition table */
	RJ_TABLE_UNKNOWN,               /* it has no CHS addresses below the last cylinder */
	RJ_TABLE_FITS,                  /* a geometry fits the start and end of all partitions */
	RJ_TABLE_CONTRADICTS,           /* no geometry fits them all */
};

/*
 * The geometry that a partition table was made for. If several fit, that of the BIOS
 * parameter block, of the table's addresses on the last cylinder, or of a disk with this many
 * sectors is preferred. RJ_TABLE_UNKNOWN: that of addresses on the last cylinder, heads 0 if
 * there are none.
 */
enum rj_table rj_geometry_of_table(const uint8_t *first_sector, uint64_t sectors,
				   struct rj_geometry *geometry);

/* Reads C,H,S; false if text is anything else. */
bool rj_geometry_read(const char *text, struct rj_geometry *geometry);

#endif
