/* SPDX-License-Identifier: MIT */
/* The memory map, as the firmware gives it and as the payload will see it. */
#ifndef RJ_MEMORY_H
#define RJ_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/manifest.h"
#include "int13/int13.h"

/* Asks the firmware; what the manifest's pieces stand in is not given away.
   base_memory: bytes, for firmware that knows no map. Returns how many ranges it did not take:
   there are more than RJ_MAX_MEMORY. */
uint32_t memory_init(const struct rj_manifest *manifest, uint32_t base_memory);

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

/* How many bytes INT 15h's map needs, at most; one more may be reserved. */
uint32_t memory_tell_size(void);

/* Puts the map without all this into INT 15h's tables; base memory ends at end. */
void memory_tell(struct rj_int13 *int13, uint32_t end);

#endif
