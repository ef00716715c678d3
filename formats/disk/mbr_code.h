/* SPDX-License-Identifier: MIT */
/*
 * MBR code that only starts a partition. Boot managers, disk encryption and other loaders look
 * much alike, so code must match a known one in every byte.
 */
#ifndef RJ_MBR_CODE_H
#define RJ_MBR_CODE_H

#include <stdbool.h>
#include <stdint.h>

#define RJ_MBR_CODE_SIZE 0x1B8u         /* up to the Windows disk signature */

struct rj_mbr_code {
	uint32_t crc;
	bool gpt;               /* starts the GPT's bootable partition, not the active one */
	bool finds_xfs;         /* finds the boot sector after the superblock of an XFS */
};

/* The known code in the sector, or NULL if the sector may start anything. */
const struct rj_mbr_code *rj_mbr_code_of(const uint8_t *sector);

#endif
