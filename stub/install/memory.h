/* SPDX-License-Identifier: MIT */
/* The memory map: the firmware's, and what the payload will see of it. */
#ifndef RJ_MEMORY_H
#define RJ_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/install.h"
#include "int13/resident.h"

/*
 * Takes the loader's map, or reads the firmware's; memory of the stub's pieces is never allocated.
 * base_memory: in bytes, for firmware without a map. Returns how many of the firmware's ranges
 * beyond RJ_MAX_MEMORY were dropped.
 */
uint32_t memory_init(const struct rj_stub *from, uint32_t base_memory, bool from_loader);

bool memory_is_free(uint64_t address);

/* The end of the free base memory at this address; the address itself if it is not free. */
uint32_t memory_free_end(uint32_t address);

/* The address that memory_reserve would return, or 0. Does not reserve it. */
uint32_t memory_find(uint32_t size);

/*
 * Returns size bytes of free RAM above 1 MiB, as low as possible, for the installer's own use;
 * NULL if there is no room. memory_alloc and memory_reserve leave it alone; the payload's memory
 * map lists it as free.
 */
void *memory_work(uint32_t size);

/*
 * Reserves size bytes of free RAM between 1 MiB and 4 GiB, as high as possible, page-aligned.
 * Returns their address, or 0 if there is no room.
 */
uint32_t memory_reserve(uint32_t size);

/* Allocates zeroed memory in smaller parts; alignment: a power of two. NULL: no room. */
void *memory_alloc(uint32_t size, uint32_t alignment);

/* The map, in which all of this is reserved, and its number of rows. */
const struct rj_memory *memory_map(uint32_t *rows);

/* Reserves the free base memory from end on. */
void memory_lower(uint32_t end);

#endif
