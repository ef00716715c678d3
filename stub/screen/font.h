/* SPDX-License-Identifier: MIT */
#ifndef RJ_FONT_H
#define RJ_FONT_H

#include <stdint.h>

#define RJ_FONT_GLYPHS 256u
#define RJ_FONT_WIDTH  8u
#define RJ_FONT_HEIGHT 16u

#define RJ_FONT_BYTES  (RJ_FONT_GLYPHS * RJ_FONT_HEIGHT)

/* By character of code page 437. */
extern const uint8_t rj_font[RJ_FONT_GLYPHS][RJ_FONT_HEIGHT];

#endif
