/* SPDX-License-Identifier: MIT */
/*
 * The pictures as SVG 1.1: rectangles and text, nothing external. A line of the scale is one
 * pixel.
 */
#include <inttypes.h>
#include <stdio.h>

#include "inspect/picture.h"
#include "utf8.h"

#define WIDTH     640u
#define BOX_AT    100u
#define BOX       (WIDTH - BOX_AT - 16)
#define TEXT      16                    /* height of a line of text */
#define BASELINE  13
#define HEAD      40                    /* above a picture, for its title */
#define STROKE    "#444444"
#define FOOT      24                    /* below, for the last address */

static const char *const colours[MEMORY_KINDS] = {
	[MEMORY_FREE] = "#ffffff", [MEMORY_FIRMWARE] = "#dddddd", [MEMORY_IMAGE] = "#f2e6c8",
	[MEMORY_SERVICES] = "#cfe3cf", [MEMORY_PIECE] = "#c9dcf2",
};

/* XML 1.0: five characters are escaped; 2.2 forbids most control characters. */
static void put_text(FILE *file, const char *text)
{
	static const struct { char character; const char *name; } entities[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" },
		{ '\'', "&apos;" },
	};
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		size_t size = utf8_sequence(at), i = 0;

		while (i < sizeof(entities) / sizeof(entities[0]) &&
		       entities[i].character != (char)*at)
			i++;
		if (i < sizeof(entities) / sizeof(entities[0]))
			fputs(entities[i].name, file);
		else if (size == 0 || *at < ' ' || (size == 3 && at[0] == 0xEF && at[1] == 0xBF &&
						     at[2] >= 0xBE))
			fputs(UTF8_REPLACEMENT, file);
		else
			fwrite(at, 1, size, file);
		at += size ? size : 1;
	}
}

/* Writes text that begins at x or, if at_end is set, ends there. */
static void put_line(FILE *file, unsigned x, unsigned y, bool at_end, const char *text)
{
	fprintf(file, "<text x=\"%u\" y=\"%u\"%s>", x, y,
		at_end ? " text-anchor=\"end\"" : "");
	put_text(file, text);
	fputs("</text>\n", file);
}

static void put_address(FILE *file, unsigned y, uint64_t address)
{
	char text[24];

	snprintf(text, sizeof(text), "%08" PRIX64, address);
	put_line(file, BOX_AT - 8, y + BASELINE, true, text);
}

/* A zigzag across both sides shows that a band is cut. */
static void put_break(FILE *file, unsigned y, unsigned height)
{
	for (unsigned x = BOX_AT; x <= BOX_AT + BOX; x += BOX)
		fprintf(file, "<path d=\"M%u %ul-5 %ul10 4l-5 %u\" fill=\"none\" "
			"stroke=\"" STROKE "\"/>\n", x, y, height / 2 - 2,
			height - height / 2 - 2);
}

static void put_band(FILE *file, const struct band *band, unsigned y)
{
	const char *class = band->cut ? "cut" : band->to_scale ? "scaled" : "enlarged";
	char size[PICTURE_SIZE_TEXT], text[PICTURE_SIZE_TEXT + 2];

	fprintf(file, "<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" "
		"fill=\"%s\" stroke=\"" STROKE "\"%s><title>", class, BOX_AT, y, BOX, band->lines,
		colours[band->kind], band->cut ? " stroke-dasharray=\"4 4\"" : "");
	put_text(file, band->label);
	fprintf(file, ": %" PRIu64 " bytes at %" PRIX64 "h</title></rect>\n",
		band->end - band->from, band->from);
	if (band->cut)
		put_break(file, y, band->lines);
	snprintf(text, sizeof(text), "%s%s", picture_size(band->end - band->from, size),
		 band->to_scale || band->cut ? "" : " *");
	put_address(file, y, band->from);
	put_line(file, BOX_AT + 8, y + BASELINE, false, band->label);
	put_line(file, BOX_AT + BOX - 8, y + BASELINE, true, text);
	for (size_t i = 0; i < band->mark_count; i++)
		put_line(file, BOX_AT + 8, y + BASELINE + TEXT * (unsigned)(i + 1), false,
			 band->marks[i]);
}

/* Returns where the next picture starts. */
static unsigned put_picture(FILE *file, const struct picture *picture, unsigned y)
{
	char title[128], scale[PICTURE_SIZE_TEXT];

	snprintf(title, sizeof(title), "%s%s%s%s", picture->title, picture->scale ? ": " : "",
		 picture->scale ? picture_size(picture->scale * TEXT, scale) : "",
		 picture->scale ? " per line of text; * is larger than to scale" : "");
	put_line(file, 8, y + HEAD - 14, false, title);
	y += HEAD;
	for (size_t i = 0; i < picture->count; i++) {
		put_band(file, &picture->bands[i], y);
		y += picture->bands[i].lines;
	}
	put_address(file, y, picture->bands[picture->count - 1].end);
	return y + FOOT;
}

/* Scales a picture and returns its height. */
static unsigned lay_out(struct picture *picture, unsigned lines)
{
	unsigned height = picture->count ? HEAD + FOOT : 0;

	for (size_t i = 0; i < picture->count; i++)
		picture->bands[i].least = TEXT * (1 + (unsigned)picture->bands[i].mark_count);
	picture_scale(picture, lines);
	for (size_t i = 0; i < picture->count; i++)
		height += picture->bands[i].lines;
	return height;
}

void pictures_svg(FILE *file, struct picture pictures[PICTURE_COUNT], const char *title)
{
	static const unsigned lines[PICTURE_COUNT] = {
		[PICTURE_LOW] = 640, [PICTURE_HIGH] = 256, [PICTURE_LOADED] = 256,
	};
	unsigned height = 0, y = 0;

	for (size_t i = 0; i < PICTURE_COUNT; i++)
		height += lay_out(&pictures[i], lines[i]);
	fprintf(file, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%u\" "
		"height=\"%u\" viewBox=\"0 0 %u %u\" font-family=\"monospace\" "
		"font-size=\"12\" fill=\"#000000\">\n<title>", WIDTH, height, WIDTH, height);
	put_text(file, title);
	fprintf(file, "</title>\n<rect class=\"paper\" width=\"%u\" height=\"%u\" "
		"fill=\"#ffffff\"/>\n", WIDTH, height);
	for (size_t i = 0; i < PICTURE_COUNT; i++)
		if (pictures[i].count)
			y = put_picture(file, &pictures[i], y);
	fputs("</svg>\n", file);
}
