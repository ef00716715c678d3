/* SPDX-License-Identifier: MIT */
/* Lets 32-bit code reach memory above 4 GiB, by PAE paging. */
#ifndef RJ_PAGING_H
#define RJ_PAGING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Returns the address at which size bytes at a physical address can be reached; below 4 GiB
 * the same address. Turns paging on when it is first needed; all other addresses are
 * identity-mapped. 0: there is no room, the CPU has no such address, or the bytes cross a
 * multiple of 2 MiB.
 */
uint32_t paging_map(uint64_t physical, uint32_t size);

/* Releases all that has been mapped so far. */
void paging_forget(void);

/* Turns paging off. Returns the value of CR3 for all that has been mapped; 0: nothing. */
uint32_t paging_end(void);

/* Copies from any physical address; paging is off before and after. False: see paging_map. */
bool paging_copy(void *to, uint64_t from, uint32_t size);

/* Whoever links this supplies it: page-aligned memory for the tables, or NULL. */
void *paging_memory(uint32_t size);

#endif
