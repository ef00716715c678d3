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

#define VBE2_REQUEST    0x32454256u     /* "VBE2": the caller's block has 512 bytes */
#define RJ_VBE_MODES    5u
#define RJ_VBE_BLOCK    512u            /* bytes at most that a function returns */

/* A call of INT 10h AH=4Fh. */
struct rj_vbe {
	uint16_t ax, bx, cx, dx, di, es;        /* as the caller passed them, and gets them back */
	uint8_t has_vbe2;               /* set by the caller: its block begins with "VBE2" */
	uint8_t leaves;                 /* set by the caller: this is no call; text mode begins */
	uint8_t sets_text;              /* the caller has to set text mode */
	uint8_t clears;                 /* used by the module */
	uint16_t bytes;                 /* of the block, to be copied to ES:DI */
	uint8_t block[RJ_VBE_BLOCK];
};

/* The module's interface. */
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
	bool (*vga_start)(const struct rj_host *host);
	void (*vga_set_text)(void *unused, const void *unused_too);
};

#endif
