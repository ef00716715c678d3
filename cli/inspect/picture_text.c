/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "inspect/picture.h"
#include "terminal.h"

/* The pattern of each kind of memory, at the left of its lines. */
static const char *const patterns[MEMORY_KINDS] = {
	[MEMORY_FREE] = "  ", [MEMORY_FIRMWARE] = "::", [MEMORY_IMAGE] = "..",
	[MEMORY_SERVICES] = "++", [MEMORY_PIECE] = "##",
};

/* Columns: two spaces, the address, a space, the box. */
struct canvas {
	unsigned address, box;          /* characters; the box without its sides */
};

static void print_edge(const struct canvas *canvas, uint64_t address)
{
	printf("  %0*" PRIX64 " +", (int)canvas->address, address);
	for (unsigned i = 0; i < canvas->box; i++)
		putchar('-');
	puts("+");
}

/* Prints a line of a band: text, truncated if necessary, and right at the right. */
static void print_line(const struct canvas *canvas, const struct band *band,
		       const char *text, const char *right)
{
	int room = (int)(canvas->box - strlen(patterns[band->kind]) - strlen(right)) - 3;
	char side = band->cut ? '/' : '|';

	printf("  %*s %c%s %-*.*s %s %c\n", (int)canvas->address, "", side,
	       patterns[band->kind], room, room, text, right, side);
}

static void print_band(const struct canvas *canvas, const struct band *band)
{
	char size[PICTURE_SIZE_TEXT], right[PICTURE_SIZE_TEXT + 2];
	unsigned line = 1;

	picture_size(band->end - band->from, size);
	snprintf(right, sizeof(right), "%s%s", size,
		 band->to_scale || band->cut ? "  " : " *");
	print_edge(canvas, band->from);
	print_line(canvas, band, band->label, right);
	for (size_t i = 0; i < band->mark_count; i++, line++)
		print_line(canvas, band, band->marks[i], "");
	for (; line + 1 < band->lines; line++)
		print_line(canvas, band, "", "");
}

static void print_legend(const struct picture *picture)
{
	bool enlarged = false, cut = false;

	for (size_t i = 0; i < picture->count; i++) {
		cut |= picture->bands[i].cut;
		enlarged |= !picture->bands[i].cut && !picture->bands[i].to_scale;
	}
	if (enlarged)
		puts("  * is drawn larger than to scale");
	if (cut)
		puts("  / is cut short, not to scale");
}

static void print_picture(struct picture *picture, unsigned lines)
{
	const struct band *last = &picture->bands[picture->count - 1];
	struct canvas canvas;
	char scale[PICTURE_SIZE_TEXT];

	for (size_t i = 0; i < picture->count; i++)     /* an edge, the label, the marks */
		picture->bands[i].least = 2 + (unsigned)picture->bands[i].mark_count;
	picture_scale(picture, lines);
	canvas.address = (unsigned)snprintf(NULL, 0, "%08" PRIX64, last->end);
	canvas.box = terminal_columns(STDOUT_FILENO) - canvas.address - 5;
	printf("\n%s", picture->title);
	if (picture->scale)
		printf(": %s per line", picture_size(picture->scale, scale));
	putchar('\n');
	for (size_t i = 0; i < picture->count; i++)
		print_band(&canvas, &picture->bands[i]);
	print_edge(&canvas, last->end);
	print_legend(picture);
}

void pictures_print(struct picture pictures[PICTURE_COUNT])
{
	static const unsigned lines[PICTURE_COUNT] = {
		[PICTURE_LOW] = 40, [PICTURE_HIGH] = 16, [PICTURE_LOADED] = 16,
	};

	for (size_t i = 0; i < PICTURE_COUNT; i++)
		if (pictures[i].count)
			print_picture(&pictures[i], lines[i]);
}
