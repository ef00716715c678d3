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

/* Fields of the BIOS parameter block to set. */
#define RJ_BPB_HIDDEN   0x1u            /* hidden sectors: the partition's first */
#define RJ_BPB_DRIVE    0x2u            /* the drive's number */

/* Which boot sector, and what is set in it; zeros: to be found, nothing. */
struct rj_vbr_choice {
	uint32_t partition;             /* from 1 */
	bool has_hidden;
	uint64_t hidden;                /* its first sector */
	unsigned bpb;                   /* RJ_BPB_* */
	uint32_t sector_size;           /* bytes: 512 or 4096 */
};

struct rj_vbr {
	const char *path;               /* of the file */
	uint8_t *bytes;                 /* malloc'ed: the sector, patched as it was wished */
	size_t size;                    /* 512, or the sector size of the disk */
	bool behind_xfs;                /* it follows the superblock of an XFS */
	struct rj_partition partition;  /* what is known of it */
};

/*
 * The boot sector that the file is, or that it has in the partition which the choice names;
 * drive is what RJ_BPB_DRIVE sets. On failure there is nothing to free.
 * RJ_ERR_VBR_*, RJ_ERR_PARTITION_*, _READ, _MEMORY.
 */
enum rj_err rj_vbr_read(struct rj_vbr *vbr, const struct rj_input *input,
			const struct rj_vbr_choice *choice, uint8_t drive, struct rj_error *err);

void rj_vbr_free(struct rj_vbr *vbr);

/* What a boot sector's BIOS parameter block says of its file system: the first sector, */
uint64_t rj_vbr_first(const uint8_t *sector);

/* and how many there are, in sectors of the disk; 0: it does not say. */
uint64_t rj_vbr_sectors(const uint8_t *sector);

/* The size of the disk's sectors in bytes; 0: it does not say. */
uint32_t rj_vbr_sector_size(const uint8_t *sector);

/*
 * Sets in it what bpb says (RJ_BPB_*): its first sector and its drive's number.
 * RJ_ERR_VBR_NO_BPB, _VBR_HIDDEN.
 */
enum rj_err rj_vbr_patch(uint8_t *sector, unsigned bpb, uint64_t first, uint8_t drive,
			 struct rj_error *err);

#endif
