/* SPDX-License-Identifier: MIT */
/*
 * INT 13h's data: the module's set-up fills it in, the 16-bit code
 * reads it. Offsets in it are in the module's real-mode segment.
 */
#ifndef RJ_INT13_H
#define RJ_INT13_H

#include <stdint.h>

#include "common/safe_hook.h"
#include "drivers/driver.h"
#include "int13/resident.h"

#define RJ_BOUNCE_SIZE 0x10000u         /* bytes, a multiple of every sector size */

/* The assembly also reads this file, through awk; its offsets come from constants.c. */

/* rj_int13.map: who serves a drive number. Other values are the firmware's drive numbers. */
#define INT13_UNIT     0x40             /* + an index of units; less than INT13_NOBODY */
#define INT13_NOBODY   0x7F

#define CHS_COUNT_MAX  128              /* sectors, for AH=02h to 04h */
#define PACKET_SIZE    16               /* bytes, the shortest disk address packet */

/* A drive that this code serves. */
struct rj_unit {
	struct rj_disk disk;
	uint32_t sector_shift;  /* log2 of the sector size */
	uint32_t cylinders, heads, sectors_per_track;
	uint16_t floppy_type;   /* as in struct rj_drive */
	uint16_t locks;         /* how many times AH=45h has locked it */
};

struct rj_int13 {
	struct rj_mbft mbft;            /* at a multiple of 16, where memdiskfind looks */
	uint16_t zero;
	uint32_t bounce;                /* RJ_BOUNCE_SIZE bytes that devices can reach; or 0 */
	uint8_t hard_disks, floppies;   /* how many drive numbers are in use */
	uint8_t unit_count;
	uint8_t busy;                   /* a call is active */
	uint8_t ram_end;                /* the map's values for RAM disks are below this */
	struct rj_el_torito el_torito;
	uint8_t floppy_table[12];       /* for INT 1Eh and AH=08h, if we have a floppy */
	uint8_t map[256];               /* by drive number */
	struct rj_changes changes;      /* with which another stub can remove the services */
};

extern struct rj_int13 int13;

/* The drives, after the end of the module: as many as were found. In int13_entry.asm. */
extern struct rj_unit int13_units[];
_Static_assert(INT13_UNIT + RJ_MAX_FOUND + RJ_MAX_RAM_DRIVES <= INT13_NOBODY, "values of the map");

#endif
