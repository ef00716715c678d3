/* SPDX-License-Identifier: MIT */
/* The memory map, as the firmware gives it and as the payload will see it. */
#ifndef RJ_MEMORY_H
#define RJ_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "int13.h"
#include "manifest.h"

/* Asks the firmware; what the manifest's pieces stand in is not given away.
   base_memory: bytes, for firmware that knows no map. */
void memory_init(const struct rj_manifest *manifest, uint32_t base_memory);

bool memory_is_free(uint64_t address);

/* Where memory_reserve would take size bytes, or 0. Nothing is taken. */
uint32_t memory_find(uint32_t size);

/*
 * Takes size bytes out of the free RAM from 1 MiB to 4 GiB, as high as it can be,
 * on a multiple of a page. Gives their address, or 0.
 */
uint32_t memory_reserve(uint32_t size);

/* The same in small parts, zeroed; alignment: a power of two, at most a page. */
void *memory_alloc(uint32_t size, uint32_t alignment);

/* Puts the map without all this into INT 15h's tables; base memory ends at end. */
void memory_tell(struct rj_int13 *int13, uint32_t end);

#endif
