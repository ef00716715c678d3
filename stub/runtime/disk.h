/* SPDX-License-Identifier: MIT */
#ifndef RJ_RUNTIME_DISK_H
#define RJ_RUNTIME_DISK_H

#include <stdint.h>

#include "services/services.h"

/*
 * The drive that a disk's image of this many bytes, a multiple of 512, becomes when nobody
 * says more of it: a floppy disk if one has that size, or else a hard disk.
 */
void disk_describe(struct rj_drive *drive, const uint8_t *first_sector, uint32_t size);

#endif
