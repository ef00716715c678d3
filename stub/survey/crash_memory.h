/* SPDX-License-Identifier: MIT */
#ifndef RJ_CRASH_MEMORY_H
#define RJ_CRASH_MEMORY_H

#include "abi/memory.h"

/*
 * Adds to the loader's count rows a free row for each range of memory that the ELF core header at
 * this address describes, and one for the gap around the header, which kexec kept from the next
 * kernel. Returns the new number of rows, at most max; without such a header it is count.
 */
uint32_t crash_memory(uint64_t header, struct rj_memory *rows, uint32_t count, uint32_t max);

#endif
