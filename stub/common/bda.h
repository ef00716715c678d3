/* SPDX-License-Identifier: MIT */
/* The interrupt vectors and the BIOS data area (IBM PC/AT Technical Reference, 6280070). */
#ifndef RJ_BDA_H
#define RJ_BDA_H

#define IVT_VECTOR(number) ((number) * 4u)     /* offset, then segment */
#define IVT_VECTORS    256u

/* Physical addresses; 16-bit code counts from segment 40h. */
#define BDA              0x400
#define BDA_OFFSET(address) ((address) - BDA)
#define BDA_EBDA_SEGMENT 0x40E
#define BDA_EQUIPMENT    0x410
#define BDA_BASE_MEMORY  0x413          /* KiB */
#define BDA_SHIFT_FLAGS  0x417          /* bits 4 to 6, from SHIFT_LEDS on: RJ_LED_* */
#define BDA_KEYS_HEAD    0x41A          /* offsets, of the next key to read */
#define BDA_KEYS_TAIL    0x41C          /* and to write, */
#define BDA_KEYS_START   0x480          /* of the buffer, and of its end */
#define BDA_KEYS_END     0x482
#define BDA_COLUMNS      0x44A
#define BDA_WARM_RESET   0x467          /* offset, then segment */
#define BDA_TICKS        0x46C          /* since midnight, 32 bits */
#define BDA_MIDNIGHT     0x470          /* how often it has passed */
#define BDA_HARD_DISKS   0x475
#define BDA_LAST_ROW     0x484
#define BDA_CHARACTER_HEIGHT 0x485
#define BDA_KEYBOARD     0x496          /* its mode and type */
#define BDA_APPLICATIONS 0x4F0          /* 16 bytes through which programs communicate */
#define BDA_APPLICATIONS_SIZE 16u

#define SHIFT_LEDS       4
#define KEYS_START       0x1E           /* where POST puts the buffer */
#define KEYS_END         0x3E
#define TICKS_IN_A_DAY   0x1800B0

/* BDA_EQUIPMENT: whether there is a floppy drive, and in two bits their number - 1. */
#define EQUIPMENT_FLOPPY 0x0001u
#define EQUIPMENT_FLOPPIES_SHIFT 6
#define EQUIPMENT_FLOPPIES (3u << EQUIPMENT_FLOPPIES_SHIFT)

#endif
