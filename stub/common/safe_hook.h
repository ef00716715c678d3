/* SPDX-License-Identifier: MIT */
/*
 * The front of an INT 13h handler that can be found and removed again: the "safe hook" of
 * MEMDISK (SYSLINUX, doc/memdisk.txt and memdisk/mstructs.h), which other tools also use.
 */
#ifndef RJ_SAFE_HOOK_H
#define RJ_SAFE_HOOK_H

#include <stddef.h>
#include <stdint.h>

#include "common/nonstring.h"

#define RJ_HOOK_SIGNATURE  "$INT13SF"   /* 8 bytes, without the NUL */
#define RJ_MBFT_SIGNATURE  "mBFT"       /* 4 */

struct rj_far {
	uint16_t offset, segment;
} __attribute__((packed));

/* "mBFT", by which memdiskfind finds a RAM disk. */
struct rj_mbft {
	char signature[4] NONSTRING;
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6] NONSTRING, table[8] NONSTRING;
	uint32_t oem_revision;
	char creator[4] NONSTRING;
	uint32_t creator_revision;
	uint32_t hook;          /* physical address of the INT 13h handler */
	uint16_t info_size;     /* bytes, from this field on */
	uint8_t minor, major;
	uint32_t disk, sectors;
	struct rj_far command_line, old_int13, old_int15;
	uint16_t old_base_memory;
	uint8_t loader, sector_shift;
	uint16_t parameters;
} __attribute__((packed));
_Static_assert(sizeof(struct rj_mbft) == 36 + 4 + 30, "mBFT");

/* MEMDISK's fields after it, up to the drive number and the number of drives. */
struct rj_memdisk {
	struct rj_mbft mbft;
	uint8_t zero[22];
	uint8_t drive;          /* BIOS drive number */
	uint8_t type;
	uint8_t drives;         /* number of drives of this class, including this one */
} __attribute__((packed));
_Static_assert(offsetof(struct rj_memdisk, drive) == 40 + 52, "MEMDISK's patch area");

struct rj_safe_hook {
	uint8_t jump[3];
	char signature[8] NONSTRING; /* RJ_HOOK_SIGNATURE */
	char vendor[8] NONSTRING;    /* "MEMDISK " where mbft is set */
	struct rj_far old_int13;
	uint32_t flags;
	uint32_t mbft;          /* physical address, or 0; only MEMDISK and rjpack set this */
	/* only in rjpack's hooks: how to undo them */
	uint32_t magic;         /* RJ_CHANGES_MAGIC */
	uint32_t changes;       /* physical address of struct rj_changes */
} __attribute__((packed));
_Static_assert(sizeof(struct rj_safe_hook) == 39, "safe hook");

#define RJ_CHANGES_MAGIC 0x484B4A52u    /* "RJKH" */
#define RJ_CHANGES_MAX   16

/* A value in the IVT or the BDA, before and after rjpack changed it. */
struct rj_change {
	uint16_t address;
	uint16_t size;          /* bytes, 1 to 4 */
	uint32_t old, ours;
} __attribute__((packed));
_Static_assert(sizeof(struct rj_change) == 12, "change");

struct rj_changes {
	uint32_t count;
	struct rj_change rows[RJ_CHANGES_MAX];
} __attribute__((packed));

#endif
