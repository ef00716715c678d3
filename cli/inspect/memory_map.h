/* SPDX-License-Identifier: MIT */
/*
 * The memory map on arrival, by address.
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
	enum memory_kind kind;          /* MEMORY_IMAGE: used by stub or image, now free */
	const char *what, *note;        /* note: only in text output, or NULL */
};

#define MEMORY_ROWS_MAX (3 * RJ_MAX_PIECES + 8)

/*
 * The pieces, and the parts that they do not cover of the firmware's ranges, the stub's home
 * and the memory where the image was loaded, in ascending order. Returns the number of rows.
 */
size_t memory_map(const struct rj_image *image, struct memory_row *rows);

#endif
