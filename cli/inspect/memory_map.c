/* SPDX-License-Identifier: MIT */
#include "inspect/memory_map.h"

#include <stdlib.h>

#include "abi/layout.h"
#include "image/plan.h"

static int by_address(const void *a, const void *b)
{
	const struct memory_row *first = a, *second = b;

	if (first->from != second->from)
		return first->from < second->from ? -1 : 1;
	return (first->end > second->end) - (first->end < second->end);
}

static enum memory_kind piece_kind(const struct rj_piece *piece)
{
	if (piece->flags & RJ_PIECE_FIRMWARE)
		return MEMORY_FIRMWARE;
	return piece->flags & RJ_PIECE_SERVICES ? MEMORY_SERVICES : MEMORY_PIECE;
}

static const char *piece_note(const struct rj_image *image, const struct rj_piece *piece)
{
	if (piece == rj_image_disk(image))
		return ": the RAM disk, as carried";
	if (piece->flags & RJ_PIECE_FIRMWARE)
		return ", put back from a snapshot";
	if (piece->flags & RJ_PIECE_SERVICES)
		return ": needed parts move up from here, then free";
	return NULL;
}

static size_t add_pieces(const struct rj_image *image, struct memory_row *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		/* those two run and are then gone, or are not placed */
		if (!(piece->flags & (RJ_PIECE_RUNTIME | RJ_PIECE_MAKER)))
			rows[count++] = (struct memory_row){ piece->address,
				(uint64_t)piece->address + piece->size, piece_kind(piece),
				piece->name, piece_note(image, piece) };
	}
	qsort(rows, count, sizeof(rows[0]), by_address);
	return count;
}

/* Adds the parts of a row that no piece covers; the first `pieces` rows are the pieces. */
static size_t add_left(struct memory_row row, struct memory_row *rows, size_t pieces,
		       size_t count)
{
	uint64_t at = row.from;

	for (size_t i = 0; i <= pieces; i++) {
		uint64_t from = i < pieces && rows[i].from < row.end ? rows[i].from : row.end;

		if (from > at)
			rows[count++] = (struct memory_row){ at, from, row.kind, row.what, NULL };
		if (i < pieces && rows[i].end > at)
			at = rows[i].end;
	}
	return count;
}

size_t memory_map(const struct rj_image *image, struct memory_row *rows)
{
	size_t pieces = add_pieces(image, rows), count = pieces;

	if (rj_image_is_placed(image))
		count = add_left((struct memory_row){ image->base,
			image->base + image->memory_size, MEMORY_IMAGE,
			"used by the loaded image, then free", NULL }, rows, pieces, count);
	for (size_t i = 0; i < rj_reserved_count; i++) {
		const struct rj_range *range = &rj_reserved[i];
		bool home = range->from == STUB_HOME;

		if (range->for_services)
			continue;
		count = add_left((struct memory_row){ range->from, range->end,
			home ? MEMORY_IMAGE : MEMORY_FIRMWARE,
			home ? "used by the stub, then free" : range->name, NULL },
			rows, pieces, count);
	}
	qsort(rows, count, sizeof(rows[0]), by_address);
	return count;
}
