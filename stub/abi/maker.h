/* SPDX-License-Identifier: MIT */
/*
 * The piece with the flag RJ_PIECE_MAKER, placed at DISK_MAKER, makes a disk or a boot sector
 * of a file that the loader supplied and that is not a payload file. The installer calls its
 * first byte when it knows the memory; by then all pieces have been placed.
 */
#ifndef RJ_MAKER_H
#define RJ_MAKER_H

#include <stdint.h>

#include "abi/install.h"
#include "abi/services.h"

/* The installer's functions from memory.h. */
struct rj_maker_memory {
	uint32_t (*find)(uint32_t size);
	uint32_t (*reserve)(uint32_t size);
	void *(*alloc)(uint32_t size, uint32_t alignment);
};

/*
 * The loader's file is at services->image.address and has packed_size bytes. Puts the RAM disk
 * into memory, its drives into services, its boot code where that starts, and the entry point
 * into the stub's manifest. Returns the RAM disk's address, or 0 if the file is a boot sector.
 * Does not return if the file cannot be booted.
 */
typedef uint32_t rj_disk_maker(const struct rj_stub *stub, struct rj_services *services,
			       const struct rj_maker_memory *memory);

#endif
