/* SPDX-License-Identifier: MIT */
/* What shows the text of our own BIOS: the module's interface. */
#ifndef RJ_TEXT_SCREEN_H
#define RJ_TEXT_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/install.h"
#include "drivers/driver.h"
#include "screen/screen.h"

struct rj_text_screen {
	const struct rj_screen *screen; /* NULL: none */
	bool has_vga;                   /* it is a VGA's text mode, not a framebuffer */
	bool mirrors;                   /* there is no VGA, and RAM at B8000h: text is kept there */
	uint16_t uart;                  /* I/O address of the serial console; 0: none */
};

struct rj_text_screens {
	/*
	 * Finds and starts a screen, by rj.screen=, and says which console INT 10h has. Has to be
	 * called before drivers map registers above 4 GiB.
	 */
	void (*start)(struct rj_text_screen *text, const struct rj_stub *stub,
		      const struct rj_host *host);
};

#endif
