/* SPDX-License-Identifier: MIT */
/*
 * The memory on arrival: what stands where, by address.
 */
#ifndef RJ_MEMORY_MAP_H
#define RJ_MEMORY_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"

struct memory_row {
	uint64_t from, end;
	const char *what;
};

#define MEMORY_ROWS_MAX (RJ_MAX_PIECES + 8)

/*
 * The firmware's ranges, the stub's home, the image as it was loaded, and the
 * pieces, ascending; gives how many rows. Ranges may overlap: pieces may stand
 * where the image was.
 */
size_t memory_map(const struct rj_image *image, struct memory_row *rows);

/* A picture of it on standard output. */
void memory_map_print(const struct rj_image *image);

#endif
