/* SPDX-License-Identifier: MIT */
/* Linux/x86 boot protocol: struct screen_info. IBM VGA Technical Reference: the colours. */
#include "screen/screen.h"

#include <stddef.h>

#include "common/mem.h"
#include "common/units.h"
#include "hardware/io.h"
#include "screen/font.h"
#include "screen/vbe.h"
#include "screen/vga.h"

#define COLOURS      16u
#define LARGE_PAGE   0x200000u
#define SCALED_WIDTH 1600u      /* from here on, a pixel of the font has 2x2 of the screen's */
#define TEXT_WIDTH   (RJ_TEXT_COLUMNS * RJ_FONT_WIDTH)
#define TEXT_HEIGHT  (RJ_TEXT_ROWS * RJ_FONT_HEIGHT)
#define NO_CURSOR    0xFFu
#define HALF         4u         /* pixels of half a glyph's line: whole dwords at all depths */
#define HALVES       (1u << HALF)
#define HALF_BYTES   (HALF * 2 * sizeof(struct pixel))  /* at most: twice the size */

struct pixel {
	uint8_t bytes[4];
};

static struct {
	uint32_t at;                    /* the text's first pixel, as it can be reached */
	uint32_t pitch, bytes;          /* of a line, and of a pixel */
	uint32_t scale;
	uint32_t half;                  /* dwords of half a glyph's line */
	struct pixel colours[COLOURS];
	int attribute;                  /* that halves have the colours of; -1: none */
	uint8_t halves[HALVES][HALF_BYTES];     /* by the half's bits */
	uint8_t cursor_row, cursor_column, cursor_first, cursor_end;
	bool is_stale;                  /* the screen does not show what is below */
	struct rj_cell shown[RJ_TEXT_ROWS][RJ_TEXT_COLUMNS];
} text;

static struct screen_info screen;

/* What a pixel has beyond text.bytes, the next one overwrites. */
static void set_half(uint32_t bits, struct pixel set, struct pixel clear)
{
	uint8_t *to = text.halves[bits];

	for (uint32_t bit = HALVES / 2; bit; bit >>= 1)
		for (uint32_t copy = 0; copy < text.scale; copy++, to += text.bytes)
			*(struct pixel *)to = (bits & bit) ? set : clear;
}

/* Prepares all halves of a glyph's line that there are, in these colours. */
static void set_attribute(uint8_t attribute)
{
	if (text.attribute == attribute)
		return;
	text.attribute = attribute;
	for (uint32_t bits = 0; bits < HALVES; bits++)
		set_half(bits, text.colours[attribute & 0xF], text.colours[attribute >> 4 & 0x7]);
}

/* Draws one line of a glyph, on each of the screen's lines that it has. Returns where the next
   one is. */
static uint32_t draw_line(uint32_t at, uint32_t bits)
{
	const uint8_t *left = text.halves[bits >> HALF], *right = text.halves[bits & (HALVES - 1)];
	uint32_t copies = text.scale;

	do {
		write_dwords(write_dwords(at, left, text.half), right, text.half);
		at += text.pitch;
	} while (--copies);
	return at;
}

/* Draws a cell's lines from the first to before the last; set: bits that are set in each. */
static void draw(uint32_t row, uint32_t column, uint32_t first, uint32_t end, uint32_t set)
{
	const struct rj_cell *cell = &text.shown[row][column];
	const uint8_t *glyph = rj_font[cell->character];
	uint32_t at = text.at + (row * RJ_FONT_HEIGHT + first) * text.scale * text.pitch
		+ column * text.scale * RJ_FONT_WIDTH * text.bytes;

	set_attribute(cell->attribute);
	for (uint32_t line = first; line < end; line++)
		at = draw_line(at, glyph[line] | set);
}

static bool differs(const struct rj_cell *a, const struct rj_cell *b)
{
	return a->character != b->character || a->attribute != b->attribute;
}

static void draw_changes(const struct rj_text *new, uint32_t row)
{
	for (uint32_t column = 0; column < RJ_TEXT_COLUMNS; column++)
		if (text.is_stale || differs(&text.shown[row][column], &new->cells[row][column])) {
			text.shown[row][column] = new->cells[row][column];
			draw(row, column, 0, RJ_FONT_HEIGHT, 0);
		}
}

/* Draws the cursor's lines: set: 0xFF; as without it: 0. */
static void draw_cursor(uint32_t set)
{
	if (text.cursor_row < RJ_TEXT_ROWS && text.cursor_column < RJ_TEXT_COLUMNS)
		draw(text.cursor_row, text.cursor_column, text.cursor_first, text.cursor_end, set);
}

static void set_cursor(const struct rj_text *new)
{
	text.cursor_row = new->cursor_row;
	text.cursor_column = new->cursor_column;
	text.cursor_first = new->cursor_first;
	text.cursor_end = (uint8_t)(new->cursor_last < RJ_FONT_HEIGHT ? new->cursor_last + 1u
				    : RJ_FONT_HEIGHT);
}

void screen_show(void *unused, const struct rj_text *new);

void screen_show(void *unused, const struct rj_text *new)
{
	(void)unused;
	if (vbe_is_graphics())
		return;
	draw_cursor(0);
	set_cursor(new);
	for (uint32_t row = new->first_row; row <= new->last_row && row < RJ_TEXT_ROWS; row++)
		draw_changes(new, row);
	text.is_stale = false;
	draw_cursor(0xFF);
}

static void clear(uint32_t at, uint32_t lines, uint32_t width)
{
	uint32_t bytes = width * text.bytes, whole = bytes & ~3u;

	for (uint32_t y = 0; y < lines; y++, at += text.pitch) {
		for (uint32_t x = 0; x < whole; x += 4)
			write32(at + x, 0);
		for (uint32_t x = whole; x < bytes; x++)
			write8(at + x, 0);
	}
}

void screen_vbe(void *unused, struct rj_vbe *call);

void screen_vbe(void *unused, struct rj_vbe *call)
{
	(void)unused;
	vbe_serve(&screen, call);
	if (!call->clears)
		return;
	clear(screen.base, screen.height, screen.width);
	text.is_stale = true;
}

static INIT uint32_t part_of(struct colour_field field, uint32_t intensity)
{
	return field.size && field.size <= 8 ? intensity >> (8 - field.size) << field.position : 0;
}

/* As the VGA BIOS sets its palette: two thirds for the colour's bits, one more for bit 3; colour
   6 is brown. */
static INIT uint32_t colour_of(const struct screen_info *s, uint32_t number)
{
	uint32_t bright = number & 8 ? 0x55 : 0, rgb[3];

	for (uint32_t i = 0; i < 3; i++)
		rgb[i] = bright + (number >> (2 - i) & 1 ? 0xAA : 0);
	if (number == 6)
		rgb[1] = 0x55;
	return part_of(s->red, rgb[0]) | part_of(s->green, rgb[1])
		| part_of(s->blue, rgb[2]);
}

static INIT void set_colours(const struct screen_info *s)
{
	for (uint32_t i = 0; i < COLOURS; i++) {
		uint32_t colour = colour_of(s, i);

		memcpy(&text.colours[i], &colour, sizeof(colour));
	}
}

/* Maps a range that may span several large pages. Returns 0 if there is no room. */
static INIT uint32_t map_all(uint64_t physical, uint32_t size, const struct rj_host *host)
{
	uint32_t first = 0, mapped = 0;

	while (mapped < size) {
		uint32_t part = LARGE_PAGE - ((uint32_t)(physical + mapped) & (LARGE_PAGE - 1));
		uint32_t at = host->map(physical + mapped, part < size - mapped ? part : size - mapped);

		if (!mapped)
			first = at;
		if (!at || at != first + mapped)
			return 0;
		mapped += part;
	}
	return first;
}

static INIT bool is_usable(const struct screen_info *s)
{
	uint32_t bytes = (s->depth + 7u) / 8;

	return s->width >= TEXT_WIDTH && s->height >= TEXT_HEIGHT && bytes >= 1 && bytes <= 4
		&& s->pitch >= s->width * bytes && s->red.size && s->green.size && s->blue.size;
}

static INIT uint64_t base_of(const struct screen_info *s)
{
	uint32_t high = s->capabilities & SCREEN_64BIT ? s->base_high : 0;

	return (uint64_t)high << 32 | s->base;
}

static bool screen_start(const struct screen_info *s, const struct rj_host *host);

INIT_DATA struct rj_screen rj_screen = { screen_start, screen_show, screen_vbe, rj_font[0],
	vga_set_text };

/* Above 4 GiB, only the text's lines are mapped and cleared: the windows there are few. */
static INIT bool screen_start(const struct screen_info *s, const struct rj_host *host)
{
	uint64_t base = base_of(s);
	uint32_t lines, skipped, left;

	if (!is_usable(s))
		return false;
	text.pitch = s->pitch;
	text.bytes = (s->depth + 7u) / 8;
	text.scale = s->width >= SCALED_WIDTH && s->height >= 2 * TEXT_HEIGHT ? 2 : 1;
	text.half = HALF * text.scale * text.bytes / sizeof(uint32_t);
	lines = TEXT_HEIGHT * text.scale;
	skipped = (s->height - lines) / 2;
	left = (s->width - TEXT_WIDTH * text.scale) / 2 * text.bytes;
	screen = *s;
	if (base >> 32)
		rj_screen.vbe = NULL;
	else
		clear((uint32_t)base, s->height, s->width);
	text.at = map_all(base + (uint64_t)skipped * text.pitch, lines * text.pitch, host);
	if (!text.at)
		return false;
	if (base >> 32)
		clear(text.at, lines, s->width);
	text.at += left;
	set_colours(s);
	text.attribute = -1;
	text.cursor_row = NO_CURSOR;
	return true;
}
