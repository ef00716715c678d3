/* SPDX-License-Identifier: MIT */
/* The memory map, as the firmware has it and as the payload will see it. */
#ifndef RJ_MEMORY_H
#define RJ_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/install.h"
#include "int13/resident.h"

/* Asks the firmware; what the stub's pieces stand in is not given away.
   base_memory: bytes, for firmware that knows no map. Returns how many ranges it did not take:
   there are more than RJ_MAX_MEMORY. */
uint32_t memory_init(const struct rj_stub *from, uint32_t base_memory);

bool memory_is_free(uint64_t address);

/* Where the free base memory ends that this address is in; the address itself if it is not free. */
uint32_t memory_free_end(uint32_t address);

/* Where memory_reserve would take size bytes, or 0. Nothing is taken. */
uint32_t memory_find(uint32_t size);

/*
 * Takes size bytes out of the free RAM from 1 MiB to 4 GiB, as high as it can be,
 * on a multiple of a page. Returns their address, or 0.
 */
uint32_t memory_reserve(uint32_t size);

/* The same in small parts, zeroed; alignment: a power of two. */
void *memory_alloc(uint32_t size, uint32_t alignment);

/* The map without all this, and how many rows it has. */
const struct rj_memory *memory_map(uint32_t *rows);

/* What is free base memory from end on is taken. */
void memory_lower(uint32_t end);

#endif
