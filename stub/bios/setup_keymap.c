/* SPDX-License-Identifier: MIT */
/*
 * Layouts of keyboards, as what differs from a US keyboard. Scan codes: IBM PS/2 and PC BIOS
 * Interface Technical Reference, keyboard layouts. Accents that need a second key are typed as
 * they are. 32-bit code that runs once.
 */
#include <stddef.h>

#include "bios/keymap.h"
#include "common/words.h"

/* Scan code, then the characters: by itself, with Shift, with AltGr. */
struct key {
	uint8_t scan;
	char characters[3];
};

static const struct key de[] = {
	{ 0x03, "2\"" }, { 0x04, "3\x15" }, { 0x07, "6&" }, { 0x08, "7/{" }, { 0x09, "8([" },
	{ 0x0A, "9)]" }, { 0x0B, "0=}" }, { 0x0C, "\xE1?\\" }, { 0x0D, "'`" }, { 0x10, "qQ@" },
	{ 0x15, "zZ" }, { 0x1A, "\x81\x9A" }, { 0x1B, "+*~" }, { 0x27, "\x94\x99" },
	{ 0x28, "\x84\x8E" }, { 0x29, "^\xF8" }, { 0x2B, "#'" }, { 0x2C, "yY" }, { 0x32, "mM\xE6" },
	{ 0x33, ",;" }, { 0x34, ".:" }, { 0x35, "-_" }, { SCAN_102, "<>|" }, { 0, "" },
};
static const struct key es[] = {
	{ 0x02, "1!|" }, { 0x03, "2\"@" }, { 0x04, "3\xFA#" }, { 0x05, "4$~" }, { 0x07, "6&\xAA" },
	{ 0x08, "7/" }, { 0x09, "8(" }, { 0x0A, "9)" }, { 0x0B, "0=" }, { 0x0C, "'?" },
	{ 0x0D, "\xAD\xA8" }, { 0x1A, "`^[" }, { 0x1B, "+*]" }, { 0x27, "\xA4\xA5" },
	{ 0x28, "'\"{" }, { 0x29, "\xA7\xA6\\" }, { 0x2B, "\x87\x80}" }, { 0x33, ",;" },
	{ 0x34, ".:" }, { 0x35, "-_" }, { SCAN_102, "<>" }, { 0, "" },
};
static const struct key fr[] = {
	{ 0x02, "&1" }, { 0x03, "\x82" "2~" }, { 0x04, "\"3#" }, { 0x05, "'4{" }, { 0x06, "(5[" },
	{ 0x07, "-6|" }, { 0x08, "\x8A" "7`" }, { 0x09, "_8\\" }, { 0x0A, "\x87" "9^" },
	{ 0x0B, "\x85" "0@" }, { 0x0C, ")\xF8]" }, { 0x0D, "=+}" }, { 0x10, "aA" }, { 0x11, "zZ" },
	{ 0x1A, "^\"" }, { 0x1B, "$\x9C" }, { 0x1E, "qQ" }, { 0x27, "mM" }, { 0x28, "\x97%" },
	{ 0x29, "\xFD" }, { 0x2B, "*\xE6" }, { 0x2C, "wW" }, { 0x32, ",?" }, { 0x33, ";." },
	{ 0x34, ":/" }, { 0x35, "!\x15" }, { SCAN_102, "<>" }, { 0, "" },
};
static const struct key it[] = {
	{ 0x03, "2\"" }, { 0x04, "3\x9C" }, { 0x07, "6&" }, { 0x08, "7/" }, { 0x09, "8(" },
	{ 0x0A, "9)" }, { 0x0B, "0=" }, { 0x0C, "'?`" }, { 0x0D, "\x8D^~" }, { 0x1A, "\x8A\x82[" },
	{ 0x1B, "+*]" }, { 0x27, "\x95\x87@" }, { 0x28, "\x85\xF8#" }, { 0x29, "\\|" },
	{ 0x2B, "\x97\x15" }, { 0x33, ",;" }, { 0x34, ".:" }, { 0x35, "-_" }, { SCAN_102, "<>" },
	{ 0, "" },
};
/* 7Dh and 73h, beyond the table, have the yen sign and the underscore. */
static const struct key jp[] = {
	{ 0x03, "2\"" }, { 0x07, "6&" }, { 0x08, "7'" }, { 0x09, "8(" }, { 0x0A, "9)" },
	{ 0x0B, "0" }, { 0x0C, "-=" }, { 0x0D, "^~" }, { 0x1A, "@`" }, { 0x1B, "[{" },
	{ 0x27, ";+" }, { 0x28, ":*" }, { 0x29, "" }, { 0x2B, "]}" }, { SCAN_102, "\\_" }, { 0, "" },
};
static const struct key uk[] = {
	{ 0x03, "2\"" }, { 0x04, "3\x9C" }, { 0x28, "'@" }, { 0x29, "`\xAA|" }, { 0x2B, "#~" },
	{ SCAN_102, "\\|" }, { 0, "" },
};
static const struct key us[] = { { 0, "" } };

static const struct {
	char name[4];
	const struct key *keys;
} layouts[] = {
	{ "de", de }, { "es", es }, { "fr", fr }, { "it", it }, { "jp", jp }, { "uk", uk }, { "us", us },
};

static void change(struct keymap *map, const struct key *key)
{
	uint32_t at = key->scan == SCAN_102 ? KEYMAP_102 : key->scan;

	map->plain[at] = (uint8_t)key->characters[0];
	map->shifted[at] = (uint8_t)key->characters[1];
	map->third[at] = (uint8_t)key->characters[2];
	map->has_third |= key->characters[2] != 0;
}

bool keymap_set(struct keymap *map, const char *layout)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		if (!equal(layout, layouts[i].name))
			continue;
		for (const struct key *key = layouts[i].keys; key->scan; key++)
			change(map, key);
		return true;
	}
	return false;
}
