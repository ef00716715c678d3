/* SPDX-License-Identifier: MIT */
#ifndef RJ_FRAMEBUFFER_H
#define RJ_FRAMEBUFFER_H

#include <stdbool.h>
#include <stdint.h>

/* A linear framebuffer of direct colour that shows something now. */
struct framebuffer {
	uint32_t address;       /* below 4 GiB */
	uint32_t pitch;         /* bytes from one line to the next */
	uint32_t width, height; /* pixels */
	uint32_t bytes;         /* of a pixel: 2, 3 or 4; 0: there is none */
};

/* A character at the next place, from the top left on; wraps around at the bottom. */
void framebuffer_put(const struct framebuffer *fb, char c);

#endif
