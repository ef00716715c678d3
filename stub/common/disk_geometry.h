/* SPDX-License-Identifier: MIT */
/*
 * Whether a disk's image is a floppy's or a hard disk's, and its cylinders, heads and
 * sectors: by the partition table if arithmetic proves that a geometry fits it, else by the
 * BIOS parameter block, its own or that of the partition that boots, else by the size.
 * For the stub, too: no C library, no division of 64 bits.
 */
#ifndef RJ_DISK_GEOMETRY_H
#define RJ_DISK_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/geometry.h"

struct rj_geometry {
	uint16_t cylinders, heads;      /* heads 0: not known */
	uint8_t sectors;                /* of a track */
};

/* The floppy disk with exactly this many bytes, or NULL. */
const struct rj_geometry *rj_floppy_of_size(uint64_t bytes);

/* The type of the drive for it, as CMOS 10h and INT 13h AH=08h have it. */
uint8_t rj_floppy_type(const struct rj_geometry *geometry);

/*
 * Whether the BIOS parameter block is a floppy disk's: not of a fixed disk by its media
 * byte, nor by its drive's number if it has one. No partition table is fitted by arithmetic.
 */
bool rj_has_floppy_parameters(const uint8_t *first_sector);

/* A floppy disk's image: by its BIOS parameter block, or because a floppy has this size. */
bool rj_is_floppy(const uint8_t *first_sector, uint64_t bytes);

/*
 * The geometry of a floppy disk of at least this many bytes: by its BIOS parameter block,
 * also if that says more than there is; else by the size, 1.44 MB if less is there. A file
 * that goes on after the last whole cylinder adds none. heads 0: larger than any.
 */
struct rj_geometry rj_geometry_of_floppy(const uint8_t *first_sector, uint64_t bytes);

/* The geometry of a hard disk of this many sectors; partition: the boot sector of the
   partition that boots, or NULL. */
struct rj_geometry rj_geometry_of_disk(const uint8_t *first_sector, const uint8_t *partition,
				       uint64_t sectors);

enum rj_table {
	RJ_TABLE_NONE,                  /* it has no partition table */
	RJ_TABLE_UNTOLD,                /* the table has no places, or only last ones of all */
	RJ_TABLE_FITS,                  /* of a geometry that fits start and end of all partitions */
	RJ_TABLE_CONTRADICTS,           /* no geometry fits them all */
};

/*
 * The geometry that a partition table was made for. If several fit, the one of the BIOS
 * parameter block, the table's own last places, or a disk of this many sectors is taken
 * first. RJ_TABLE_UNTOLD: that of the last places, heads 0 if there are none.
 */
enum rj_table rj_geometry_of_table(const uint8_t *first_sector, uint64_t sectors,
				   struct rj_geometry *geometry);

/* C,H,S, and nothing after it; false: it is not. */
bool rj_geometry_read(const char *text, struct rj_geometry *geometry);

#endif
