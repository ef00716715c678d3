/* SPDX-License-Identifier: MIT */
/* Lets 32-bit code reach registers above 4 GiB, by PAE paging. */
#ifndef RJ_PAGING_H
#define RJ_PAGING_H

#include <stdint.h>

/*
 * Returns the address at which size bytes at a physical address can be reached; below 4 GiB
 * the same address. Turns paging on when it is first needed; all other addresses are
 * identity-mapped. 0: there is no room, or the bytes cross a multiple of 2 MiB.
 */
uint32_t paging_map(uint64_t physical, uint32_t size);

/* Releases all that has been mapped so far. */
void paging_forget(void);

/* Turns paging off. Returns the value of CR3 for all that has been mapped; 0: nothing. */
uint32_t paging_end(void);

#endif
