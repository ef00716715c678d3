/* SPDX-License-Identifier: MIT */
/* The BIOS data area (IBM PC/AT Technical Reference, 6280070): physical addresses. */
#ifndef RJ_BDA_H
#define RJ_BDA_H

#define BDA_EBDA_SEGMENT 0x40E
#define BDA_EQUIPMENT    0x410
#define BDA_BASE_MEMORY  0x413          /* KiB */
#define BDA_HARD_DISKS   0x475

#endif
