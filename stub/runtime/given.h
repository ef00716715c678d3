/* SPDX-License-Identifier: MIT */
/* The file that the loader supplies: an initrd, or the first module. */
#ifndef RJ_GIVEN_H
#define RJ_GIVEN_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/memory.h"

/* Its physical address, between 1 MiB and 4 GiB, and its size in bytes. */
struct given {
	uint32_t address, size;
};

/* The addresses of the stub's own image and of the stub's memory after it; the memory map. */
struct place {
	uint32_t image, info;
	const struct rj_memory *memory;
	uint32_t memory_count;
};

enum given_error {
	GIVEN_FINE,
	GIVEN_NOTHING,
	GIVEN_OVERLAPS,                 /* the file overlaps the image */
	GIVEN_NO_ROOM,                  /* the file is above 4 GiB, with no known room below */
};

/* Finds the file, and moves it if it is below 1 MiB or above 4 GiB. loader: LOADER_*. */
enum given_error given_find(uint32_t loader, const struct place *place, struct given *given);

/* Returns zeroed memory in the stub's home, always the same; NULL: not so much. */
void *given_work(uint32_t size);

#endif
