/* SPDX-License-Identifier: MIT */
/* Registers above 4 GiB, within reach of 32-bit code: by paging with 64-bit entries. */
#ifndef RJ_PAGING_H
#define RJ_PAGING_H

#include <stdint.h>

/*
 * The address at which size bytes at a physical address can be reached; that is the
 * same below 4 GiB. Turns paging on when it is first needed; what is not mapped is
 * where it is. 0: there is no room for more, or they cross a multiple of 2 MiB.
 */
uint32_t paging_map(uint64_t physical, uint32_t size);

/* Nobody needs what has been mapped so far: there is room for as much again. */
void paging_forget(void);

/* Turns paging off. Gives what CR3 needs for all that has been mapped, or 0. */
uint32_t paging_end(void);

#endif
