/* SPDX-License-Identifier: MIT */
/* A loader's memory map as a BIOS would report it. */
#ifndef RJ_MEMORY_MAP_NORMAL_H
#define RJ_MEMORY_MAP_NORMAL_H

#include "abi/memory.h"

/*
 * Sorts rows in any order, which may overlap; where they do, the more restrictive type counts.
 * Neighbours of one type become one row, types other than 1, 3 and 4 become 2. Page 0 is free,
 * what no row covers below A0000h is reserved, A0000h to EFFFFh is in no row, and F0000h to
 * FFFFFh is reserved. Returns the number of rows; it is more than max if they do not fit even
 * without the reserved ones above 1 MiB, and then only max are valid.
 */
uint32_t memory_normalise(const struct rj_memory *from, uint32_t count, struct rj_memory *rows,
			  uint32_t max);

/*
 * The end of base memory in a normalised map. Smaller reserved ranges may be below it, as INT
 * 12h cannot describe them.
 */
uint32_t memory_base_end(const struct rj_memory *rows, uint32_t count);

#endif
