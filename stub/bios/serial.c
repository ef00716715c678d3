/* SPDX-License-Identifier: MIT */
/*
 * Output: ECMA-48 (5th edition), 8.3: CUP, ED, SGR; the VT100's DECSTBM; UTF-8. Input: its sequences for keys, as
 * xterm and the VT220 send them.
 * 16550D datasheet (NS PC16550D), 8.0: registers.
 */
#include "bios/serial.h"

#include <stdbool.h>

#include "bios/bios.h"
#include "common/bda.h"
#include "hardware/io.h"

#define UART_IER   1
#define IER_DATA   0x01
#define UART_LSR   5
#define LSR_DATA   0x01
#define LSR_EMPTY  0x20
#define PATIENCE   0x8000u      /* reads of LSR: a character takes 1 ms at 9600 */

#define ESC        0x1B
#define ESC_KEY    0x011B
#define PATIENCE_TICKS 2        /* after ESC: less than between two keys */

#define COLUMNS    80u
#define ROWS       25u
#define UNKNOWN    0xFF

/* Where the terminal's cursor is, and its colours. */
static uint8_t at_row = UNKNOWN, at_column, colours = UNKNOWN;

/* Code page 437 from 80h on, and below 20h: in Unicode. */
static const uint16_t upper[128] = {
	0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7,
	0x00EA, 0x00EB, 0x00E8, 0x00EF, 0x00EE, 0x00EC, 0x00C4, 0x00C5,
	0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9,
	0x00FF, 0x00D6, 0x00DC, 0x00A2, 0x00A3, 0x00A5, 0x20A7, 0x0192,
	0x00E1, 0x00ED, 0x00F3, 0x00FA, 0x00F1, 0x00D1, 0x00AA, 0x00BA,
	0x00BF, 0x2310, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556,
	0x2555, 0x2563, 0x2551, 0x2557, 0x255D, 0x255C, 0x255B, 0x2510,
	0x2514, 0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x255E, 0x255F,
	0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256C, 0x2567,
	0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256B,
	0x256A, 0x2518, 0x250C, 0x2588, 0x2584, 0x258C, 0x2590, 0x2580,
	0x03B1, 0x00DF, 0x0393, 0x03C0, 0x03A3, 0x03C3, 0x00B5, 0x03C4,
	0x03A6, 0x0398, 0x03A9, 0x03B4, 0x221E, 0x03C6, 0x03B5, 0x2229,
	0x2261, 0x00B1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00F7, 0x2248,
	0x00B0, 0x2219, 0x00B7, 0x221A, 0x207F, 0x00B2, 0x25A0, 0x00A0,
};
static const uint16_t lower[32] = {
	' ',    0x263A, 0x263B, 0x2665, 0x2666, 0x2663, 0x2660, 0x2022,
	0x25D8, 0x25CB, 0x25D9, 0x2642, 0x2640, 0x266A, 0x266B, 0x263C,
	0x25BA, 0x25C4, 0x2195, 0x203C, 0x00B6, 0x00A7, 0x25AC, 0x21A8,
	0x2191, 0x2193, 0x2192, 0x2190, 0x221F, 0x2194, 0x25B2, 0x25BC,
};

static void send(uint32_t byte)
{
	for (uint32_t i = 0; i < PATIENCE; i++)
		if (inb(bios.uart + UART_LSR) & LSR_EMPTY)
			break;
	outb(bios.uart, (uint8_t)byte);
}

static void send_text(const char *text)
{
	while (*text)
		send((uint8_t)*text++);
}

static void send_number(uint32_t number)
{
	if (number >= 10)
		send_number(number / 10);
	send('0' + number % 10);
}

/* UTF-8 (RFC 3629). */
static void send_character(uint8_t character)
{
	uint32_t c = character;

	if (c < ' ')
		c = lower[c];
	else if (c >= 0x7F)
		c = c == 0x7F ? 0x2302 : upper[c - 0x80];
	if (c < 0x80) {
		send(c);
		return;
	}
	if (c < 0x800) {
		send(0xC0 | c >> 6);
	} else {
		send(0xE0 | c >> 12);
		send(0x80 | (c >> 6 & 0x3F));
	}
	send(0x80 | (c & 0x3F));
}

void terminal_cursor(uint32_t row, uint32_t column)
{
	if (row == at_row && column == at_column)
		return;
	send_text("\033[");
	send_number(row + 1);
	send(';');
	send_number(column + 1);
	send('H');
	at_row = (uint8_t)row;
	at_column = (uint8_t)column;
}

/* A colour of the BIOS has its bits in the order blue, green, red. */
static uint32_t ansi_colour(uint32_t colour)
{
	return (colour & 1) << 2 | (colour & 2) | (colour & 4) >> 2;
}

static void set_colours(uint8_t attribute)
{
	if (attribute == colours)
		return;
	colours = attribute;
	send_text("\033[0;");
	if (attribute & 0x08)
		send_text("1;");
	if (attribute & 0x80)
		send_text("5;");
	send('3');
	send('0' + ansi_colour(attribute & 7));
	send_text(";4");
	send('0' + ansi_colour(attribute >> 4 & 7));
	send('m');
}

void terminal_put(uint32_t row, uint32_t column, uint8_t character, uint8_t attribute)
{
	if (!bios.uart)
		return;
	terminal_cursor(row, column);
	set_colours(attribute);
	send_character(character);
	if (++at_column == COLUMNS)     /* where terminals differ */
		at_row = UNKNOWN;
}

void terminal_control(uint32_t row, uint32_t column, uint8_t character, uint8_t blank)
{
	if (!bios.uart)
		return;
	if (character == '\r' && row == at_row) {
		at_column = 0;
	} else {
		terminal_cursor(row, column);
		if (character == '\n') {
			set_colours(blank);
			at_row = (uint8_t)(row < ROWS - 1 ? row + 1 : row);
		} else if (character == '\b' && at_column) {
			at_column--;
		}
	}
	send(character);
}

void terminal_clear(uint8_t attribute)
{
	if (!bios.uart)
		return;
	set_colours(attribute);
	send_text("\033[1;25r\033[2J");       /* scrolls as 25 lines, whatever its size */
	at_row = UNKNOWN;
}

/* Keys that are sent as ESC and a sequence, which ends at a letter or ~. */
static const struct {
	char text[4];
	uint16_t key;
} sequences[] = {
	{ "[A", 0x48E0 }, { "[B", 0x50E0 }, { "[C", 0x4DE0 }, { "[D", 0x4BE0 },
	{ "[H", 0x47E0 }, { "[F", 0x4FE0 }, { "OH", 0x47E0 }, { "OF", 0x4FE0 },
	{ "OA", 0x48E0 }, { "OB", 0x50E0 }, { "OC", 0x4DE0 }, { "OD", 0x4BE0 },
	{ "[1~", 0x47E0 }, { "[2~", 0x52E0 }, { "[3~", 0x53E0 }, { "[4~", 0x4FE0 },
	{ "[5~", 0x49E0 }, { "[6~", 0x51E0 }, { "[7~", 0x47E0 }, { "[8~", 0x4FE0 },
	{ "OP", 0x3B00 }, { "OQ", 0x3C00 }, { "OR", 0x3D00 }, { "OS", 0x3E00 },
	{ "[11", 0x3B00 }, { "[12", 0x3C00 }, { "[13", 0x3D00 }, { "[14", 0x3E00 },
	{ "[15", 0x3F00 }, { "[17", 0x4000 }, { "[18", 0x4100 }, { "[19", 0x4200 },
	{ "[20", 0x4300 }, { "[21", 0x4400 }, { "[23", 0x8500 }, { "[24", 0x8600 },
};
#define SEQUENCES (sizeof(sequences) / sizeof(sequences[0]))

#define LONGEST 3u              /* after ESC, without a ~ that follows three characters */

static char pending[LONGEST + 1];
static uint8_t pending_count;
static bool escaped;
static uint16_t escaped_at;     /* in ticks */

static bool is_equal(const char *a, const char *b)
{
	return a[0] == b[0] && a[1] == b[1] && (!a[1] || (a[2] == b[2] && (!a[2] || a[3] == b[3])));
}

static void end_sequence(void)
{
	for (uint32_t i = 0; i < SEQUENCES && pending_count <= LONGEST; i++)
		if (is_equal(sequences[i].text, pending)) {
			key_put(sequences[i].key);
			break;
		}
	escaped = false;
}

/* A byte after ESC; an unknown sequence is dropped. */
static void take_part(char byte)
{
	bool is_final = (byte >= 'A' && byte <= 'Z' && !(byte == 'O' && !pending_count))
		|| (byte >= 'a' && byte <= 'z') || byte == '~';

	if (pending_count < LONGEST)
		pending[pending_count] = byte;
	if (pending_count < UINT8_MAX && !(byte == '~' && pending_count == LONGEST))
		pending_count++;
	pending[pending_count < LONGEST ? pending_count : LONGEST] = '\0';
	if (is_final)
		end_sequence();
}

static void take(uint8_t byte)
{
	uint16_t key = key_for(byte);

	if (escaped && (pending_count || byte == '[' || byte == 'O')) {
		take_part((char)byte);
		return;
	}
	if (escaped) {
		key_put(ESC_KEY);
		escaped = false;
	}
	if (byte == ESC) {
		escaped = true;
		pending_count = 0;
		escaped_at = bda_get16(BDA_OFFSET(BDA_TICKS));
	} else if (key) {
		key_put(key);
	}
}

void serial_poll(struct call *c)
{
	(void)c;
	if (inb(bios.uart + UART_IER) & IER_DATA)
		return;                         /* another program has the port */
	while (inb(bios.uart + UART_LSR) & LSR_DATA)
		take(inb(bios.uart));
	if (escaped && (uint16_t)(bda_get16(BDA_OFFSET(BDA_TICKS)) - escaped_at) > PATIENCE_TICKS) {
		if (!pending_count)
			key_put(ESC_KEY);
		escaped = false;
	}
}
