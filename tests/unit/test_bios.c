/* SPDX-License-Identifier: MIT */
/* The module "bios": INT 09h and 16h, INT 10h on a terminal, keys from a terminal, the clock. */
#include "unit.h"

#include "fake_io.h"
#include "bios/bios.h"
#include "bios/keymap.h"
#include "bios/serial.h"
#include "pci_model.h"

#define COM1       0x3F8
#define BDA_SHIFT  0x17
#define BDA_HEAD   0x1A
#define BDA_TAIL   0x1C
#define BDA_CURSOR 0x50
#define BDA_TICKS  0x6C
#define NONE       0xFFFF

static uint8_t bda[0x100];
static char sent[8192];         /* by the UART */
static size_t sent_count;
static const char *typed;       /* into the UART */
static uint8_t cmos[0x80], cmos_index;
static uint8_t caller[256];     /* the caller's memory */
static uint64_t now;
static uint8_t port_a = 2, interrupts;
static uint32_t copied[3];
static bool virtual_mode;
static uint16_t cells[80 * 25];
struct rj_flat flat;

uint8_t bda_get(uint32_t offset)
{
	return bda[offset];
}

uint16_t bda_get16(uint32_t offset)
{
	return (uint16_t)(bda[offset] | bda[offset + 1] << 8);
}

void bda_put(uint32_t offset, uint8_t value)
{
	bda[offset] = value;
}

void bda_put16(uint32_t offset, uint16_t value)
{
	bda[offset] = (uint8_t)value;
	bda[offset + 1] = (uint8_t)(value >> 8);
}

void far_read(void *to, uint32_t from, uint32_t bytes)
{
	memcpy(to, caller + (from & 0xFF), bytes);
}

void far_write(uint32_t to, const void *from, uint32_t bytes)
{
	memcpy(caller + (to & 0xFF), from, bytes < sizeof(caller) ? bytes : sizeof(caller));
}

uint16_t cell_get(uint32_t cell)
{
	return cells[cell];
}

void cell_put(uint32_t cell, uint16_t value)
{
	cells[cell] = value;
}

void cells_move(uint32_t to, uint32_t from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		cells[to + i] = cells[from + i];
}

void cells_fetch(uint32_t first, uint32_t count)
{
	memcpy(&screen_text.cells[0][0] + first, cells + first, count * sizeof(*cells));
}

bool is_virtual(void)
{
	return virtual_mode;
}

void copy(uint32_t to, uint32_t from, uint32_t bytes)
{
	copied[0] = to;
	copied[1] = from;
	copied[2] = bytes;
}

void eoi_flat(void);

void eoi_flat(void)
{
}

uint32_t call32(rj_function32 *function, void *context, const void *argument)
{
	(void)function, (void)context, (void)argument;
	return 0;
}

/* Two equal functions, 00:01.0 and 01:00.1, and one between them. */
static struct pci_function functions[3];

static void start_pci(void)
{
	functions[0] = pci_function(PCI_ADDRESS(0, 1, 0), 0x100E8086, 0, 0);
	functions[1] = pci_function(PCI_ADDRESS(1, 0, 0), 0x12345678, 0, 0);
	functions[2] = pci_function(PCI_ADDRESS(1, 0, 1), 0x100E8086, 0x02000001, 0);
	functions[1].space[PCI_HEADER / 4] = 0x80 << 16;
	functions[2].writable[0x3C / 4] = 0xFFFFFF00;
	functions[2].writable[0x40 / 4] = UINT32_MAX;
	pci_model_start(functions, COUNT_OF(functions), NULL);
}

uint64_t rdtsc(void)
{
	return now;
}

void outb(uint16_t port, uint8_t value)
{
	switch (port) {
	case COM1:
		assert_true(sent_count < sizeof(sent) - 1);
		sent[sent_count++] = (char)value;
		sent[sent_count] = '\0';
		break;
	case 0x70:
		cmos_index = value;
		break;
	case 0x71:
		cmos[cmos_index] = value;
		break;
	case 0x92:
		port_a = value;
		break;
	case 0xCFC: case 0xCFD: case 0xCFE: case 0xCFF:
		pci_model_out(port, 1, value);
		break;
	default:
		fail_msg("port %x is written", port);
	}
}

uint8_t inb(uint16_t port)
{
	if (port >= 0xCFC && port <= 0xCFF)
		return (uint8_t)pci_model_in(port, 1);
	switch (port) {
	case COM1:
		return (uint8_t)*typed++;
	case COM1 + 1:
		return interrupts;
	case COM1 + 5:
		return typed && *typed ? 0x21 : 0x20;
	case 0x71:
		return cmos[cmos_index];
	case 0x92:
		return port_a;
	default:
		fail_msg("port %x is read", port);
		return 0;
	}
}

static void reset(void)
{
	memset(bda, 0, sizeof(bda));
	bda_put16(0x80, 0x1E);
	bda_put16(0x82, 0x3E);
	bda_put16(BDA_HEAD, 0x1E);
	bda_put16(BDA_TAIL, 0x1E);
	bios = (struct rj_bios){ .uart = COM1, .ticks_per_tick = 1000, .ebda = 0x9FC0 };
	sent_count = 0;
	sent[0] = '\0';
	typed = NULL;
	virtual_mode = false;
}

/* The next key of the buffer, or NONE. */
static uint16_t key(void)
{
	uint16_t head = bda_get16(BDA_HEAD), found;

	if (head == bda_get16(BDA_TAIL))
		return NONE;
	found = bda_get16(head);
	head = (uint16_t)(head + 2 < 0x3E ? head + 2 : 0x1E);
	bda_put16(BDA_HEAD, head);
	return found;
}

static uint32_t scan(const char *codes)
{
	uint32_t action = KEY_NOTHING;

	for (; *codes; codes++) {
		scan_code = (uint8_t)*codes;
		action = key_scan(NULL);
	}
	return action;
}

#define LSHIFT "\x2A"
#define CTRL   "\x1D"
#define ALT    "\x38"

/* Scan codes from the keyboard, and the key that INT 16h AH=10h reads then. */
static void test_scan_codes(void **state)
{
	static const struct {
		const char *name, *codes;
		uint16_t key;
	} rows[] = {
		{ "a", "\x1E", 0x1E61 }, { "A", LSHIFT "\x1E", 0x1E41 },
		{ "A by Caps Lock", "\x3A\xBA\x1E", 0x1E41 },
		{ "a by both", "\x3A\xBA" LSHIFT "\x1E", 0x1E61 },
		{ "1 with Caps Lock", "\x3A\xBA\x02", 0x0231 },
		{ "Ctrl-C", CTRL "\x2E", 0x2E03 }, { "Alt-X", ALT "\x2D", 0x2D00 },
		{ "Alt-1", ALT "\x02", 0x7800 }, { "Alt-=", ALT "\x0D", 0x8300 },
		{ "Ctrl-2", CTRL "\x03", 0x0300 }, { "Ctrl-6", CTRL "\x07", 0x071E },
		{ "Ctrl-1", CTRL "\x02", NONE },
		{ "right Ctrl-C", "\xE0\x1D\x2E", 0x2E03 },
		{ "C after right Ctrl", "\xE0\x1D\xE0\x9D\x2E", 0x2E63 },
		{ "both Ctrl, one released", "\x1D\xE0\x1D\x9D\x2E", 0x2E03 },
		{ "Escape", "\x01", 0x011B }, { "Enter", "\x1C", 0x1C0D },
		{ "Ctrl-Enter", CTRL "\x1C", 0x1C0A }, { "keypad Enter", "\xE0\x1C", 0xE00D },
		{ "keypad /", "\xE0\x35", 0xE02F }, { "Backspace", "\x0E", 0x0E08 },
		{ "Ctrl-Backspace", CTRL "\x0E", 0x0E7F }, { "Tab", "\x0F", 0x0F09 },
		{ "Shift-Tab", LSHIFT "\x0F", 0x0F00 }, { "space", "\x39", 0x3920 },
		{ "F1", "\x3B", 0x3B00 }, { "Shift-F1", LSHIFT "\x3B", 0x5400 },
		{ "Ctrl-F10", CTRL "\x44", 0x6700 }, { "Alt-F10", ALT "\x44", 0x7100 },
		{ "F11", "\x57", 0x8500 }, { "Shift-F12", LSHIFT "\x58", 0x8800 },
		{ "Ctrl-F11", CTRL "\x57", 0x8900 }, { "Alt-F12", ALT "\x58", 0x8C00 },
		{ "Up", "\xE0\x48", 0x48E0 }, { "keypad 8 as Up", "\x48", 0x4800 },
		{ "keypad 8", "\x45\xC5\x48", 0x4838 },
		{ "Shift-keypad 8", LSHIFT "\x48", 0x4838 },
		{ "keypad 5", "\x4C", 0x4CF0 }, { "keypad +", "\x4E", 0x4E2B },
		{ "Ctrl-Up", CTRL "\xE0\x48", 0x8DE0 }, { "Alt-Up", ALT "\xE0\x48", 0x9800 },
		{ "Ctrl-Home", CTRL "\xE0\x47", 0x77E0 }, { "Insert", "\xE0\x52", 0x52E0 },
		{ "a keyboard's own Shift", "\xE0\x2A\xE0\x48", 0x48E0 },
		{ "\\", "\x2B", 0x2B5C }, { "|", LSHIFT "\x2B", 0x2B7C },
		{ "Alt and the number 65", ALT "\x4D\x4C\xB8", 0x0041 },
		{ "no key", "\x7F", NONE },
	};

	(void)state;
	FOR_EACH(i, rows) {
		reset();
		assert_int_equal(scan(rows[i].codes), KEY_NOTHING);
		assert_int_equal(key(), rows[i].key);
		assert_int_equal(key(), NONE);
	}
}

/* With layouts other than a US keyboard's. */
static void test_layouts(void **state)
{
	static const struct {
		const char *layout, *codes;
		uint16_t key;
	} rows[] = {
		{ "us", "\x15", 0x1579 }, { "us", "\x56", 0x565C }, { "us", ALT "\x56", NONE },
		{ "de", "\x15", 0x157A }, { "de", LSHIFT "\x03", 0x0322 },
		{ "de", "\xE0\x38\x10", 0x1040 }, { "de", "\xE0\x38\x56", 0x567C },
		{ "de", "\xE0\x38\x1E", NONE }, { "de", ALT "\x10", 0x1000 },
		{ "de", "\x1A", 0x1A81 }, { "de", "\x56", 0x563C }, { "de", CTRL "\x15", 0x151A },
		{ "es", "\x27", 0x27A4 }, { "es", "\xE0\x38\x03", 0x0340 },
		{ "fr", "\x10", 0x1061 }, { "fr", "\x03", 0x0382 }, { "fr", LSHIFT "\x03", 0x0332 },
		{ "fr", "\xE0\x38\x0B", 0x0B40 }, { "it", LSHIFT "\x28", 0x28F8 },
		{ "jp", "\x1A", 0x1A40 }, { "jp", LSHIFT "\x56", 0x565F },
		{ "jp", "\xE0\x38\x10", 0x1000 }, { "uk", LSHIFT "\x04", 0x049C },
		{ "uk", "\x56", 0x565C },
	};
	const struct keymap american = keymap;

	(void)state;
	FOR_EACH(i, rows) {
		reset();
		keymap = american;
		assert_true(keymap_set(&keymap, rows[i].layout));
		scan(rows[i].codes);
		assert_int_equal(key(), rows[i].key);
	}
	keymap = american;
	assert_true(keymap_set(&keymap, "de"));
	assert_int_equal(key_for('z'), 0x157A);
	assert_int_equal(key_for('{'), 0x087B);
	assert_int_equal(key_for('<'), 0x563C);
	for (uint8_t c = ' '; c < 0x7F; c++)    /* a terminal can type all of ASCII */
		assert_int_equal(key_for(c) & 0xFF, c);
	assert_false(keymap_set(&keymap, "dex"));
	assert_false(keymap_set(&keymap, ""));
	keymap = american;
}

static void test_key_actions(void **state)
{
	static const struct {
		const char *name, *codes;
		uint32_t action;
	} rows[] = {
		{ "Ctrl-Alt-Del", CTRL ALT "\x53", KEY_RESET },
		{ "Ctrl-Alt-Del between the blocks", CTRL ALT "\xE0\x53", KEY_RESET },
		{ "Del", "\x53", KEY_NOTHING }, { "Ctrl-Break", CTRL "\xE0\x46", KEY_BREAK },
		{ "Print Screen", "\xE0\x37", KEY_PRINT }, { "SysRq", ALT "\x54", KEY_SYSTEM },
		{ "Pause", "\xE1\x1D\x45", KEY_PAUSE }, { "Ctrl-Num Lock", CTRL "\x45", KEY_PAUSE },
		{ "Pause, released", "\xE1\x1D\x45\xE1\x9D\xC5", KEY_NOTHING },
		{ "Pause, and a key", "\xE1\x1D\x45\xE1\x9D\xC5\x1E", KEY_NOTHING },
	};

	(void)state;
	FOR_EACH(i, rows) {
		reset();
		assert_int_equal(scan(rows[i].codes), rows[i].action);
	}
	assert_false(bda[0x18] & 0x08);         /* the key has ended the pause */
}

static void test_full_buffer(void **state)
{
	(void)state;
	reset();
	for (unsigned i = 0; i < 15; i++)
		assert_true(key_put((uint16_t)(i + 1)));
	assert_false(key_put(99));
	assert_int_equal(key(), 1);
	assert_true(key_put(16));
	for (unsigned i = 2; i <= 16; i++)
		assert_int_equal(key(), i);
}

/* What a terminal sends. */
static void test_terminal_keys(void **state)
{
	static const struct {
		const char *text;
		uint16_t keys[3];
	} rows[] = {
		{ "a", { 0x1E61, NONE } }, { "A", { 0x1E41, NONE } }, { "\r", { 0x1C0D, NONE } },
		{ "\x7F", { 0x0E08, NONE } }, { "\x03", { 0x2E03, NONE } }, { "~", { 0x297E, NONE } },
		{ "\033[A", { 0x48E0, NONE } }, { "\033OB", { 0x50E0, NONE } },
		{ "\033[3~", { 0x53E0, NONE } }, { "\033[5~", { 0x49E0, NONE } },
		{ "\033[11~", { 0x3B00, NONE } }, { "\033[24~x", { 0x8600, 0x2D78, NONE } },
		{ "\033OPb", { 0x3B00, 0x3062, NONE } }, { "\033[99~c", { 0x2E63, NONE } },
		{ "\033[1;5Ad", { 0x2064, NONE } },     /* unknown sequences are dropped */
		{ "\033x", { 0x011B, 0x2D78, NONE } }, { "\x80", { NONE } },
		{ "\033[123456789012345678901234567890~z", { 0x2C7A, NONE } },
	};

	(void)state;
	FOR_EACH(i, rows) {
		reset();
		typed = rows[i].text;
		serial_poll(NULL);
		for (unsigned k = 0; !k || rows[i].keys[k - 1] != NONE; k++)
			assert_int_equal(key(), rows[i].keys[k]);
	}
}

/* A program that has the UART's interrupts gets its characters. */
static void test_port_of_others(void **state)
{
	(void)state;
	reset();
	typed = "a";
	interrupts = 1;
	serial_poll(NULL);
	assert_int_equal(key(), NONE);
	interrupts = 0;
	serial_poll(NULL);
	assert_int_equal(key(), 0x1E61);
}

/* ESC alone is a key when nothing has followed for a while. */
static void test_escape(void **state)
{
	(void)state;
	reset();
	typed = "\033";
	serial_poll(NULL);
	assert_int_equal(key(), NONE);
	bda_put16(BDA_TICKS, 2);
	serial_poll(NULL);
	assert_int_equal(key(), NONE);
	bda_put16(BDA_TICKS, 3);
	serial_poll(NULL);
	assert_int_equal(key(), 0x011B);
	typed = "\033[";
	serial_poll(NULL);
	bda_put16(BDA_TICKS, 9);
	serial_poll(NULL);
	typed = "q";
	serial_poll(NULL);
	assert_int_equal(key(), 0x1071);
}

static struct call video(uint16_t ax, uint16_t bx, uint16_t cx, uint16_t dx)
{
	struct call c = { .regs = { .ax = ax, .bx = bx, .cx = cx, .dx = dx } };

	int10(&c);
	return c;
}

static void type(const char *text)
{
	while (*text)
		video((uint16_t)(0x0E00 | (uint8_t)*text++), 7, 0, 0);
}

/* What the cell at the row and column contains: attribute, character. */
static uint16_t cell(uint16_t row, uint16_t column)
{
	video(0x0200, 0, 0, (uint16_t)(row << 8 | column));
	return video(0x0800, 0, 0, 0).regs.ax;
}

static void start_screen(void)
{
	reset();
	video(0x0003, 0, 0, 0);
	sent_count = 0;
	sent[0] = '\0';
}

#define GREY "\033[0;37;40m"

/* What programs type goes out as it is, with colours and positions where they change. */
static void test_output(void **state)
{
	static const struct {
		const char *typed, *sent;
	} rows[] = {
		{ "ab", "\033[1;1Hab" }, { "a\r\nb", "\033[1;1Ha\r\nb" },
		{ "a\bb", "\033[1;1Ha\bb" }, { "\xC4", "\033[1;1H\xE2\x94\x80" },
		{ "\x81", "\033[1;1H\xC3\xBC" }, { "\x07", "\033[1;1H\x07" },
		{ "a\nb", "\033[1;1Ha\nb" },
	};

	(void)state;
	FOR_EACH(i, rows) {
		start_screen();
		type(rows[i].typed);
		assert_string_equal(sent, rows[i].sent);
	}
	start_screen();
	video(0x0941, 0x1E, 2, 0);
	assert_string_equal(sent, "\033[1;1H\033[0;1;33;44mAA");
	reset();
	bios.uart = 0;
	type("silent");
	assert_string_equal(sent, "");
}

/* A line that is full, and a screen that is full. */
static void test_scrolling(void **state)
{
	(void)state;
	start_screen();
	for (unsigned i = 0; i < 80; i++)
		type("x");
	assert_int_equal(bda_get16(BDA_CURSOR), 0x0100);
	for (unsigned i = 0; i < 24; i++)
		type("\n");
	assert_int_equal(bda_get16(BDA_CURSOR), 0x1800);
	assert_int_equal(cell(0, 0), 0x0720);
	start_screen();
	video(0x0941, 0x1E, 1, 0);
	video(0x0200, 0, 0, 0x1800);
	type("last\n");
	assert_int_equal(cell(23, 0), 0x076C);
	assert_int_equal(cell(24, 0), 0x0720);
	assert_int_equal(cell(0, 0), 0x0720);
}

static void test_windows(void **state)
{
	(void)state;
	start_screen();
	type("one\r\ntwo\r\nthree");
	video(0x0601, 0x2F00, 0x0001, 0x0202);          /* up, columns 1 and 2 of rows 0 to 2 */
	assert_int_equal(cell(0, 0), 0x076F);
	assert_int_equal(cell(0, 1), 0x0777);
	assert_int_equal(cell(2, 2), 0x2F20);
	video(0x0702, 0x1F00, 0, 0x184F);               /* the screen, down by 2 */
	assert_int_equal(cell(1, 0), 0x1F20);
	assert_int_equal(cell(2, 1), 0x0777);
	video(0x0663, 0x0700, 0, 0xFFFF);               /* more than there is: clears it */
	assert_int_equal(cell(2, 1), 0x0720);
	video(0x0601, 0x0700, 0x0505, 0x0404);          /* no window */
}

/* A string at ES:BP with attributes, and positions outside the screen. */
static void test_strings(void **state)
{
	struct call c = { .regs = { .ax = 0x1303, .cx = 2, .dx = 0x0203, .ebp = 0x10 } };

	(void)state;
	start_screen();
	memcpy(caller + 0x10, "a\x1E" "b\x2F", 4);
	int10(&c);
	assert_int_equal(bda_get16(BDA_CURSOR), 0x0205);
	assert_int_equal(cell(2, 4), 0x2F62);
	video(0x0200, 0, 0, 0xFFFF);
	type("x");
	video(0x0941, 0x1E, 0xFFFF, 0);
	assert_int_equal(video(0x0300, 0x0900, 0, 0).regs.dx, 0);
}

static void test_clock(void **state)
{
	static const struct {
		const char *name;
		uint8_t hours, b;
		uint8_t bcd;
	} rows[] = {
		{ "BCD", 0x23, 0x02, 0x23 }, { "binary", 23, 0x06, 0x23 },
		{ "12 hours, BCD, afternoon", 0x81, 0x00, 0x13 },
		{ "12 hours, BCD, midnight", 0x12, 0x00, 0x00 },
		{ "12 hours, BCD, noon", 0x92, 0x00, 0x12 },
		{ "12 hours, binary, 11 pm", 0x80 | 11, 0x04, 0x23 },
		{ "12 hours, BCD, 8 pm", 0x88, 0x00, 0x20 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		struct call c = { .regs = { .ax = 0x0200 }, .flags = FLAG_CARRY };

		reset();
		memset(cmos, 0, sizeof(cmos));
		cmos[0x04] = rows[i].hours;
		cmos[0x0B] = rows[i].b;
		int1a(&c);
		assert_false(c.flags & FLAG_CARRY);
		assert_int_equal(c.regs.ch, rows[i].bcd);
	}
}

static void test_clock_set(void **state)
{
	struct call c = { .regs = { .ax = 0x0300, .cx = 0x2359, .dx = 0x5801 } };

	(void)state;
	memset(cmos, 0, sizeof(cmos));
	cmos[0x0B] = 0x06;
	int1a(&c);
	assert_int_equal(cmos[0x04], 23);
	assert_int_equal(cmos[0x02], 59);
	assert_int_equal(cmos[0x00], 58);
	assert_int_equal(cmos[0x0B], 0x07);
	cmos[0x0A] = 0x80;                      /* it never gets ready */
	c = (struct call){ .regs = { .ax = 0x0200 } };
	int1a(&c);
	assert_true(c.flags & FLAG_CARRY);
}

static void test_alarm(void **state)
{
	static const struct {
		const char *name;
		uint16_t ax;
		uint8_t b;
		bool fails;
		uint8_t b_after, hours;
	} rows[] = {
		{ "set", 0x0600, 0x02, false, 0x22, 0x23 },
		{ "set, while the clock is stopped", 0x0600, 0x82, false, 0x22, 0x23 },
		{ "set, binary", 0x0600, 0x06, false, 0x26, 23 },
		{ "already set", 0x0600, 0x22, true, 0x22, 0 },
		{ "12 hours", 0x0600, 0x00, true, 0x00, 0 },
		{ "off", 0x0700, 0x62, false, 0x42, 0 },
		{ "none to turn off", 0x0700, 0x02, false, 0x02, 0 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		struct call c = { .regs = { .ax = rows[i].ax, .cx = 0x2300, .dx = 0 } };

		reset();
		memset(cmos, 0, sizeof(cmos));
		cmos[0x0B] = rows[i].b;
		int1a(&c);
		assert_int_equal(c.flags & FLAG_CARRY, rows[i].fails);
		assert_int_equal(c.regs.ah, 0);
		assert_int_equal(cmos[0x0B], rows[i].b_after);
		assert_int_equal(cmos[0x05], rows[i].hours);
	}
}

/* Ticks without interrupts, over midnight. */
static void test_polled_ticks(void **state)
{
	(void)state;
	reset();
	bda_put16(BDA_TICKS, 0x00AE);
	bda_put16(BDA_TICKS + 2, 0x0018);
	now = 999;
	ticks_poll(NULL);
	assert_int_equal(bda_get16(BDA_TICKS), 0x00AE);
	now = 3500;
	ticks_poll(NULL);
	assert_int_equal(bda_get16(BDA_TICKS), 1);
	assert_int_equal(bda_get16(BDA_TICKS + 2), 0);
	assert_int_equal(bda_get(0x70), 1);
}

static void test_copy(void **state)
{
	struct call c = { .regs = { .ax = 0x8700, .cx = 3, .esi = 0x20 } };

	(void)state;
	reset();
	memcpy(caller + 0x20 + 0x10, "\xFF\xFF\x78\x56\x34\x93\x00\x12", 8);
	memcpy(caller + 0x20 + 0x18, "\xFF\xFF\x00\x00\x20\x93\x00\x00", 8);
	int15(&c);
	assert_false(c.flags & FLAG_CARRY);
	assert_int_equal(copied[0], 0x200000);
	assert_int_equal(copied[1], 0x12345678);
	assert_int_equal(copied[2], 6);
	virtual_mode = true;
	c.regs.ax = 0x8700;
	int15(&c);
	assert_true(c.flags & FLAG_CARRY);
}

static uint8_t pci_call(struct call *c, uint8_t function_number)
{
	c->regs.ah = 0xB1;
	c->regs.al = function_number;
	int1a(c);
	assert_int_equal(!(c->flags & FLAG_CARRY), c->regs.ah == 0);
	return c->regs.ah;
}

static void pci_finds(void **state)
{
	struct call c = { .regs.esi = 0 };

	(void)state;
	start_pci();
	bios.last_bus = 1;
	assert_int_equal(pci_call(&c, 0x01), 0);
	assert_int_equal(c.regs.edx_high << 16 | c.regs.dx, 0x20494350);
	assert_int_equal(c.regs.bx, 0x0210);
	assert_int_equal(c.regs.cl, 1);
	c = (struct call){ .regs.cx = 0x100E, .regs.dx = 0x8086 };
	assert_int_equal(pci_call(&c, 0x02), 0);
	assert_int_equal(c.regs.bx, 0x0008);
	c.regs.esi = 1;
	assert_int_equal(pci_call(&c, 0x02), 0);
	assert_int_equal(c.regs.bx, 0x0101);
	c.regs.esi = 2;
	assert_int_equal(pci_call(&c, 0x02), 0x86);
	c.regs.dx = 0xFFFF;
	assert_int_equal(pci_call(&c, 0x02), 0x83);
	c = (struct call){ .regs.cx = 0x0000, .regs.ecx_high = 2 };
	assert_int_equal(pci_call(&c, 0x03), 0);
	assert_int_equal(c.regs.bx, 0x0101);
	assert_int_equal(pci_call(&c, 0x06), 0x81);
}

static void pci_reads_and_writes(void **state)
{
	struct call c = { .regs.bx = 0x0101, .regs.di = 2 };

	(void)state;
	start_pci();
	assert_int_equal(pci_call(&c, 0x08), 0);
	assert_int_equal(c.regs.cl, 0x0E);
	assert_int_equal(pci_call(&c, 0x09), 0);
	assert_int_equal(c.regs.cx, 0x100E);
	assert_int_equal(pci_call(&c, 0x0A), 0x87);     /* not aligned */
	c.regs.di = 0;
	assert_int_equal(pci_call(&c, 0x0A), 0);
	assert_int_equal(c.regs.ecx_high << 16 | c.regs.cx, 0x100E8086);
	c.regs.di = 0x3D;
	c.regs.cl = 0x5A;
	assert_int_equal(pci_call(&c, 0x0B), 0);
	assert_int_equal(functions[2].space[0x3C / 4], 0x5A00);
	c.regs.di = 0x3E;
	c.regs.cx = 0x1234;
	assert_int_equal(pci_call(&c, 0x0C), 0);
	assert_int_equal(functions[2].space[0x3C / 4], 0x12345A00);
	c.regs.di = 0x40;
	c.regs.ecx_high = 0x9ABC;
	assert_int_equal(pci_call(&c, 0x0D), 0);
	assert_int_equal(functions[2].space[0x40 / 4], 0x9ABC1234);
	c.regs.di = 0x100;
	assert_int_equal(pci_call(&c, 0x08), 0x87);
	c.regs.bx = 0x0200;                             /* nobody */
	c.regs.di = 0;
	assert_int_equal(pci_call(&c, 0x09), 0);
	assert_int_equal(c.regs.cx, 0xFFFF);
}

/* What a program has written to the cells is shown at the next tick, and at once by a call. */
static void test_mirror(void **state)
{
	struct call c = { .regs = { .ah = 0x02 } };

	(void)state;
	memset(bda, 0, sizeof(bda));
	virtual_mode = false;
	bios.show_text = 1;
	bios.mirrors = 1;
	cells[24 * 80 + 79] = 0x1E41;
	mirror(&c);
	assert_int_equal(screen_text.cells[24][79].character, 0x41);
	assert_int_equal(screen_text.cells[24][79].attribute, 0x1E);
	cells[0] = 0x2F42;
	c = (struct call){ .regs = { .ah = 0x0E, .al = 'x' } };
	int10(&c);
	assert_int_equal(screen_text.cells[0][0].character, 'x');
	assert_int_equal(screen_text.cells[0][0].attribute, 0x2F);
	bios.show_text = bios.mirrors = 0;
}

UNIT_MAIN(cmocka_unit_test(test_layouts), cmocka_unit_test(pci_finds), cmocka_unit_test(pci_reads_and_writes),
	  cmocka_unit_test(test_scan_codes), cmocka_unit_test(test_key_actions),
	  cmocka_unit_test(test_full_buffer), cmocka_unit_test(test_terminal_keys),
	  cmocka_unit_test(test_escape), cmocka_unit_test(test_port_of_others), cmocka_unit_test(test_output),
	  cmocka_unit_test(test_scrolling), cmocka_unit_test(test_windows),
	  cmocka_unit_test(test_strings), cmocka_unit_test(test_clock),
	  cmocka_unit_test(test_clock_set), cmocka_unit_test(test_alarm), cmocka_unit_test(test_polled_ticks),
	  cmocka_unit_test(test_copy), cmocka_unit_test(test_mirror))
