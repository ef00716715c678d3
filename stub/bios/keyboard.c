/* SPDX-License-Identifier: MIT */
/*
 * Scan codes of set 1, a US keyboard: IBM PS/2 and PC BIOS Interface Technical Reference, INT
 * 09h and 16h, "keyboard keystroke to scan code and ASCII".
 */
#include <stdbool.h>

#include "bios/bios.h"
#include "bios/keymap.h"
#include "bios/serial.h"
#include "common/bda.h"

/* The BIOS data area, from 400h. */
#define BDA_SHIFT     BDA_OFFSET(BDA_SHIFT_FLAGS)
#define BDA_HELD      0x18
#define BDA_ALT_DIGITS 0x19
#define BDA_HEAD      BDA_OFFSET(BDA_KEYS_HEAD)
#define BDA_TAIL      BDA_OFFSET(BDA_KEYS_TAIL)
#define BDA_BREAK     0x71
#define BDA_START     BDA_OFFSET(BDA_KEYS_START)
#define BDA_END       BDA_OFFSET(BDA_KEYS_END)
#define BDA_MODE      BDA_OFFSET(BDA_KEYBOARD)

/* BDA_SHIFT */
#define SHIFT_RIGHT   0x01
#define SHIFT_LEFT    0x02
#define SHIFT         (SHIFT_RIGHT | SHIFT_LEFT)
#define CTRL          0x04
#define ALT           0x08
#define SCROLL_LOCK   0x10
#define NUM_LOCK      0x20
#define CAPS_LOCK     0x40
#define INSERT        0x80

/* BDA_HELD */
#define LEFT_CTRL     0x01
#define LEFT_ALT      0x02
#define SYSTEM_HELD   0x04
#define PAUSED        0x08

/* BDA_MODE */
#define LAST_E1       0x01
#define LAST_E0       0x02
#define RIGHT_CTRL    0x04
#define RIGHT_ALT     0x08
#define ENHANCED      0x10

#define RELEASED      0x80
#define SCAN_CTRL     0x1D
#define SCAN_LEFT_SHIFT 0x2A
#define SCAN_RIGHT_SHIFT 0x36
#define SCAN_PRINT    0x37
#define SCAN_ALT      0x38
#define SCAN_CAPS     0x3A
#define SCAN_F1       0x3B
#define SCAN_F10      0x44
#define SCAN_NUM      0x45
#define SCAN_SCROLL   0x46
#define SCAN_HOME     0x47
#define SCAN_DELETE   0x53
#define SCAN_SYSTEM   0x54
#define SCAN_F11      0x57
#define SCAN_F12      0x58
#define SCAN_ENTER    0x1C
#define SCAN_SLASH    0x35
#define SCAN_1        0x02
#define SCAN_INSERT   0x52

struct keymap keymap = {
	.plain = "\0\x1B" "1234567890-=\b\t" "qwertyuiop[]\r\0" "asdfghjkl;'`\0\\" "zxcvbnm,./\0*\0 "
		 "\\",
	.shifted = "\0\x1B" "!@#$%^&*()_+\b\0" "QWERTYUIOP{}\r\0" "ASDFGHJKL:\"~\0|"
		   "ZXCVBNM<>?\0*\0 " "|",
};
#define CHARACTERS 0x3Au        /* scan codes up to the space bar's */
_Static_assert(KEYMAP_102 == CHARACTERS, "the table's last key");

uint8_t scan_code;
struct rj_resetter resetter;

/* The keypad from 47h: with Num Lock, and the codes with Ctrl. */
static const char keypad[] = "789-456+1230.";
static const uint8_t keypad_ctrl[] = {
	0x77, 0x8D, 0x84, 0x8E, 0x73, 0x8F, 0x74, 0x90, 0x75, 0x91, 0x76, 0x92, 0x93 };

bool key_put(uint16_t key)
{
	uint16_t tail = bda_get16(BDA_TAIL), next = (uint16_t)(tail + 2);

	if (next >= bda_get16(BDA_END))
		next = bda_get16(BDA_START);
	if (next == bda_get16(BDA_HEAD))
		return false;
	bda_put16(tail, key);
	bda_put16(BDA_TAIL, next);
	return true;
}

static bool has_character(uint32_t at, uint8_t character)
{
	return keymap.plain[at] == character || keymap.shifted[at] == character
		|| keymap.third[at] == character;
}

uint16_t key_for(uint8_t character)
{
	if (character == 0x7F)          /* terminals send it for Backspace */
		character = '\b';
	if (!character)
		return 0;
	for (uint32_t at = 1; at < KEYMAP_KEYS; at++)
		if (at != SCAN_PRINT && has_character(at, character))
			return (uint16_t)((at == KEYMAP_102 ? SCAN_102 : at) << 8 | character);
	for (uint32_t scan = 1; scan < CHARACTERS; scan++)
		if ((keymap.shifted[scan] & 0xC0) == 0x40
		    && (keymap.shifted[scan] & 0x1F) == character)
			return (uint16_t)(scan << 8 | character);
	return 0;
}

static bool is_letter(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

/* Ctrl with a key of the main block; 0: nothing. */
static uint16_t with_ctrl(uint8_t scan)
{
	switch (scan) {
	case 0x03: return 0x0300;       /* 2: NUL */
	case 0x07: return 0x071E;       /* 6 */
	case 0x0C: return 0x0C1F;       /* - */
	case 0x0E: return 0x0E7F;       /* Backspace */
	case 0x0F: return 0x9400;       /* Tab */
	case 0x1A: return 0x1A1B;       /* [ */
	case 0x1B: return 0x1B1D;       /* ] */
	case 0x1C: return 0x1C0A;       /* Enter */
	case 0x2B: return 0x2B1C;       /* backslash */
	case 0x35: return 0x9500;       /* / of the keypad, after E0 */
	case SCAN_PRINT: return 0x7200;
	case 0x39: return 0x3920;
	case 0x01: return 0x011B;
	default:
		return (uint16_t)(is_letter(keymap.plain[scan]) ? scan << 8 | (keymap.plain[scan] & 0x1F) : 0);
	}
}

static uint16_t with_alt(uint8_t scan)
{
	if (scan >= SCAN_1 && scan <= 0x0D)
		return (uint16_t)((scan + 0x76) << 8);
	switch (scan) {
	case 0x0F: return 0xA500;       /* Tab */
	case 0x39: return 0x3920;
	case SCAN_PRINT: return 0x3700;
	case 0x1C: return 0x1C00;
	default: return (uint16_t)(keymap.plain[scan] ? scan << 8 : 0);
	}
}

static uint16_t main_key(uint8_t scan, uint8_t shift)
{
	uint32_t at = scan == SCAN_102 ? KEYMAP_102 : scan;
	bool upper = shift & SHIFT;
	uint8_t c;

	if (keymap.has_third && bda_get(BDA_MODE) & RIGHT_ALT)
		return (uint16_t)(keymap.third[at] ? scan << 8 | keymap.third[at] : 0);
	if (scan == SCAN_102 && shift & (ALT | CTRL))
		return 0;
	if (shift & ALT)
		return with_alt(scan);
	if (shift & CTRL)
		return with_ctrl(scan);
	if (is_letter(keymap.plain[at]) && shift & CAPS_LOCK)
		upper = !upper;
	c = (upper ? keymap.shifted : keymap.plain)[at];
	return (uint16_t)(c || scan == 0x0F ? scan << 8 | c : 0);
}

static uint16_t function_key(uint8_t scan, uint8_t shift)
{
	bool is_new = scan >= SCAN_F11;
	uint32_t number = is_new ? scan - SCAN_F11 : scan - SCAN_F1;
	uint32_t step = is_new ? 2 : 10, first = is_new ? 0x85 : 0x54;

	if (shift & ALT)
		number += 2 * step;
	else if (shift & CTRL)
		number += step;
	else if (!(shift & SHIFT))
		return (uint16_t)((is_new ? 0x85 + number : scan) << 8);
	if (is_new)
		number += step;
	return (uint16_t)((first + number) << 8);
}

/* extended: the key of its own between the blocks, which sends E0 first. */
static uint16_t keypad_key(uint8_t scan, uint8_t shift, bool extended)
{
	uint32_t n = scan - SCAN_HOME;
	bool digits = (shift & NUM_LOCK) != 0;

	if (shift & ALT)
		return (uint16_t)(extended ? (scan + 0x50) << 8 : 0);
	if (shift & CTRL)
		return (uint16_t)(keypad_ctrl[n] << 8 | (extended ? 0xE0 : 0));
	if (extended)
		return (uint16_t)(scan << 8 | 0xE0);
	if (shift & SHIFT)
		digits = !digits;
	if (digits || scan == 0x4A || scan == 0x4E)
		return (uint16_t)(scan << 8 | (uint8_t)keypad[n]);
	return (uint16_t)(scan == 0x4C ? 0x4CF0 : scan << 8);
}

static uint16_t translate(uint8_t scan, uint8_t shift, bool extended)
{
	if (extended && scan == SCAN_ENTER)
		return shift & ALT ? 0xA600 : shift & CTRL ? 0xE00A : 0xE00D;
	if (extended && scan == SCAN_SLASH)
		return shift & ALT ? 0xA400 : shift & CTRL ? 0x9500 : 0xE02F;
	if (scan >= SCAN_HOME && scan <= SCAN_DELETE)
		return keypad_key(scan, shift, extended);
	if ((scan >= SCAN_F1 && scan <= SCAN_F10) || scan == SCAN_F11 || scan == SCAN_F12)
		return function_key(scan, shift);
	if (scan == SCAN_SLASH && !extended && (shift & (CTRL | ALT)) == CTRL)
		return 0;
	return (scan < CHARACTERS && scan) || scan == SCAN_102 ? main_key(scan, shift) : 0;
}

/* A key that changes the shift state; returns whether the scan code was one. */
static bool shift_key(uint8_t scan, bool extended, bool released)
{
	uint8_t shift = bda_get(BDA_SHIFT), held = bda_get(BDA_HELD), mode = bda_get(BDA_MODE);
	uint8_t right = 0, left = 0;

	switch (scan) {
	case SCAN_LEFT_SHIFT:
	case SCAN_RIGHT_SHIFT:
		if (extended)
			return true;            /* a keyboard's own, around other keys */
		left = scan == SCAN_LEFT_SHIFT ? SHIFT_LEFT : SHIFT_RIGHT;
		shift = (uint8_t)(released ? shift & ~left : shift | left);
		bda_put(BDA_SHIFT, shift);
		return true;
	case SCAN_CTRL:
		right = RIGHT_CTRL, left = LEFT_CTRL;
		break;
	case SCAN_ALT:
		right = RIGHT_ALT, left = LEFT_ALT;
		break;
	default:
		return false;
	}
	if (extended)
		mode = (uint8_t)(released ? mode & ~right : mode | right);
	else
		held = (uint8_t)(released ? held & ~left : held | left);
	shift &= (uint8_t)~(scan == SCAN_CTRL ? CTRL : ALT);
	if (mode & right || held & left)
		shift |= scan == SCAN_CTRL ? CTRL : ALT;
	bda_put(BDA_SHIFT, shift);
	bda_put(BDA_HELD, held);
	bda_put(BDA_MODE, mode);
	return true;
}

/* Caps, Num and Scroll Lock and Insert: a bit that changes at each press, and one while held. */
static uint8_t toggle_of(uint8_t scan)
{
	switch (scan) {
	case SCAN_SCROLL: return SCROLL_LOCK;
	case SCAN_NUM: return NUM_LOCK;
	case SCAN_CAPS: return CAPS_LOCK;
	case SCAN_INSERT: return INSERT;
	default: return 0;
	}
}

static void toggle(uint8_t bit, bool released)
{
	uint8_t held = bda_get(BDA_HELD);

	if (!released && !(held & bit))
		bda_put(BDA_SHIFT, bda_get(BDA_SHIFT) ^ bit);
	bda_put(BDA_HELD, (uint8_t)(released ? held & ~bit : held | bit));
}

static uint32_t pause(void)
{
	if (bda_get(BDA_HELD) & PAUSED)
		return KEY_NOTHING;
	bda_put(BDA_HELD, bda_get(BDA_HELD) | PAUSED);
	return KEY_PAUSE;
}

static uint32_t ctrl_break(void)
{
	bda_put16(BDA_HEAD, bda_get16(BDA_START));
	bda_put16(BDA_TAIL, bda_get16(BDA_START));
	bda_put(BDA_BREAK, 0x80);
	key_put(0);
	return KEY_BREAK;
}

/* Alt and digits of the keypad type a character by its number, when Alt is released. */
static bool alt_digit(uint8_t scan, uint8_t shift, bool extended)
{
	char digit;

	if (!(shift & ALT) || extended || scan < SCAN_HOME || scan > SCAN_INSERT)
		return false;
	digit = keypad[scan - SCAN_HOME];
	if (digit < '0' || digit > '9')
		return false;
	bda_put(BDA_ALT_DIGITS, (uint8_t)(bda_get(BDA_ALT_DIGITS) * 10 + digit - '0'));
	return true;
}

static void released_alt(void)
{
	uint8_t typed = bda_get(BDA_ALT_DIGITS);

	if (typed && !(bda_get(BDA_SHIFT) & ALT))
		key_put(typed);
	bda_put(BDA_ALT_DIGITS, 0);
}

static uint32_t pressed(uint8_t scan, bool extended)
{
	uint8_t shift = bda_get(BDA_SHIFT);
	uint16_t key;

	if (scan == SCAN_DELETE && (shift & (CTRL | ALT)) == (CTRL | ALT))
		return KEY_RESET;
	if (scan == SCAN_SCROLL && shift & CTRL)
		return ctrl_break();
	if (scan == SCAN_NUM && shift & CTRL && !extended)
		return pause();
	if (scan == SCAN_PRINT && !(shift & (CTRL | ALT)) && (extended || shift & SHIFT))
		return KEY_PRINT;
	if (scan == SCAN_SYSTEM)
		return KEY_SYSTEM;
	bda_put(BDA_HELD, bda_get(BDA_HELD) & (uint8_t)~PAUSED);
	if (alt_digit(scan, shift, extended))
		return KEY_NOTHING;
	if (toggle_of(scan)) {
		toggle(toggle_of(scan), false);
		if (scan != SCAN_INSERT)
			return KEY_NOTHING;
	}
	key = translate(scan, shift, extended);
	if (key)
		key_put(key);
	return KEY_NOTHING;
}

uint32_t key_scan(struct call *c)
{
	uint8_t scan = scan_code & (uint8_t)~RELEASED, mode = bda_get(BDA_MODE);
	bool released = scan_code & RELEASED, extended = mode & LAST_E0;

	(void)c;
	if (scan_code == 0xE0 || scan_code == 0xE1) {
		bda_put(BDA_MODE, mode | (scan_code == 0xE0 ? LAST_E0 : LAST_E1));
		return KEY_NOTHING;
	}
	if (mode & LAST_E1) {           /* Pause: E1 1D 45 E1 9D C5 */
		if (scan != SCAN_NUM)
			return KEY_NOTHING;
		bda_put(BDA_MODE, mode & (uint8_t)~LAST_E1);
		return released ? KEY_NOTHING : pause();
	}
	bda_put(BDA_MODE, mode & (uint8_t)~LAST_E0);
	if (shift_key(scan, extended, released)) {
		if (released && scan == SCAN_ALT)
			released_alt();
		return KEY_NOTHING;
	}
	if (!released)
		return pressed(scan, extended);
	if (toggle_of(scan))
		toggle(toggle_of(scan), true);
	return KEY_NOTHING;
}

/* AH=02h and the reads and peeks are in entry.asm. */
void int16(struct call *c)
{
	struct frame *f = &c->regs;
	uint8_t held = bda_get(BDA_HELD), mode = bda_get(BDA_MODE);

	switch (f->ah) {
	case 0x05:              /* put CX into the buffer */
		f->al = !key_put(f->cx);
		break;
	case 0x09:              /* what is supported: AH=0Ah is not; 10h to 12h are */
		f->al = 0x20;
		break;
	case 0x12:              /* extended shift flags: RBIL, table 00588 */
		f->al = bda_get(BDA_SHIFT);
		f->ah = (uint8_t)((held & (SCROLL_LOCK | NUM_LOCK | CAPS_LOCK))
				  | (held & SYSTEM_HELD ? 0x80 : 0) | (held & (LEFT_CTRL | LEFT_ALT))
				  | (mode & (RIGHT_CTRL | RIGHT_ALT)));
		break;
	default:                /* AH=03h, the repeat rate, stays the keyboard's */
		break;
	}
}
