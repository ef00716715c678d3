/* SPDX-License-Identifier: MIT */
/*
 * Sources and destinations both ascend. So a piece that moves down can only overwrite
 * the source of an earlier piece that also moves down, and a piece that moves up only
 * that of a later piece that also moves up. Moving first the downward ones in ascending
 * order, then the upward ones in descending order, overwrites no byte before it has
 * been read, and needs no other memory.
 */
#include "entry/mover.h"

#include <stdbool.h>

#include "common/mem.h"

static void move_if(bool up, const struct rj_piece *p, uintptr_t memory, uint32_t image)
{
	uint32_t from = image + p->offset;

	if (p->address != from && up == (p->address > from))
		memmove((void *)(memory + p->address), (const void *)(memory + from), p->size);
}

void rj_move_pieces(const struct rj_piece *pieces, size_t n, uintptr_t memory, uint32_t image)
{
	for (size_t i = 0; i < n; i++)
		move_if(false, &pieces[i], memory, image);
	for (size_t i = n; i-- > 0;)
		move_if(true, &pieces[i], memory, image);
}
