/* SPDX-License-Identifier: MIT */
/*
 * What is asked of a payload beyond its file, by options that only some kinds take.
 */
#ifndef RJ_WISHES_H
#define RJ_WISHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/input.h"
#include "common/disk_geometry.h"

#define RJ_MAX_INITRDS 16

/* row(option, bit): the wishes, as bits of rj_wishes.given and payload_kind.takes. */
#define RJ_WISHES(row) \
	row(BOOT_DRIVE, 0) row(GEOMETRY, 1) row(DISK_READONLY, 2) row(COMPRESS, 3) \
	row(PARTITION, 4) row(HIDDEN, 5) row(BPB, 6) row(BOOT_SECTOR, 7) \
	row(SECTOR_SIZE, 8) row(MENU, 9) row(INITRD, 10) row(APPEND, 11)
enum {
#define RJ_WISH_BIT(name, bit) RJ_WISH_##name = 1 << (bit),
	RJ_WISHES(RJ_WISH_BIT)
#undef RJ_WISH_BIT
	RJ_WISH_DISK = RJ_WISH_BOOT_DRIVE | RJ_WISH_GEOMETRY | RJ_WISH_DISK_READONLY |
		       RJ_WISH_COMPRESS | RJ_WISH_SECTOR_SIZE | RJ_WISH_BPB,
};

/* rj_wishes.bpb: fields of the BIOS parameter block to set. */
#define RJ_BPB_HIDDEN   0x1u            /* hidden sectors: the partition's first */
#define RJ_BPB_DRIVE    0x2u            /* the drive's number */

struct rj_wishes {
	unsigned given;                 /* RJ_WISH_* */

	/* a RAM disk */
	struct rj_geometry geometry;    /* heads 0: to be found out */
	bool has_number, read_only;
	uint8_t number;                 /* of the drive that is booted */
	int level;                      /* of zlib; 0: not compressed */

	/* a partition */
	uint32_t partition;             /* from 1; 0: not told */
	uint64_t hidden;                /* its first sector, when HIDDEN is given */
	unsigned bpb;                   /* RJ_BPB_* */
	uint32_t sector_size;           /* bytes: 512 or 4096; 0: to be found out */
	const struct rj_input *boot_sector; /* its boot sector, beside the payload; or NULL */

	const char *menu;               /* GRUB Legacy's configuration; or NULL */

	/* a Linux kernel, or what looks like one */
	const struct rj_input *initrds[RJ_MAX_INITRDS];
	size_t initrd_count;
	const char *append;             /* the command line; or NULL */
};

#endif
