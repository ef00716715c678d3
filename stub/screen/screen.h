/* SPDX-License-Identifier: MIT */
/*
 * The module "screen": 80x25 cells of text, drawn on a linear framebuffer. The 16-bit BIOS keeps
 * the cells and calls show by call32; the framebuffer itself is never read.
 */
#ifndef RJ_SCREEN_MODULE_H
#define RJ_SCREEN_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/boot_params.h"
#include "drivers/driver.h"
#include "screen/font.h"
#include "screen/vbe_call.h"

#define RJ_TEXT_COLUMNS 80u
#define RJ_TEXT_ROWS    25u

/* Characters of code page 437 and their attributes, IBM VGA Technical Reference: bits 3:0 are the
   colour, bits 6:4 the background's. Bit 7, blinking, is not shown. */
struct rj_cell {
	uint8_t character, attribute;
};

/* What show draws. */
struct rj_text {
	uint8_t first_row, last_row;    /* that may have changed */
	uint8_t cursor_row, cursor_column;
	uint8_t cursor_first, cursor_last;      /* lines of 16; first > last: none */
	struct rj_cell cells[RJ_TEXT_ROWS][RJ_TEXT_COLUMNS];
};

/* What the BIOS calls. */
struct rj_screen {
	/*
	 * Clears the screen and prepares for 80x25 cells in its middle. Needs 640x400 pixels of 8,
	 * 15, 16, 24 or 32 bits with direct colour; false: it has less, or cannot be reached.
	 */
	bool (*start)(const struct screen_info *screen, const struct rj_host *host);
	/* Draws the cells of a struct rj_text that differ from those on the screen. */
	void (*show)(void *unused, const struct rj_text *text);
	/* Serves a VBE call. With a graphics mode set, show draws nothing until text mode begins.
	   NULL: the framebuffer is above 4 GiB, where VBE cannot describe it. */
	void (*vbe)(void *unused, struct rj_vbe *call);
	const uint8_t *font;            /* code page 437, RJ_FONT_BYTES */
	/* As in vga.h. */
	void (*vga_set_text)(void *unused, const void *unused_too);
};
extern struct rj_screen rj_screen;

#endif
