/* SPDX-License-Identifier: MIT */
/*
 * The memory on arrival: what stands where, by address.
 */
#ifndef RJ_MEMORY_MAP_H
#define RJ_MEMORY_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "image/image.h"

enum memory_kind { MEMORY_FREE, MEMORY_FIRMWARE, MEMORY_IMAGE, MEMORY_SERVICES, MEMORY_PIECE,
		   MEMORY_KINDS };

struct memory_row {
	uint64_t from, end;
	enum memory_kind kind;          /* MEMORY_IMAGE: the stub's and the image's, now free */
	const char *what, *note;        /* note: more for people, or NULL */
};

#define MEMORY_ROWS_MAX (3 * RJ_MAX_PIECES + 8)

/*
 * The pieces, and what they have left of the firmware's ranges, the stub's home
 * and the memory where the image was loaded; ascending, gives how many rows.
 */
size_t memory_map(const struct rj_image *image, struct memory_row *rows);

#endif
