/* SPDX-License-Identifier: MIT */
/*
 * The first sector of a disk or of a partition, as PC firmware and DOS have it.
 */
#ifndef RJ_BOOT_SECTOR_H
#define RJ_BOOT_SECTOR_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define SECTOR_SIZE         512u
#define SIGNATURE_OFFSET    0x1FEu
#define SIGNATURE           0xAA55u
#define MBR_CODE_MAX        446u
#define GRUB_MARK           "GRUB "
#define GRUB_MARK_OFFSET    0x180u
#define GRUB_KERNEL_SECTOR  0x5Cu       /* a qword: where boot.img finds core.img */

struct partition_entry {
	uint8_t flag;           /* 80h active, 0 not */
	uint8_t first_chs[3];
	uint8_t type;           /* 0: unused */
	uint8_t last_chs[3];
	uint32_t first_sector;
	uint32_t sectors;
};
static_assert(sizeof(struct partition_entry) == 16, "partition entry");
static_assert(offsetof(struct partition_entry, type) == 4, "partition entry");

#define PARTITION_TABLE     0x1BEu
#define PARTITION_COUNT     4
static_assert(PARTITION_TABLE == MBR_CODE_MAX, "partition table");

#endif
