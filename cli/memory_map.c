/* SPDX-License-Identifier: MIT */
#include "memory_map.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "layout.h"
#include "plan.h"

#define WIDTH 58

static int by_address(const void *a, const void *b)
{
	const struct memory_row *first = a, *second = b;

	if (first->from != second->from)
		return first->from < second->from ? -1 : 1;
	return (first->end > second->end) - (first->end < second->end);
}

static const char *piece_note(const struct rj_image *image, const struct rj_piece *piece)
{
	if (piece == rj_image_disk(image))
		return ": the RAM disk, as it is carried";
	if (piece->flags & RJ_PIECE_FIRMWARE)
		return ", put back from a snapshot";
	if (piece->flags & RJ_PIECE_SERVICES)
		return ": what is needed moves up from here; free";
	return NULL;
}

static size_t add_pieces(const struct rj_image *image, struct memory_row *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		if (!(piece->flags & RJ_PIECE_RUNTIME)) /* which runs, and is not placed */
			rows[count++] = (struct memory_row){ piece->address,
				(uint64_t)piece->address + piece->size, piece->name,
				piece_note(image, piece) };
	}
	qsort(rows, count, sizeof(rows[0]), by_address);
	return count;
}

/* What the pieces, the first `pieces` of `count` rows, have left of a row. */
static size_t add_left(struct memory_row row, struct memory_row *rows, size_t pieces,
		       size_t count)
{
	uint64_t at = row.from;

	for (size_t i = 0; i <= pieces; i++) {
		uint64_t from = i < pieces && rows[i].from < row.end ? rows[i].from : row.end;

		if (from > at)
			rows[count++] = (struct memory_row){ at, from, row.what, NULL };
		if (i < pieces && rows[i].end > at)
			at = rows[i].end;
	}
	return count;
}

size_t memory_map(const struct rj_image *image, struct memory_row *rows)
{
	size_t pieces = add_pieces(image, rows), count = pieces;

	if (image->memory_size)
		count = add_left((struct memory_row){ image->base,
			image->base + image->memory_size,
			"the image was loaded here; free", NULL }, rows, pieces, count);
	for (size_t i = 0; i < rj_reserved_count; i++) {
		if (rj_reserved[i].for_services)
			continue;
		count = add_left((struct memory_row){ rj_reserved[i].from, rj_reserved[i].end,
			rj_reserved[i].from == STUB_HOME ? "the stub ran here; free"
							 : rj_reserved[i].name, NULL },
			rows, pieces, count);
	}
	qsort(rows, count, sizeof(rows[0]), by_address);
	return count;
}

static void print_edge(uint64_t address)
{
	printf("  %08" PRIX64 " +", address);
	for (int i = 0; i < WIDTH; i++)
		putchar('-');
	puts("+");
}

static void print_text(const char *text)
{
	printf("           | %-*.*s |\n", WIDTH - 2, WIDTH - 2, text);
}

/* What a range holds, with entry and stack where they lie in it. */
static void print_row(const struct rj_regs *regs, const struct memory_row *row,
		      uint64_t next)
{
	uint64_t entry = rj_plan_entry(regs);
	uint16_t sp = (uint16_t)regs->esp;
	uint64_t top = ((uint64_t)regs->ss << 4) + (sp ? sp : UINT16_MAX + 1) - 1;
	uint64_t end = row->end < next ? row->end : next;
	char text[WIDTH];

	snprintf(text, sizeof(text), "%s%s", row->what, row->note ? row->note : "");
	print_text(text);
	if (entry >= row->from && entry < end) {
		snprintf(text, sizeof(text), "  CS:IP = %04X:%04X, it starts here", regs->cs,
			 regs->ip);
		print_text(text);
	}
	if (top >= row->from && top < end) {
		snprintf(text, sizeof(text), "  SS:SP = %04X:%04X, the stack grows down", regs->ss,
			 sp);
		print_text(text);
	}
}

void memory_map_print(const struct rj_image *image)
{
	struct memory_row rows[MEMORY_ROWS_MAX];
	size_t count = memory_map(image, rows);
	uint64_t at = 0;

	puts("\nMemory on arrival");
	for (size_t i = 0; i < count; i++) {
		uint64_t next = i + 1 < count ? rows[i + 1].from : UINT64_MAX;

		if (rows[i].from > at) {
			struct memory_row gap = { at, rows[i].from, "free", NULL };

			print_edge(at);
			print_row(&image->manifest.regs, &gap, gap.end);
		}
		print_edge(rows[i].from);
		print_row(&image->manifest.regs, &rows[i], next);
		if (rows[i].end > at)
			at = rows[i].end;
	}
	print_edge(at);
}
