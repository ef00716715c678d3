/* SPDX-License-Identifier: MIT */
#ifndef RJ_FIRMWARE_MAP_H
#define RJ_FIRMWARE_MAP_H

#include <stddef.h>

#include "abi/memory.h"
#include "base/root.h"

/*
 * Reads the firmware's memory map as Linux has recorded it, /sys/firmware/memmap, into at most
 * max rows; a type that Linux does not name is reserved. Returns the number of rows; 0: Linux has
 * not recorded it.
 */
size_t rj_firmware_map(const struct rj_root *root, struct rj_memory *rows, size_t max);

#endif
