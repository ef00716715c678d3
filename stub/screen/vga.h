/* SPDX-License-Identifier: MIT */
/* VGA text mode 3 from nothing, for adapters that are known to show it. */
#ifndef RJ_VGA_H
#define RJ_VGA_H

#include <stdbool.h>

#include "drivers/driver.h"

/*
 * Sets text mode on the first adapter that is in our list and whose registers answer; or also on
 * one for which that has not been tried. False: there is none, or its text memory at B8000h does
 * not hold what is written.
 */
bool vga_start(const struct rj_host *host, bool may_be_untried);

/* Whether there is RAM at B8000h, and no VGA that may take what is written there for graphics. */
bool vga_memory_is_ram(void);

/* Sets that mode again, and clears nothing. Both arguments are for call32. */
void vga_set_text(void *unused, const void *unused_too);

#endif
