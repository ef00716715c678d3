/* SPDX-License-Identifier: MIT */
/*
 * The partitions of a disk: from an MBR, with logical ones, or a GPT (UEFI 2.10, chapter 5).
 */
#ifndef RJ_PARTITION_H
#define RJ_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"
#include "common/boot_sector.h"

#define RJ_TABLE_SIZE     (PARTITION_COUNT * sizeof(struct partition_entry))
#define RJ_GPT_ENTRY_SIZE 128u          /* of a GPT entry, as far as it is kept */

struct rj_partition {
	uint32_t number;                /* from 1; an MBR's logical ones from 5; 0: unknown */
	uint32_t sector_size;           /* bytes */
	uint64_t first, sectors;        /* in sectors of that size */
	bool active;                    /* flag 80h; in a GPT, "legacy BIOS bootable" */
	bool gpt;
	bool backup;                    /* from the backup GPT; the primary one is damaged */
	bool sole;                      /* the only active one; MBR code needs a single one */
	const char *lacks;              /* why the disk has nothing to start; or NULL */
	struct partition_entry entry;   /* the MBR's, but relative to the disk's start */
	uint8_t table[RJ_TABLE_SIZE];   /* of a primary partition: the MBR's table */
	uint8_t gpt_entry[RJ_GPT_ENTRY_SIZE];
};

/* A number of sectors, limited to what an MBR entry can hold. */
static inline uint32_t rj_partition_clamp(uint64_t sectors)
{
	return sectors > UINT32_MAX ? UINT32_MAX : (uint32_t)sectors;
}

/*
 * The disk's sector size in bytes: from the device, or from the position of its GPT, or 512.
 */
uint32_t rj_disk_sector_size(const struct rj_input *disk);

/*
 * The least number of sectors that the disk has according to its GPT, or else its partition
 * table; 0 if it has neither. *name: which of the two, in words.
 */
uint64_t rj_partitions_end(const struct rj_input *disk, uint32_t sector_size, const char **name);

/*
 * Whether the disk has a boot sector with partitions, none of which holds this 512-byte
 * sector.
 */
bool rj_partitions_leave_out(const struct rj_input *disk, uint64_t sector);

/*
 * Whether it is a hard disk's image: 4 MiB or more, with a partition table in the first
 * sector.
 */
bool rj_is_disk_image(const struct rj_input *input);

/*
 * The partition with this number, or the active one if number is 0. sector_size 0: detected.
 * If the disk's contents name no such partition, partition->lacks says why.
 */
enum rj_err rj_partition_find(const struct rj_input *disk, uint32_t sector_size,
			      uint32_t number, struct rj_partition *partition,
			      struct rj_error *err);

#endif
