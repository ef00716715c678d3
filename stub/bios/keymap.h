/* SPDX-License-Identifier: MIT */
/* The keyboard's characters, by layout. */
#ifndef RJ_KEYMAP_H
#define RJ_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

#define SCAN_102     0x56       /* the key that European keyboards have beside the left Shift */
#define KEYMAP_KEYS  0x3Bu      /* scan codes up to the space bar's, and SCAN_102 */
#define KEYMAP_102   0x3Au      /* where SCAN_102 is */

/* Characters of code page 437: by themselves, with Shift, and with AltGr. 0: none. */
struct keymap {
	uint8_t plain[KEYMAP_KEYS], shifted[KEYMAP_KEYS], third[KEYMAP_KEYS];
	bool has_third;                 /* the right Alt is AltGr */
};

/* A US keyboard's, until the set-up changes it. */
extern struct keymap keymap;

/* Changes the map to a layout: de, es, fr, it, jp, uk or us. Returns false if it knows no such one. */
bool keymap_set(struct keymap *map, const char *layout);

#endif
