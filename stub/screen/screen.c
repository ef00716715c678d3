/* SPDX-License-Identifier: MIT */
/* Linux/x86 boot protocol: struct screen_info. IBM VGA Technical Reference: the colours. */
#include "screen/screen.h"

#include <stddef.h>

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

static struct {
	uint32_t at;                    /* the text's first pixel, as it can be reached */
	uint32_t pitch, bytes;          /* of a line, and of a pixel */
	uint32_t scale;
	uint32_t colours[COLOURS];
	uint8_t cursor_row, cursor_column, cursor_first, cursor_last;
	bool is_stale;                  /* the screen does not show what is below */
	struct rj_cell shown[RJ_TEXT_ROWS][RJ_TEXT_COLUMNS];
} text;

static struct screen_info screen;

static void put_pixel(uint32_t at, uint32_t colour)
{
	switch (text.bytes) {
	case 4:
		write32(at, colour);
		break;
	case 3:
		write8(at + 2, (uint8_t)(colour >> 16));
		write16(at, (uint16_t)colour);
		break;
	case 2:
		write16(at, (uint16_t)colour);
		break;
	default:
		write8(at, (uint8_t)colour);
	}
}

/* Draws one line of a glyph, on each of the screen's lines that it has. */
static void draw_line(uint32_t at, uint32_t bits, uint32_t colour, uint32_t background)
{
	for (uint32_t copy = 0; copy < text.scale; copy++, at += text.pitch) {
		uint32_t to = at;

		for (uint32_t bit = 1u << (RJ_FONT_WIDTH - 1); bit; bit >>= 1)
			for (uint32_t i = 0; i < text.scale; i++, to += text.bytes)
				put_pixel(to, (bits & bit) ? colour : background);
	}
}

static bool has_cursor(uint32_t row, uint32_t column, uint32_t line)
{
	return row == text.cursor_row && column == text.cursor_column
		&& line >= text.cursor_first && line <= text.cursor_last;
}

static void draw(uint32_t row, uint32_t column)
{
	const struct rj_cell *cell = &text.shown[row][column];
	const uint8_t *glyph = rj_font[cell->character];
	uint32_t colour = text.colours[cell->attribute & 0xF];
	uint32_t background = text.colours[cell->attribute >> 4 & 0x7];
	uint32_t at = text.at + row * RJ_FONT_HEIGHT * text.scale * text.pitch
		+ column * RJ_FONT_WIDTH * text.scale * text.bytes;

	for (uint32_t line = 0; line < RJ_FONT_HEIGHT; line++) {
		draw_line(at, has_cursor(row, column, line) ? 0xFF : glyph[line], colour, background);
		at += text.scale * text.pitch;
	}
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
			draw(row, column);
		}
}

/* The cursor is where it was, or invisible as before. */
static bool cursor_stays(const struct rj_text *new)
{
	return new->cursor_row == text.cursor_row && new->cursor_column == text.cursor_column
		&& new->cursor_first == text.cursor_first && new->cursor_last == text.cursor_last;
}

static void redraw(uint32_t row, uint32_t column)
{
	if (row < RJ_TEXT_ROWS && column < RJ_TEXT_COLUMNS)
		draw(row, column);
}

static void move_cursor(const struct rj_text *new)
{
	uint8_t row = text.cursor_row, column = text.cursor_column;

	text.cursor_row = new->cursor_row;
	text.cursor_column = new->cursor_column;
	text.cursor_first = new->cursor_first;
	text.cursor_last = new->cursor_last;
	redraw(row, column);
	redraw(text.cursor_row, text.cursor_column);
}

void screen_show(void *unused, const struct rj_text *new);

void screen_show(void *unused, const struct rj_text *new)
{
	(void)unused;
	if (vbe_is_graphics())
		return;
	for (uint32_t row = new->first_row; row <= new->last_row && row < RJ_TEXT_ROWS; row++)
		draw_changes(new, row);
	text.is_stale = false;
	if (!cursor_stays(new))
		move_cursor(new);
}

static void clear(uint32_t at, uint32_t lines, uint32_t width)
{
	for (uint32_t y = 0; y < lines; y++)
		for (uint32_t x = 0; x < width; x++)
			put_pixel(at + y * text.pitch + x * text.bytes, 0);
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

/* Maps bytes that need not be in one large page; 0: there is no room. */
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
	for (uint32_t i = 0; i < COLOURS; i++)
		text.colours[i] = colour_of(s, i);
	text.cursor_row = NO_CURSOR;
	return true;
}
