/* SPDX-License-Identifier: MIT */
/* The module "screen", on a model of a framebuffer. */
#include "unit.h"

#include "fake_io.h"
#include "screen/font.h"
#include "screen/screen.h"
#include "screen/vbe.h"
#include "screen/vga.h"

#define BASE   0xC0000000u
#define SIZE   (16u << 20)

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

bool vga_start(const struct rj_host *with, bool may_be_untried)
{
	(void)may_be_untried;
	(void)with;
	return false;
}

void vga_set_text(void *unused, const void *unused_too)
{
	(void)unused, (void)unused_too;
}

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
	rj_screen.show(NULL, &text);
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
	assert_true(rj_screen.start(s, &host));
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
		{ 1600, 900, 24, 0xAA5500, 0x0000AA }, { 1600, 900, 16, 0xAAA0, 0x0015 },
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
	text.cursor_last = 0x1F;                /* ends with the cell */
	show();
	check_cell(&s, 2, 3, glyph, 0xAAAAAA, 0);
	check_cell(&s, 3, 3, rj_font[' '], 0xAAAAAA, 0);
	text.cursor_first = 1;                  /* none */
	text.cursor_last = 0;
	show();
	check_cell(&s, 2, 3, rj_font[' '], 0xAAAAAA, 0);
	text.cursor_row = 200;                  /* outside */
	show();
}

static void above_4_gib(void **state)
{
	const struct rj_screen with_vbe = rj_screen;
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
	assert_null(rj_screen.vbe);
	rj_screen.vbe = with_vbe.vbe;
	maps = false;
	assert_false(rj_screen.start(&s, &host));
}

static void refused(void **state)
{
	static const struct screen_info none = { .type = SCREEN_EFI };
	struct screen_info s;

	(void)state;
	assert_false(rj_screen.start(&none, &host));
	s = screen_of(639, 480, 32);
	assert_false(rj_screen.start(&s, &host));
	s = screen_of(640, 399, 32);
	assert_false(rj_screen.start(&s, &host));
	s = screen_of(800, 600, 32);
	s.green.size = 0;                       /* a palette */
	assert_false(rj_screen.start(&s, &host));
	s = screen_of(800, 600, 32);
	s.pitch = 800;
	assert_false(rj_screen.start(&s, &host));
	s = screen_of(800, 600, 48);
	s.pitch = 4800;
	assert_false(rj_screen.start(&s, &host));
}

static struct rj_vbe call;

static uint16_t vbe(uint16_t ax, uint16_t bx, uint16_t cx, uint16_t dx)
{
	call = (struct rj_vbe){ .ax = ax, .bx = bx, .cx = cx, .dx = dx, .di = 0x10, .es = 0x2000,
				.has_vbe2 = 1 };
	rj_screen.vbe(NULL, &call);
	return call.ax;
}

/* The mode of this size in the list of 4F00h, or 0. */
static uint16_t mode_of(uint16_t width, uint16_t height)
{
	struct vbe_info info;
	struct vbe_mode_info mode;

	assert_int_equal(vbe(0x4F00, 0, 0, 0), VBE_OK);
	assert_int_equal(call.bytes, 512);
	memcpy(&info, call.block, sizeof(info));
	assert_memory_equal(&info, "VESA\0\3", 6);
	assert_int_equal(info.modes, 0x20000010 + offsetof(struct vbe_info, mode_list));
	for (size_t i = 0; info.mode_list[i] != 0xFFFF; i++) {
		assert_int_equal(vbe(0x4F01, 0, info.mode_list[i], 0), VBE_OK);
		memcpy(&mode, call.block, sizeof(mode));
		if (mode.width == width && mode.height == height)
			return info.mode_list[i];
	}
	return 0;
}

static void vbe_modes(void **state)
{
	static const uint16_t sizes[][2] = { { 640, 480 }, { 800, 600 }, { 1024, 768 },
					     { 1280, 800 } };
	struct screen_info s = screen_of(1280, 800, 32);
	struct vbe_mode_info mode;
	uint16_t number;

	(void)state;
	fresh(&s);
	assert_int_equal(mode_of(1280, 1024), 0);       /* does not fit */
	FOR_EACH(i, sizes) {
		number = mode_of(sizes[i][0], sizes[i][1]);
		assert_int_not_equal(number, 0);
		memcpy(&mode, call.block, sizeof(mode));
		assert_int_equal(mode.base, BASE + (800u - sizes[i][1]) / 2 * s.pitch
				 + (1280u - sizes[i][0]) / 2 * 4);
		assert_int_equal(mode.pitch, s.pitch);
		assert_int_equal(mode.bits, 32);
		assert_int_equal(mode.red.position, 16);
		assert_int_equal(vbe(0x4F02, number, 0, 0), VBE_FAILED);        /* banked */
		assert_int_equal(vbe(0x4F02, number | VBE_LINEAR, 0, 0), VBE_OK);
		assert_int_equal(vbe(0x4F03, 0, 0, 0), VBE_OK);
		assert_int_equal(call.bx, number | VBE_LINEAR);
		assert_int_equal(vbe(0x4F06, 1, 0, 0), VBE_OK);
		assert_int_equal(call.bx, s.pitch);
		assert_int_equal(call.dx, sizes[i][1]);
	}
	assert_int_equal(vbe(0x4F01, 0, 0x101, 0), VBE_FAILED);
	assert_int_equal(vbe(0x4F02, 0x101 | VBE_LINEAR, 0, 0), VBE_FAILED);
	assert_int_equal(vbe(0x4F07, 0, 0, 0), VBE_OK);
	assert_int_equal(vbe(0x4F07, 0, 0, 1), VBE_FAILED);
	assert_int_equal(vbe(0x4F06, 0, 1280, 0), VBE_OK);
	assert_int_equal(vbe(0x4F06, 0, 1400, 0), VBE_FAILED);
	assert_int_equal(vbe(0x4F15, 1, 0, 0), VBE_FAILED);
	assert_int_equal(vbe(0x4F11, 1, 0, 0), VBE_OK);
	assert_int_equal(call.bytes, 32);
	assert_memory_equal(call.block, "\0\5\x20\3", 4);
}

/* In a graphics mode nothing is drawn; when text mode begins again, all is. */
static void vbe_and_text(void **state)
{
	struct screen_info s = screen_of(800, 600, 32);

	(void)state;
	fresh(&s);
	set_cell(3, 5, 'x', 7);
	show();
	assert_int_equal(vbe(0x4F02, mode_of(800, 600) | VBE_LINEAR, 0, 0), VBE_OK);
	assert_int_equal(pixel(&s, 400, 300), 0);
	memset(memory, 0x77, s.height * s.pitch);
	writes = 0;
	set_cell(4, 5, 'y', 7);
	show();
	assert_int_equal(writes, 0);
	call = (struct rj_vbe){ .leaves = 1 };
	rj_screen.vbe(NULL, &call);
	text.first_row = 0, text.last_row = RJ_TEXT_ROWS - 1;
	show();
	check_cell(&s, 3, 5, rj_font['x'], 0xAAAAAA, 0);
	check_cell(&s, 4, 5, rj_font['y'], 0xAAAAAA, 0);
	assert_int_equal(pixel(&s, 0, 0), 0);
	assert_int_equal(vbe(0x4F02, 3, 0, 0), VBE_OK);
	assert_int_equal(call.sets_text, 1);
}

UNIT_MAIN(cmocka_unit_test(glyphs), cmocka_unit_test(only_changes), cmocka_unit_test(cursor),
	  cmocka_unit_test(vbe_modes), cmocka_unit_test(vbe_and_text), cmocka_unit_test(above_4_gib), cmocka_unit_test(refused))
