/* SPDX-License-Identifier: MIT */
/* A partition's boot sector (volume boot record). */
#ifndef RJ_VBR_H
#define RJ_VBR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"
#include "disk/partition.h"

/* BIOS parameter block fields to set. */
#define RJ_BPB_HIDDEN   0x1u            /* hidden sectors: the partition's first sector */
#define RJ_BPB_DRIVE    0x2u            /* the drive number */

/* Which boot sector to use, and what to set in it. Zeros: detected, and nothing set. */
struct rj_vbr_choice {
	uint32_t partition;             /* from 1 */
	bool has_hidden;
	uint64_t hidden;                /* its first sector */
	unsigned bpb;                   /* RJ_BPB_* */
	uint32_t sector_size;           /* bytes: 512 or 4096 */
};

struct rj_vbr {
	const char *path;               /* of the file */
	uint8_t *bytes;                 /* malloc'ed: the sector, patched as requested */
	size_t size;                    /* 512, or the disk's sector size */
	bool behind_xfs;                /* it follows the superblock of an XFS */
	struct rj_partition partition;  /* as far as it is known */
};

/*
 * Reads the boot sector: the file itself, or the one in the partition that the choice names.
 * drive is the value for RJ_BPB_DRIVE. On failure there is nothing to free, and
 * vbr->partition.lacks says whether the disk's contents are the reason.
 */
enum rj_err rj_vbr_read(struct rj_vbr *vbr, const struct rj_input *input,
			const struct rj_vbr_choice *choice, uint8_t drive, struct rj_error *err);

void rj_vbr_free(struct rj_vbr *vbr);

/* The file system's first sector, from the BIOS parameter block; 0: unknown. */
uint64_t rj_vbr_first(const uint8_t *sector);

/* Its size in sectors of the disk, from the BIOS parameter block; 0: unknown. */
uint64_t rj_vbr_sectors(const uint8_t *sector);

/* The disk's sector size in bytes, from the BIOS parameter block; 0: unknown. */
uint32_t rj_vbr_sector_size(const uint8_t *sector);

/*
 * Sets the fields that bpb (RJ_BPB_*) names: the first sector and the drive number. Fails if
 * the sector has no known BIOS parameter block, or if its field is too small for the number.
 */
enum rj_err rj_vbr_patch(uint8_t *sector, unsigned bpb, uint64_t first, uint8_t drive,
			 struct rj_error *err);

#endif
