/* SPDX-License-Identifier: MIT */
#ifndef RJ_FRAMEBUFFER_H
#define RJ_FRAMEBUFFER_H

#include <stdbool.h>
#include <stdint.h>

/* A linear framebuffer with direct colour that is on the screen. */
struct framebuffer {
	uint32_t address;       /* below 4 GiB */
	uint32_t pitch;         /* bytes from one line to the next */
	uint32_t width, height; /* pixels */
	uint32_t bytes;         /* per pixel: 2, 3 or 4; 0: there is no framebuffer */
};

/* Draws a character at the next position, from the top left; wraps around at the bottom. */
void framebuffer_put(const struct framebuffer *fb, char c);

#endif
