/* SPDX-License-Identifier: MIT */
/*
 * MBR code that does no more than start a partition. Boot managers, encrypted disks and
 * other loaders look much alike, so only code that is known to its last byte counts.
 */
#ifndef RJ_MBR_CODE_H
#define RJ_MBR_CODE_H

#include <stdbool.h>
#include <stdint.h>

#define RJ_MBR_CODE_SIZE 0x1B8u         /* up to Windows' number of the disk */

struct rj_mbr_code {
	uint32_t crc;
	bool gpt;               /* starts the GPT's partition for BIOSes, not the MBR's active one */
	bool finds_xfs;         /* where that is an XFS, its boot sector follows the superblock */
};

/* The code in the sector, or NULL: it may start anything. */
const struct rj_mbr_code *rj_mbr_code_of(const uint8_t *sector);

#endif
