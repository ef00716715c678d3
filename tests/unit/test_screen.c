/* SPDX-License-Identifier: MIT */
/* The module "screen", on a model of a framebuffer. */
#include "unit.h"

#include "fake_io.h"
#include "screen/font.h"
#include "screen/screen.h"

#define BASE   0xC0000000u
#define SIZE   (16u << 20)

extern const struct rj_screen interface;

static uint8_t memory[SIZE];
static uint64_t mapped_from;            /* what is at BASE */
static size_t writes;
static bool maps;
static struct rj_text text;

static uint8_t *reach(uint32_t address, size_t bytes)
{
	assert_in_range(address, BASE, BASE + SIZE - bytes);
	writes++;
	return memory + (address - BASE);
}

void write8(uint32_t address, uint8_t value)
{
	*reach(address, 1) = value;
}

void write16(uint32_t address, uint16_t value)
{
	le_store(reach(address, 2), value, 2);
}

void write32(uint32_t address, uint32_t value)
{
	le_store(reach(address, 4), value, 4);
}

/* As paging_map: nothing that crosses a multiple of 2 MiB. */
static uint32_t map(uint64_t physical, uint32_t size)
{
	if (!(physical >> 32))
		return (uint32_t)physical;
	assert_true(size && physical % (2u << 20) + size <= 2u << 20);
	return maps ? BASE + (uint32_t)(physical - mapped_from) : 0;
}

static const struct rj_host host = { .map = map };

static struct screen_info screen_of(uint16_t width, uint16_t height, uint16_t depth)
{
	struct screen_info s = {
		.type = SCREEN_EFI, .width = width, .height = height, .depth = depth, .base = BASE,
		.pitch = (uint16_t)(width * ((depth + 7) / 8) + 64),
		.red = { 8, 16 }, .green = { 8, 8 }, .blue = { 8, 0 },
	};

	if (depth == 16)
		s.red = (struct colour_field){ 5, 11 }, s.green = (struct colour_field){ 6, 5 },
		s.blue = (struct colour_field){ 5, 0 };
	if (depth == 8)
		s.red = (struct colour_field){ 3, 5 }, s.green = (struct colour_field){ 3, 2 },
		s.blue = (struct colour_field){ 2, 0 };
	return s;
}

static uint32_t pixel(const struct screen_info *s, uint32_t x, uint32_t y)
{
	uint32_t bytes = (s->depth + 7u) / 8;

	return (uint32_t)le_load(memory + y * s->pitch + x * bytes, bytes);
}

/* The cell's pixels as bits of its glyph: those of this colour; all others are background. */
static void check_cell(const struct screen_info *s, uint32_t row, uint32_t column,
		       const uint8_t *glyph, uint32_t colour, uint32_t background)
{
	uint32_t scale = s->width >= 1600 ? 2 : 1;
	uint32_t left = (s->width - 640 * scale) / 2 + column * 8 * scale;
	uint32_t top = (s->height - 400 * scale) / 2 + row * 16 * scale;

	for (uint32_t y = 0; y < 16 * scale; y++)
		for (uint32_t x = 0; x < 8 * scale; x++)
			assert_int_equal(pixel(s, left + x, top + y),
					 glyph[y / scale] >> (7 - x / scale) & 1 ? colour : background);
}

static void show(void)
{
	interface.show(NULL, &text);
}

static void set_cell(uint32_t row, uint32_t column, char character, uint8_t attribute)
{
	text.cells[row][column] = (struct rj_cell){ (uint8_t)character, attribute };
	text.first_row = text.last_row = (uint8_t)row;
}

static void fill(char character)
{
	for (uint32_t row = 0; row < RJ_TEXT_ROWS; row++)
		for (uint32_t column = 0; column < RJ_TEXT_COLUMNS; column++)
			set_cell(row, column, character, 7);
	text.first_row = 0;
	show();
}

static void fresh(const struct screen_info *s)
{
	memset(memory, 0x5A, sizeof(memory));
	text = (struct rj_text){ .cursor_row = 0xFF };
	assert_true(interface.start(s, &host));
	fill('x');                              /* whatever was there, all is drawn */
	fill(' ');
}

static void glyphs(void **state)
{
	static const struct {
		uint16_t width, height, depth;
		uint32_t brown, blue;
	} rows[] = {
		{ 640, 400, 32, 0xAA5500, 0x0000AA }, { 800, 600, 24, 0xAA5500, 0x0000AA },
		{ 1024, 768, 16, 0xAAA0, 0x0015 }, { 640, 480, 8, 0xA8, 0x02 },
		{ 1600, 900, 32, 0xAA5500, 0x0000AA }, { 1920, 1080, 32, 0xAA5500, 0x0000AA },
	};

	(void)state;
	FOR_EACH(i, rows) {
		struct screen_info s = screen_of(rows[i].width, rows[i].height, rows[i].depth);

		fresh(&s);
		set_cell(0, 0, 'A', 0x16);
		show();
		set_cell(24, 79, 'g', 0x16);
		show();
		check_cell(&s, 0, 0, rj_font['A'], rows[i].brown, rows[i].blue);
		check_cell(&s, 24, 79, rj_font['g'], rows[i].brown, rows[i].blue);
		check_cell(&s, 12, 40, rj_font[' '], 1, 0);
		assert_int_equal(pixel(&s, 0, 0), i == 0 || i == 3 ? pixel(&s, 0, 0) : 0);
		/* what follows a line's pixels is not the screen's */
		assert_int_equal(memory[(size_t)s.width * ((s.depth + 7u) / 8)], 0x5A);
	}
}

static void only_changes(void **state)
{
	struct screen_info s = screen_of(800, 600, 32);

	(void)state;
	fresh(&s);
	writes = 0;
	show();
	assert_int_equal(writes, 0);
	set_cell(3, 5, 'x', 0x70);
	show();
	assert_int_equal(writes, 8 * 16);
	set_cell(4, 5, 'x', 0x70);
	text.first_row = text.last_row = 3;     /* row 4 is not said to have changed */
	writes = 0;
	show();
	assert_int_equal(writes, 0);
}

static void cursor(void **state)
{
	struct screen_info s = screen_of(800, 600, 32);
	uint8_t glyph[16];

	(void)state;
	fresh(&s);
	set_cell(2, 2, 'A', 7);
	text.cursor_row = text.cursor_column = 2;
	text.cursor_first = 14;
	text.cursor_last = 15;
	show();
	memcpy(glyph, rj_font['A'], sizeof(glyph));
	glyph[14] = glyph[15] = 0xFF;
	check_cell(&s, 2, 2, glyph, 0xAAAAAA, 0);
	text.cursor_column = 3;
	show();
	check_cell(&s, 2, 2, rj_font['A'], 0xAAAAAA, 0);
	memset(glyph, 0, sizeof(glyph));
	glyph[14] = glyph[15] = 0xFF;
	check_cell(&s, 2, 3, glyph, 0xAAAAAA, 0);
	text.cursor_first = 1;                  /* none */
	text.cursor_last = 0;
	show();
	check_cell(&s, 2, 3, rj_font[' '], 0xAAAAAA, 0);
	text.cursor_row = 200;                  /* outside */
	show();
}

static void above_4_gib(void **state)
{
	struct screen_info s = screen_of(1920, 1080, 32);

	(void)state;
	s.capabilities = SCREEN_64BIT;
	s.base_high = 0x38;
	mapped_from = UINT64_C(0x38) << 32 | BASE;
	maps = true;
	fresh(&s);
	set_cell(10, 10, 'Z', 7);
	show();
	check_cell(&s, 10, 10, rj_font['Z'], 0xAAAAAA, 0);
	maps = false;
	assert_false(interface.start(&s, &host));
}

static void refused(void **state)
{
	static const struct screen_info none = { .type = SCREEN_EFI };
	struct screen_info s;

	(void)state;
	assert_false(interface.start(&none, &host));
	s = screen_of(639, 480, 32);
	assert_false(interface.start(&s, &host));
	s = screen_of(640, 399, 32);
	assert_false(interface.start(&s, &host));
	s = screen_of(800, 600, 32);
	s.green.size = 0;                       /* a palette */
	assert_false(interface.start(&s, &host));
	s = screen_of(800, 600, 32);
	s.pitch = 800;
	assert_false(interface.start(&s, &host));
	s = screen_of(800, 600, 48);
	s.pitch = 4800;
	assert_false(interface.start(&s, &host));
}

UNIT_MAIN(cmocka_unit_test(glyphs), cmocka_unit_test(only_changes), cmocka_unit_test(cursor),
	  cmocka_unit_test(above_4_gib), cmocka_unit_test(refused))
