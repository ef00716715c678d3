/* SPDX-License-Identifier: MIT */
/*
 * Pictures of memory, each a column of bands with its own scale:
 * memory on arrival below 1 MiB, memory above, and the image as
 * loaded. The code that draws them sets the number of lines.
 */
#ifndef RJ_PICTURE_H
#define RJ_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "image/image.h"
#include "inspect/memory_map.h"

#define PICTURE_BANDS_MAX (2 * MEMORY_ROWS_MAX + 1)
#define PICTURE_MARKS     2             /* at most, for a band: entry and stack */
#define PICTURE_SIZE_TEXT 32

struct band {
	uint64_t from, end;
	enum memory_kind kind;
	char label[64];
	char marks[PICTURE_MARKS][48];  /* further lines of text */
	size_t mark_count;
	bool cut;                       /* too large, so drawn as small as possible */
	unsigned least;                 /* lines that its text needs */
	unsigned lines;                 /* lines that it gets */
	bool to_scale;
};

struct picture {
	const char *title;
	struct band bands[PICTURE_BANDS_MAX];
	size_t count;
	uint64_t scale;                 /* bytes per line; 0: no band is to scale */
};

enum { PICTURE_LOW, PICTURE_HIGH, PICTURE_LOADED, PICTURE_COUNT };

/* All pictures of an image; a picture with nothing to show has no bands. */
void pictures_of_image(const struct rj_image *image, struct picture pictures[PICTURE_COUNT]);

/*
 * Distributes lines among the bands in proportion to their bytes. Each gets
 * at least its least, and a band that is cut gets just that. The sum is
 * `lines`, or the sum of least if that is more or no band can grow.
 */
void picture_scale(struct picture *picture, unsigned lines);

/* Formats a size in bytes: 512 B, 31.3 KiB, 2 MiB. */
const char *picture_size(uint64_t bytes, char text[PICTURE_SIZE_TEXT]);

/* Prints the pictures to standard output, as wide as the terminal. */
void pictures_print(struct picture pictures[PICTURE_COUNT]);

/* Writes an SVG file with this title. */
void pictures_svg(FILE *file, struct picture pictures[PICTURE_COUNT], const char *title);

#endif
