/* SPDX-License-Identifier: MIT */
/*
 * Both the sources and the destinations ascend. So a piece that moves down can
 * only run into the source of an earlier one that also moves down, and a piece
 * that moves up only into a later one that also moves up: the downward ones in
 * ascending order, then the upward ones in descending order, and no byte is
 * overwritten before it has been read. No memory besides theirs is needed.
 */
#include "entry/place.h"

#include <stdbool.h>

#include "common/mem.h"

static void place_if(bool up, const struct rj_piece *p, uintptr_t memory, uint32_t image)
{
	uint32_t from = image + p->offset;

	if (up == (p->address > from))
		memmove((void *)(memory + p->address), (const void *)(memory + from), p->size);
}

void rj_place(const struct rj_piece *pieces, size_t n, uintptr_t memory, uint32_t image)
{
	for (size_t i = 0; i < n; i++)
		place_if(false, &pieces[i], memory, image);
	for (size_t i = n; i-- > 0;)
		place_if(true, &pieces[i], memory, image);
}
