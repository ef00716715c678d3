/* SPDX-License-Identifier: MIT */
/*
 * INT 10h: 80x25 characters, which are kept here and shown by a terminal on the serial port, and
 * on a linear framebuffer; or in a VGA's text memory, which other programs write, too.
 * IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h; IBM VGA Technical Reference.
 */
#include <stdbool.h>
#include <stddef.h>

#include "bios/bios.h"
#include "bios/serial.h"
#include "common/bda.h"
#include "hardware/io.h"

#define COLUMNS      RJ_TEXT_COLUMNS
#define ROWS         RJ_TEXT_ROWS
#define LAST_ROW     (ROWS - 1)
#define TEXT_MODE    3
#define NO_CLEAR     0x80       /* in AL of AH=00h and in 40:87 */
#define NORMAL       0x07       /* attribute */

/* The BIOS data area, from 400h. */
#define BDA_MODE     0x49
#define BDA_CURSOR   0x50       /* column and row, a word for each of 8 pages */
#define BDA_SHAPE    0x60       /* of the cursor */
#define BDA_PAGE     0x62
#define BDA_CONTROL  0x87
#define PAGES        8u

#define BELL         0x07
#define BACKSPACE    0x08
#define LINE_FEED    0x0A
#define RETURN       0x0D

#define CURSOR_OFF   0x20       /* in the shape's first line */
#define SHAPE_LINES  8u         /* a shape of so many lines is for each height of characters */

struct rj_text screen_text = { .first_row = ROWS };

struct window {
	uint8_t top, left, bottom, right;
};

static const struct window whole = { 0, 0, LAST_ROW, COLUMNS - 1 };

static uint8_t cursor_column(void)
{
	return bda_get(BDA_CURSOR);
}

static uint8_t cursor_row(void)
{
	return bda_get(BDA_CURSOR + 1);
}

static void cursor_set(uint32_t row, uint32_t column)
{
	bda_put16(BDA_CURSOR, (uint16_t)(row << 8 | column));
}

/* Notes that cells of a row have changed. */
static void touch(uint32_t row)
{
	if (row < screen_text.first_row)
		screen_text.first_row = (uint8_t)row;
	if (row > screen_text.last_row)
		screen_text.last_row = (uint8_t)row;
}

static struct rj_cell get_cell(uint32_t row, uint32_t column)
{
	uint16_t word = cell_get(row * COLUMNS + column);

	return (struct rj_cell){ (uint8_t)word, (uint8_t)(word >> 8) };
}

static void set_cell(uint32_t row, uint32_t column, struct rj_cell cell)
{
	cell_put(row * COLUMNS + column, (uint16_t)(cell.attribute << 8 | cell.character));
	touch(row);
}

static void put(uint32_t row, uint32_t column, uint8_t character, uint8_t attribute)
{
	if (row >= ROWS || column >= COLUMNS)
		return;
	set_cell(row, column, (struct rj_cell){ character, attribute });
	terminal_put(row, column, character, attribute);
}

/* The first one is copied to the second, that one to the third. */
static void blank_cells(uint32_t row, const struct window *w, uint8_t attribute)
{
	uint32_t first = row * COLUMNS + w->left;

	set_cell(row, w->left, (struct rj_cell){ ' ', attribute });
	cells_move(first + 1, first, w->right - w->left);
}

static void copy_cells(uint32_t to, uint32_t from, const struct window *w)
{
	cells_move(to * COLUMNS + w->left, from * COLUMNS + w->left, w->right - w->left + 1u);
	touch(to);
}

static void show(const struct window *w)
{
	if (!bios.uart)
		return;
	for (uint32_t row = w->top; row <= w->bottom; row++)
		for (uint32_t column = w->left; column <= w->right; column++) {
			struct rj_cell cell = get_cell(row, column);

			terminal_put(row, column, cell.character, cell.attribute);
		}
}

static bool is_whole(const struct window *w)
{
	return !w->top && !w->left && w->bottom == LAST_ROW && w->right == COLUMNS - 1;
}

/* Moves the window's rows by count; 0: blanks all. */
static void scroll_cells(const struct window *w, uint32_t count, bool down, uint8_t attribute)
{
	uint32_t rows = w->bottom - w->top + 1u;

	if (!count || count > rows)
		count = rows;
	for (uint32_t i = 0; i + count < rows; i++)
		if (down)
			copy_cells(w->bottom - i, w->bottom - i - count, w);
		else
			copy_cells(w->top + i, w->top + i + count, w);
	for (uint32_t i = 0; i < count; i++)
		blank_cells(down ? w->top + i : w->bottom - i, w, attribute);
}

static void scroll(const struct frame *f, bool down)
{
	struct window w = { f->ch, f->cl, f->dh, f->dl };

	if (w.bottom > LAST_ROW)
		w.bottom = LAST_ROW;
	if (w.right > COLUMNS - 1)
		w.right = COLUMNS - 1;
	if (w.top > w.bottom || w.left > w.right)
		return;
	scroll_cells(&w, f->al, down, (uint8_t)(f->bx >> 8));
	if (is_whole(&w) && (!f->al || f->al >= ROWS))
		terminal_clear((uint8_t)(f->bx >> 8));
	else
		show(&w);
}

static struct rj_vbe vbe_call;

/* All has to be drawn again, if a graphics mode was set. */
static void leave_graphics(void)
{
	if (!bios.vbe || is_virtual())
		return;
	vbe_call.leaves = 1;
	call32((rj_function32 *)(uintptr_t)bios.vbe, NULL, &vbe_call);
	touch(0);
	touch(LAST_ROW);
}

static void set_mode(uint8_t mode)
{
	static const struct {
		uint8_t offset, bytes;
		uint16_t value;
	} values[] = {
		{ BDA_MODE, 1, TEXT_MODE }, { BDA_OFFSET(BDA_COLUMNS), 2, COLUMNS }, { 0x4C, 2, 0x1000 },
		{ 0x4E, 2, 0 }, { BDA_SHAPE, 2, 0x0607 }, { BDA_PAGE, 1, 0 }, { 0x63, 2, 0x03D4 },
		{ 0x65, 2, 0x3029 }, { BDA_OFFSET(BDA_LAST_ROW), 1, LAST_ROW },
		{ BDA_OFFSET(BDA_CHARACTER_HEIGHT), 2, 16 },
		{ BDA_CONTROL, 1, 0x60 }, { 0x88, 2, 0x51F9 }, { 0x8A, 1, 8 },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (values[i].bytes == 2)
			bda_put16(values[i].offset, values[i].value);
		else
			bda_put(values[i].offset, (uint8_t)values[i].value);
	for (uint32_t page = 0; page < PAGES; page++)
		bda_put16(BDA_CURSOR + 2 * page, 0);
	bda_put(BDA_CONTROL, bda_get(BDA_CONTROL) | (mode & NO_CLEAR));
	leave_graphics();
	if (bios.vga_set_text && !is_virtual())
		call32((rj_function32 *)(uintptr_t)bios.vga_set_text, NULL, NULL);
	if (mode & NO_CLEAR)
		return;
	scroll_cells(&whole, 0, false, NORMAL);
	terminal_clear(NORMAL);
}

/* AH=09h and 0Ah: characters from the cursor on, which stays. */
static void write_cells(const struct frame *f, bool with_attribute)
{
	uint32_t at = cursor_row() * COLUMNS + cursor_column();

	for (uint32_t i = 0; i < f->cx && at < ROWS * COLUMNS; i++, at++)
		put(at / COLUMNS, at % COLUMNS, f->al, with_attribute
			? (uint8_t)f->bx : get_cell(at / COLUMNS, at % COLUMNS).attribute);
}

static void new_line(uint32_t *row, uint32_t column)
{
	uint8_t blank = get_cell(*row < ROWS ? *row : LAST_ROW, column < COLUMNS ? column : 0).attribute;

	if (*row < LAST_ROW) {
		++*row;
		return;
	}
	scroll_cells(&whole, 1, false, blank);
	*row = LAST_ROW;
}

/* One character of AH=0Eh or 13h; attribute < 0: the cell's own stays. */
static void type(uint8_t character, int attribute)
{
	uint32_t row = cursor_row(), column = cursor_column();
	uint8_t old;

	if (row >= ROWS)
		row = LAST_ROW;
	if (column >= COLUMNS)
		column = COLUMNS - 1;
	old = get_cell(row, column).attribute;
	switch (character) {
	case BELL:
	case RETURN:
	case LINE_FEED:
	case BACKSPACE:
		terminal_control(row, column, character, old);
		if (character == RETURN)
			column = 0;
		else if (character == LINE_FEED)
			new_line(&row, column);
		else if (character == BACKSPACE && column)
			column--;
		break;
	default:
		put(row, column, character, attribute < 0 ? old : (uint8_t)attribute);
		if (++column < COLUMNS)
			break;
		column = 0;
		if (row == LAST_ROW)
			terminal_control(row, COLUMNS - 1, LINE_FEED, old);
		new_line(&row, 0);
	}
	cursor_set(row, column);
}

static uint8_t far_byte(uint16_t segment, uint32_t offset)
{
	uint16_t bytes;

	far_read(&bytes, (uint32_t)segment << 16 | (offset & 0xFFFF), sizeof(bytes));
	return (uint8_t)bytes;
}

/* AH=13h: a string at ES:BP. AL bit 0: the cursor moves; bit 1: it has attributes. */
static void write_string(const struct frame *f)
{
	uint8_t row = cursor_row(), column = cursor_column();
	uint32_t at = f->ebp & 0xFFFF;

	if (f->dh != 0xFF)
		cursor_set(f->dh, f->dl);
	for (uint32_t i = 0; i < f->cx; i++) {
		uint8_t character = far_byte(f->es, at++), attribute = (uint8_t)f->bx;

		if (f->al & 2)
			attribute = far_byte(f->es, at++);
		type(character, attribute);
	}
	if (!(f->al & 1))
		cursor_set(row, column);
}

static void read_cell(struct frame *f)
{
	uint8_t row = cursor_row(), column = cursor_column();
	struct rj_cell cell = { 0, 0 };

	if (row < ROWS && column < COLUMNS)
		cell = get_cell(row, column);
	f->ax = (uint16_t)(cell.attribute << 8 | cell.character);
}

static void get_cursor(struct frame *f)
{
	uint32_t page = f->bx >> 8;

	f->cx = bda_get16(BDA_SHAPE);
	f->dx = page < PAGES ? bda_get16(BDA_CURSOR + 2 * page) : 0;
}

static void set_cursor(const struct frame *f)
{
	uint32_t page = f->bx >> 8;

	if (page >= PAGES)
		return;
	bda_put16(BDA_CURSOR + 2 * page, f->dx);
}

/*
 * AH=11h AL=30h: the character height, and rows - 1; for BH = 1 and 6, the font of the mode and
 * that of 8x16, also where it is, in ES:BP. Without a screen there is none.
 */
static void font(struct frame *f)
{
	uint8_t which = (uint8_t)(f->bx >> 8);

	if (f->al != 0x30)
		return;
	f->cx = bda_get16(0x85);
	f->dl = LAST_ROW;
	if (!bios.font || (which != 1 && which != 6))
		return;
	f->es = (uint16_t)(flat.base >> 4);
	f->ebp = (f->ebp & 0xFFFF0000) | bios.font;
}

/* The lines of the cursor's shape, for characters of 16 lines. */
static void set_shape(struct rj_text *to)
{
	uint8_t first = bda_get(BDA_SHAPE + 1), last = bda_get(BDA_SHAPE) & 0x1F;

	if (first & CURSOR_OFF)
		last = 0, first = 1;
	else if (last < SHAPE_LINES)
		first = (uint8_t)(2 * first), last = (uint8_t)(2 * last + 1);
	to->cursor_first = first;
	to->cursor_last = last;
}

#define CRTC           0x3D4    /* IBM VGA Technical Reference */
#define CURSOR_START   0x0A     /* registers */
#define CURSOR_AT_HIGH 0x0E

/* A word to two registers, each with its index in the lower byte. */
static void crtc_put(uint8_t index, uint16_t value)
{
	outw(CRTC, (uint16_t)((value & 0xFF00) | index));
	outw(CRTC, (uint16_t)(value << 8 | (index + 1)));
}

static void show_vga_cursor(void)
{
	set_shape(&screen_text);
	crtc_put(CURSOR_START, (uint16_t)(screen_text.cursor_first << 8 | screen_text.cursor_last));
	crtc_put(CURSOR_AT_HIGH, (uint16_t)(cursor_row() * COLUMNS + cursor_column()));
}

/* Shows what has changed. In virtual-8086 mode that waits for a call in real mode. */
static void show_on_screen(void)
{
	static uint16_t cursor, shape;
	bool stays = cursor == bda_get16(BDA_CURSOR) && shape == bda_get16(BDA_SHAPE);

	if (bios.vga_set_text && !stays) {
		cursor = bda_get16(BDA_CURSOR);
		shape = bda_get16(BDA_SHAPE);
		show_vga_cursor();
	}
	if (!bios.show_text || (screen_text.first_row == ROWS && stays) || is_virtual())
		return;
	cursor = bda_get16(BDA_CURSOR);
	shape = bda_get16(BDA_SHAPE);
	if (bios.mirrors && screen_text.first_row < ROWS)
		cells_fetch(screen_text.first_row * COLUMNS,
			    (screen_text.last_row - screen_text.first_row + 1u) * COLUMNS);
	screen_text.cursor_row = cursor_row();
	screen_text.cursor_column = cursor_column();
	set_shape(&screen_text);
	call32((rj_function32 *)(uintptr_t)bios.show_text, NULL, &screen_text);
	screen_text.first_row = ROWS;
	screen_text.last_row = 0;
}

/* AH=12h BL=10h: 256 KiB, colour. AX=1A00h: a VGA with a colour display. Without one: nothing. */
static void tell_adapter(struct frame *f)
{
	if (!bios.vga_set_text)
		return;
	if (f->ax == 0x1A00) {
		f->al = 0x1A;
		f->bx = 0x0008;
	} else if (f->ah == 0x12 && (f->bx & 0xFF) == 0x10) {
		f->bx = 0x0003;
		f->cx = 0x0009;
	}
}

/* AH=4Fh. Without a framebuffer, or in virtual-8086 mode, AX stays: there is no VBE. */
static void vbe(struct frame *f)
{
	uint32_t request = 0, to = (uint32_t)f->es << 16 | f->di;

	if (!bios.vbe || is_virtual())
		return;
	if (!f->al && f->di <= 0x10000 - RJ_VBE_BLOCK)
		far_read(&request, to, sizeof(request));
	vbe_call.ax = f->ax, vbe_call.bx = f->bx, vbe_call.cx = f->cx, vbe_call.dx = f->dx;
	vbe_call.di = f->di, vbe_call.es = f->es;
	vbe_call.has_vbe2 = request == VBE2_REQUEST;
	vbe_call.leaves = 0;
	call32((rj_function32 *)(uintptr_t)bios.vbe, NULL, &vbe_call);
	f->ax = vbe_call.ax, f->bx = vbe_call.bx, f->cx = vbe_call.cx, f->dx = vbe_call.dx;
	if (vbe_call.bytes && f->di <= 0x10000 - vbe_call.bytes)
		far_write(to, vbe_call.block, vbe_call.bytes);
	if (vbe_call.sets_text)
		set_mode((uint8_t)(TEXT_MODE | (f->bx >> 8 & NO_CLEAR)));
}

/* Unknown functions change nothing, so that a caller finds no VGA, VBE or font. */
static void serve(struct frame *f)
{
	switch (f->ah) {
	case 0x00:
		set_mode(f->al);
		f->al = 0x30;   /* as a VGA BIOS returns for mode 3 */
		break;
	case 0x01:
		bda_put16(BDA_SHAPE, f->cx);
		break;
	case 0x02:
		set_cursor(f);
		break;
	case 0x03:
		get_cursor(f);
		break;
	case 0x06:
	case 0x07:
		scroll(f, f->ah == 0x07);
		break;
	case 0x08:
		read_cell(f);
		break;
	case 0x09:
	case 0x0A:
		write_cells(f, f->ah == 0x09);
		break;
	case 0x0E:
		type(f->al, -1);
		break;
	case 0x0F:
		f->al = (uint8_t)(TEXT_MODE | (bda_get(BDA_CONTROL) & NO_CLEAR));
		f->ah = COLUMNS;
		f->bx = (uint16_t)((f->bx & 0xFF) | bda_get(BDA_PAGE) << 8);
		break;
	case 0x11:
		font(f);
		break;
	case 0x12:
	case 0x1A:
		tell_adapter(f);
		break;
	case 0x13:
		write_string(f);
		break;
	case 0x4F:
		vbe(f);
		break;
	default:
		break;
	}
}

void int10(struct call *c)
{
	serve(&c->regs);
	show_on_screen();
}

/* At each tick: a program may have written to B8000h, and moved the cursor there. */
void mirror(struct call *c)
{
	(void)c;
	touch(0);
	touch(LAST_ROW);
	show_on_screen();
}
