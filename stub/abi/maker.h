/* SPDX-License-Identifier: MIT */
/*
 * What was given at run time and is not a payload file becomes a disk, or a boot sector, by
 * a piece with the flag RJ_PIECE_MAKER, which is placed at DISK_MAKER. The installer calls
 * its first byte when memory is known; by then all pieces have been placed.
 */
#ifndef RJ_MAKER_H
#define RJ_MAKER_H

#include <stdint.h>

#include "abi/install.h"
#include "abi/services.h"

/* The installer's, as in memory.h. */
struct rj_maker_memory {
	uint32_t (*find)(uint32_t size);
	uint32_t (*reserve)(uint32_t size);
	void *(*alloc)(uint32_t size, uint32_t alignment);
};

/*
 * What was given is at services->image.address, packed_size bytes of it. Puts the RAM disk
 * into memory, its drives into services, what boots it to where it starts, and that into the
 * stub's manifest. Returns the RAM disk's address; 0: what was given is a boot sector. Does
 * not return if that boots nothing.
 */
typedef uint32_t rj_disk_maker(const struct rj_stub *stub, struct rj_services *services,
			       const struct rj_maker_memory *memory);

#endif
