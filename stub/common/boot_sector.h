/* SPDX-License-Identifier: MIT */
/* The first sector of a disk or of a partition, as PC firmware and DOS define it. */
#ifndef RJ_BOOT_SECTOR_H
#define RJ_BOOT_SECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECTOR_SIZE         512u
#define SIGNATURE_OFFSET    0x1FEu
#define SIGNATURE           0xAA55u
#define MBR_CODE_MAX        446u

struct partition_entry {
	uint8_t flag;           /* 80h: active; 0: not */
	uint8_t first_chs[3];
	uint8_t type;           /* 0: unused */
	uint8_t last_chs[3];
	uint32_t first_sector;
	uint32_t sectors;
};
_Static_assert(sizeof(struct partition_entry) == 16, "partition entry");
_Static_assert(offsetof(struct partition_entry, type) == 4, "partition entry");

/* Bits of the flag that are 0 in every partition table. */
#define PARTITION_FLAGS     0x7Fu
#define PARTITION_GPT       0xEEu       /* covers a disk that has a GPT */

/* The BIOS parameter block of DOS 3.31 and later. */
#define BPB_SECTOR_SIZE     0x0Bu
#define BPB_RESERVED        0x0Eu
#define BPB_FATS            0x10u
#define BPB_ROOT_ENTRIES    0x11u
#define BPB_SECTORS16       0x13u
#define BPB_MEDIA           0x15u
#define BPB_FAT_SECTORS16   0x16u       /* 0: FAT32 */
#define BPB_TRACK_SECTORS   0x18u
#define BPB_HEADS           0x1Au
#define BPB_HIDDEN          0x1Cu
#define BPB_SECTORS32       0x20u
#define BPB_DRIVE           0x24u       /* not on FAT32 */
#define BPB_SIGNATURE       0x26u       /* 28h or 29h: DOS 4, with a drive number */
#define BPB_DRIVE32         0x40u

#define BIOS_SIGNATURE_EAX  0xAA55u     /* SeaBIOS leaves this in AX when it boots */

#define PARTITION_TABLE     0x1BEu
#define PARTITION_COUNT     4
_Static_assert(PARTITION_TABLE == MBR_CODE_MAX, "partition table");

bool boot_sector_is_signed(const uint8_t *sector);

/* Whether there is a BIOS parameter block: a jump, and a valid sector size and media byte. */
bool boot_sector_has_parameters(const uint8_t *sector);

/* The number of sectors in the BIOS parameter block; 0 if there is none. */
uint32_t boot_sector_total(const uint8_t *sector);

/* Whether there is a partition table: four valid flags, and at least one entry in use. */
bool boot_sector_has_table(const uint8_t *sector);

/* The end of the last partition, except one that covers a disk with a GPT; 0: none. */
uint64_t boot_sector_partitions_end(const uint8_t *sector);

/* Entry n of the partition table, with numbers in the host's byte order. */
struct partition_entry boot_sector_partition(const uint8_t *sector, size_t n);

#endif
