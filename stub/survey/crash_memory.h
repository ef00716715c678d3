/* SPDX-License-Identifier: MIT */
#ifndef RJ_CRASH_MEMORY_H
#define RJ_CRASH_MEMORY_H

#include "abi/memory.h"

/*
 * Writes a free row for each range of memory that the ELF core header at this address describes,
 * at most max rows. Returns their number; 0 if there is no such header.
 */
uint32_t crash_memory(uint64_t header, struct rj_memory *rows, uint32_t max);

#endif
