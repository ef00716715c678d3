/* SPDX-License-Identifier: MIT */
/*
 * What a DOS boot sector knows before it starts IO.SYS: the start of the data area, and the
 * directory entries of its two files (MS-DOS 4.0, src/BOOT/MSBOOT.ASM).
 */
#ifndef RJ_DOS_ROOT_H
#define RJ_DOS_ROOT_H

#include <stdint.h>

#include "base/error.h"
#include "base/input.h"
#include "disk/vbr.h"

#define DOS_ENTRY_SIZE 32u      /* of a directory entry */

struct dos_root {
	uint8_t media;                          /* from the BIOS parameter block */
	uint32_t data;                          /* first sector of the data area on the disk */
	uint8_t entries[2][DOS_ENTRY_SIZE];     /* IO.SYS and MSDOS.SYS, or IBM's names */
};

/*
 * vbr is the partition's boot sector, volume the partition or disk that it was read from.
 * Fails unless it has FAT12 or FAT16, and both system files of a DOS.
 */
enum rj_err dos_root_read(struct dos_root *root, const struct rj_input *volume,
			  const struct rj_vbr *vbr, struct rj_error *err);

#endif
