/* SPDX-License-Identifier: MIT */
/*
 * The partitions of a disk: of an MBR (logical ones too) or a GPT (UEFI 2.10, chapter 5).
 */
#ifndef RJ_PARTITION_H
#define RJ_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"
#include "common/boot_sector.h"

#define RJ_TABLE_SIZE     (PARTITION_COUNT * sizeof(struct partition_entry))
#define RJ_GPT_ENTRY_SIZE 128u          /* of what is kept of an entry of a GPT */

struct rj_partition {
	uint32_t number;                /* from 1; an MBR's logical ones from 5; 0: not known */
	uint32_t sector_size;           /* bytes */
	uint64_t first, sectors;        /* in sectors of that size */
	bool active;                    /* flag 80h; in a GPT, "legacy BIOS bootable" */
	bool gpt;
	bool backup;                    /* of the GPT's backup; the primary is damaged */
	bool sole;                      /* the only active one; MBR code starts none of several */
	struct partition_entry entry;   /* the MBR's, but counted from the disk's start */
	uint8_t table[RJ_TABLE_SIZE];   /* of a primary partition: all of the MBR's as they stand */
	uint8_t gpt_entry[RJ_GPT_ENTRY_SIZE];
};

/* A number of sectors as an entry of an MBR can have it. */
static inline uint32_t rj_partition_clamp(uint64_t sectors)
{
	return sectors > UINT32_MAX ? UINT32_MAX : (uint32_t)sectors;
}

/* The size of the disk's sectors: by the device, else by its GPT's place, else 512. */
uint32_t rj_disk_sector_size(const struct rj_input *disk);

/*
 * As far as the disk goes by its GPT, or else by its partition table: how many sectors of
 * that size it has at least; 0: it has neither. *name: which of them, in words.
 */
uint64_t rj_partitions_end(const struct rj_input *disk, uint32_t sector_size, const char **name);

/* Whether it has a boot sector with partitions, none of which holds this sector of 512 bytes. */
bool rj_partitions_leave_out(const struct rj_input *disk, uint64_t sector);

/* A hard disk's image: 4 MiB or more, with a partition table in the first sector. */
bool rj_is_disk_image(const struct rj_input *input);

/*
 * The partition with this number, or the active one if that is 0. sector_size 0: found out.
 * RJ_ERR_PARTITION_NONE, _ACTIVE, _TABLE, _GPT, _READ.
 */
enum rj_err rj_partition_find(const struct rj_input *disk, uint32_t sector_size,
			      uint32_t number, struct rj_partition *partition,
			      struct rj_error *err);

#endif
