/* SPDX-License-Identifier: MIT */
/* The file that the loader supplies: an initrd, or the first module. */
#ifndef RJ_INITRD_H
#define RJ_INITRD_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/memory.h"

/* Its physical address, between 1 MiB and 4 GiB, and its size in bytes. */
struct initrd {
	uint32_t address, size;
};

/* The addresses of the stub's own image and of the stub's memory after it; the memory map. */
struct loaded {
	uint32_t image, info;
	const struct rj_memory *memory;
	uint32_t memory_count;
};

enum initrd_error {
	INITRD_FINE,
	INITRD_NOTHING,
	INITRD_OVERLAPS,                /* the file overlaps the image */
	INITRD_NO_ROOM,                 /* the file is above 4 GiB, with no known room below */
};

/* Finds the file, and moves it if it is below 1 MiB or above 4 GiB. loader: LOADER_*. */
enum initrd_error initrd_find(uint32_t loader, const struct loaded *loaded, struct initrd *initrd);

/* Returns zeroed memory in the stub's home, always the same; NULL: not so much. */
void *initrd_work(uint32_t size);

#endif
