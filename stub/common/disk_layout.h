/* SPDX-License-Identifier: MIT */
/*
 * What a disk's image becomes: a floppy disk, a hard disk or a CD, its drives, and what the
 * BIOS would load to start it. For the stub, too.
 */
#ifndef RJ_DISK_LAYOUT_H
#define RJ_DISK_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/services.h"
#include "common/boot_catalog.h"
#include "common/bytes.h"
#include "common/disk_geometry.h"

#define HARD_DISKS     0x80u            /* the number of the first */
#define LARGE_SECTOR   4096u
#define RJ_DISK_MAX    (0u - HIGH_MEMORY)      /* bytes of a RAM disk, which is below 4 GiB */

enum disk_type { DISK_FLOPPY, DISK_HARD, DISK_CD, DISK_TYPE_COUNT };

/* What is asked of it. */
struct rj_disk_wish {
	struct rj_geometry geometry;    /* heads 0: to be found */
	uint32_t sector_size;           /* 0: to be found */
	bool has_number;
	bool data;                      /* it need not boot */
	uint8_t number;                 /* of the drive that boots */
};

struct rj_disk_layout {
	enum disk_type type;            /* of what boots */
	struct rj_drive drives[RJ_MAX_RAM_DRIVES];
	struct rj_el_torito el_torito;
	uint32_t booted;                /* which of the drives */
	uint32_t size;                  /* bytes of the RAM disk; zeros follow the image's */
	uint32_t boot_offset;           /* the bytes of it that the BIOS loads */
	uint32_t boot_size;
	uint16_t boot_segment;
	bool boot_is_cut;               /* more of them were asked for than have room */
	bool bad_sum;                   /* of the boot catalog */
};

enum rj_layout {
	RJ_LAYOUT_OK,
	RJ_LAYOUT_UNSIGNED,             /* a hard disk without a boot sector's signature */
	RJ_LAYOUT_NUMBER,               /* not a number for a disk of layout->type */
	RJ_LAYOUT_CD_GEOMETRY,          /* a CD has none */
	RJ_LAYOUT_NO_GEOMETRY,          /* larger than any floppy disk that is known */
	RJ_LAYOUT_LARGE,                /* larger than RJ_DISK_MAX */
	RJ_LAYOUT_NO_BOOT,              /* a CD's image with nothing to boot: *catalog says why */
};

/* By the place of a GPT, or else 512. */
uint32_t rj_disk_layout_sector_size(const struct rj_bytes *bytes);

/* catalog: what became of the search for El Torito's, whatever the result is. */
enum rj_layout rj_disk_layout(const struct rj_bytes *bytes, const struct rj_disk_wish *wish,
			      struct rj_disk_layout *layout, enum boot_catalog *catalog);

#endif
