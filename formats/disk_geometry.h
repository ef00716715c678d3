/* SPDX-License-Identifier: MIT */
/*
 * Cylinders, heads and sectors of a disk's image.
 */
#ifndef RJ_DISK_GEOMETRY_H
#define RJ_DISK_GEOMETRY_H

#include <stdint.h>

#include "error.h"

/* What INT 13h AH=02h can name; it has no more bits for them. */
#define GEOMETRY_CYLINDERS_MAX 1024u
#define GEOMETRY_HEADS_MAX     256u
#define GEOMETRY_SECTORS_MAX   63u

struct rj_geometry {
	uint16_t cylinders, heads;      /* heads 0: not known */
	uint8_t sectors;                /* of a track */
};

struct rj_floppy {
	uint16_t kib;
	struct rj_geometry geometry;
	uint8_t type;                   /* of the drive, as CMOS 10h has it */
};

/* The floppy disk with exactly this many bytes, or NULL. */
const struct rj_floppy *rj_floppy_of_size(uint64_t bytes);

/*
 * The geometry that a hard disk's first sector was written for: by the
 * partition table if one fits all of it, else by its BIOS parameter block, else
 * by the size.
 */
struct rj_geometry rj_geometry_of_disk(const uint8_t *first_sector, uint64_t sectors);

/* C,H,S; RJ_ERR_GEOMETRY. */
enum rj_err rj_geometry_parse(const char *text, struct rj_geometry *geometry,
			      struct rj_error *err);

#endif
