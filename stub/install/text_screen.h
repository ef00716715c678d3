/* SPDX-License-Identifier: MIT */
/* What shows the text of our own BIOS. */
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
	uint16_t uart;                  /* I/O address of the serial console; 0: none */
};

/* Finds and starts them by rj.screen=. Has to run before drivers map registers above 4 GiB. */
struct rj_text_screen text_screen_start(const struct rj_stub *stub, const struct rj_host *host);

/* The serial console alone, for a BIOS that has the screen. */
struct rj_text_screen text_screen_serial(const struct rj_stub *stub);

#endif
