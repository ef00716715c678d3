/* SPDX-License-Identifier: MIT */
/*
 * Between the installer and the resident INT 13h and INT 15h, which is 16-bit
 * code: the module "int13". Its interface is a struct rj_int13, which the
 * installer fills in. Offsets in it are in the module's real-mode segment, whose
 * base is the module's first byte, also when that has not stayed.
 */
#ifndef RJ_INT13_H
#define RJ_INT13_H

#include <stdint.h>

#include "common/safe_hook.h"
#include "drivers/driver.h"

#define RJ_MAX_UNITS   12
#define RJ_MAX_MEMORY  128              /* ranges, as Linux takes them from a loader */
#define RJ_BOUNCE_SIZE 0x10000u         /* bytes, a multiple of every sector size */

/* The assembly reads this file, too, and has offsets from constants.c. */

/* rj_int13.map: who serves a drive number. Others are a number of the firmware's. */
#define INT13_UNIT     0x40             /* + a row of units; to INT13_NOBODY */
#define INT13_NOBODY   0x7F

#define CHS_COUNT_MAX  128              /* sectors of AH=02h to 04h */
#define PACKET_SIZE    16               /* at least, of a disk address packet */

#define RJ_MEMORY_FREE     1            /* ACPI 6.3, table 15-374 */
#define RJ_MEMORY_RESERVED 2

/* A drive that is served here. */
struct rj_unit {
	struct rj_disk disk;
	uint32_t sector_shift;  /* log2 of the sector size */
	uint32_t cylinders, heads, sectors_per_track;
	uint16_t floppy_type;   /* as in struct rj_drive */
	uint16_t locks;         /* of AH=45h */
};

/* As INT 15h AX=E820h gives it. */
struct rj_memory {
	uint64_t base, size;
	uint32_t type;
} __attribute__((packed));

typedef void rj_place(uint32_t base);

/* All but what is said to be an offset is the installer's to fill in. */
struct rj_int13 {
	struct rj_mbft mbft;            /* on a multiple of 16, where memdiskfind looks */
	uint16_t memory;                /* offset: struct rj_memory[memory_count] */
	void (*int13)(void), (*int15)(void);    /* offsets: the handlers, */
	rj_place *place;                /* and what has to be told where the module is */
	uint32_t base;                  /* physical address of the segment */
	uint32_t bounce;                /* RJ_BOUNCE_SIZE bytes that devices reach; or 0 */
	struct rj_far old_int15;
	uint16_t memory_count;          /* 0: INT 15h is not served */
	uint16_t kib_88;                /* AH=88h */
	uint16_t kib_above_1m, blocks_above_16m; /* AX=E801h */
	uint8_t hard_disks, floppies;   /* how many numbers there are */
	uint8_t unit_count;
	uint8_t busy;                   /* a call is under way */
	struct rj_el_torito el_torito;
	uint8_t floppy_table[12];       /* INT 1Eh, for a floppy of ours */
	uint32_t page_tables;           /* for CR3 while a driver runs; 0: no paging */
	uint8_t map[256];               /* by drive number */
	struct rj_unit units[RJ_MAX_UNITS];
	struct rj_changes changes;      /* by which all this can be taken out again */
};

#endif
