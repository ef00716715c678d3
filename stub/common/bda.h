/* SPDX-License-Identifier: MIT */
/* The interrupt vectors and the BIOS data area (IBM PC/AT Technical Reference, 6280070). */
#ifndef RJ_BDA_H
#define RJ_BDA_H

#define IVT_VECTOR(number) ((number) * 4u)     /* offset, then segment */

/* Physical addresses. */
#define BDA_EBDA_SEGMENT 0x40E
#define BDA_EQUIPMENT    0x410
#define BDA_BASE_MEMORY  0x413          /* KiB */
#define BDA_HARD_DISKS   0x475

/* BDA_EQUIPMENT: whether there is a floppy drive, and in two bits their number - 1. */
#define EQUIPMENT_FLOPPY 0x0001u
#define EQUIPMENT_FLOPPIES_SHIFT 6
#define EQUIPMENT_FLOPPIES (3u << EQUIPMENT_FLOPPIES_SHIFT)

#endif
