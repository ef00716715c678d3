/* SPDX-License-Identifier: MIT */
/*
 * Memory as pictures, each a column of bands drawn to a scale of its own: what
 * stands in the first MiB on arrival, what stands above, and the image as a
 * loader puts it there. Who draws them says how many lines they have.
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
#define PICTURE_MARKS     2             /* at most of a band: entry and stack */
#define PICTURE_SIZE_TEXT 32

struct band {
	uint64_t from, end;
	enum memory_kind kind;
	char label[64];
	char marks[PICTURE_MARKS][48];  /* what else is to be said of it */
	size_t mark_count;
	bool cut;                       /* too large: drawn as small as can be */
	unsigned least;                 /* lines that it needs for its text */
	unsigned lines;                 /* that it gets */
	bool to_scale;
};

struct picture {
	const char *title;
	struct band bands[PICTURE_BANDS_MAX];
	size_t count;
	uint64_t scale;                 /* bytes a line; 0: no band is to scale */
};

enum { PICTURE_LOW, PICTURE_HIGH, PICTURE_LOADED, PICTURE_COUNT };

/* All of an image; one of which there is nothing to show has no bands. */
void pictures_of_image(const struct rj_image *image, struct picture pictures[PICTURE_COUNT]);

/*
 * Shares lines out among the bands: in proportion to their bytes, but none gets fewer than
 * its least, and one that is cut no more than that. They add up to `lines`, or to what they
 * need at least if that is more or none is left to grow.
 */
void picture_scale(struct picture *picture, unsigned lines);

/* Bytes as people write them: 512 B, 31.3 KiB, 2 MiB. */
const char *picture_size(uint64_t bytes, char text[PICTURE_SIZE_TEXT]);

/* On standard output, as wide as the terminal. */
void pictures_print(struct picture pictures[PICTURE_COUNT]);

/* As an SVG file with this title. */
void pictures_svg(FILE *file, struct picture pictures[PICTURE_COUNT], const char *title);

#endif
