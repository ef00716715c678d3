/* SPDX-License-Identifier: MIT */
/*
 * What a disk image becomes: a floppy disk, a hard disk or a CD, its drives, and what the
 * BIOS would load to start it.
 */
#ifndef RJ_DISK_LAYOUT_H
#define RJ_DISK_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/services.h"
#include "common/boot_catalog.h"
#include "common/bytes.h"
#include "common/disk_geometry.h"

#define HARD_DISKS     0x80u            /* the number of the first hard disk */
#define LARGE_SECTOR   4096u
#define RJ_DISK_MAX    (0u - HIGH_MEMORY)      /* bytes of a RAM disk, which is below 4 GiB */

enum disk_type { DISK_FLOPPY, DISK_HARD, DISK_CD, DISK_TYPE_COUNT };

/* What the user asks for. */
struct rj_disk_wish {
	struct rj_geometry geometry;    /* heads 0: detect it */
	uint32_t sector_size;           /* 0: detect it */
	bool has_number;
	bool data;                      /* the disk need not boot */
	uint8_t number;                 /* of the drive that boots */
};

struct rj_disk_layout {
	enum disk_type type;            /* of the drive that boots */
	struct rj_drive drives[RJ_MAX_RAM_DRIVES];
	struct rj_el_torito el_torito;
	uint32_t booted;                /* index of the drive that boots */
	uint32_t size;                  /* bytes of the RAM disk; zeros follow the image */
	uint32_t boot_offset;           /* the bytes that the BIOS loads, in the RAM disk */
	uint32_t boot_size;
	uint16_t boot_segment;
	bool boot_is_cut;               /* the boot catalog asks for more than fits */
	bool bad_sum;                   /* of the boot catalog */
};

enum rj_layout {
	RJ_LAYOUT_OK,
	RJ_LAYOUT_UNSIGNED,             /* a hard disk without a boot sector signature */
	RJ_LAYOUT_NUMBER,               /* the drive number is not one for layout->type */
	RJ_LAYOUT_CD_GEOMETRY,          /* a geometry was asked for, which a CD does not have */
	RJ_LAYOUT_NO_GEOMETRY,          /* larger than any known floppy disk */
	RJ_LAYOUT_LARGE,                /* larger than RJ_DISK_MAX */
	RJ_LAYOUT_NO_BOOT,              /* a CD image with nothing to boot: *catalog says why */
};

/* The sector size that the position of a GPT shows, or 512. */
uint32_t rj_disk_layout_sector_size(const struct rj_bytes *bytes);

/* Sets *layout, and *catalog to the result of the search for a boot catalog, in any case. */
enum rj_layout rj_disk_layout(const struct rj_bytes *bytes, const struct rj_disk_wish *wish,
			      struct rj_disk_layout *layout, enum boot_catalog *catalog);

#endif
