/* SPDX-License-Identifier: MIT */
/* 32-bit code that runs once. */
#include "bios/setup_keyboard.h"

#include "bios/bios.h"
#include "bios/keymap.h"

#define RESET_MS 50u            /* for a reset to happen */

void keyboard_init(const struct rj_setup *setup)
{
	if (setup->keymap && !keymap_set(&keymap, setup->keymap))
		setup->fail("rj.keymap=%s: expected de, es, fr, it, jp, uk or us", setup->keymap);
	resetter = (struct rj_resetter){ *setup->reset, setup->host->ticks_per_ms * RESET_MS };
}
