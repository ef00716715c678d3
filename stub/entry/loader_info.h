/* SPDX-License-Identifier: MIT */
#ifndef RJ_LOADER_INFO_H
#define RJ_LOADER_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hardware/framebuffer.h"

/*
 * The framebuffer that the loader reports. loader: LOADER_*. info: the copy of its
 * boot_params or multiboot2 information, LOADER_INFO bytes. False if the screen is in a
 * text mode, the loader does not describe it, or the stub cannot reach it.
 */
bool loader_framebuffer(uint32_t loader, uint32_t info, struct framebuffer *fb);

/* Multiboot2 specification 2.0, 3.6.12 "Framebuffer info". */
struct multiboot2_framebuffer {
	uint32_t type, size;
	uint32_t address, address_high, pitch, width, height;
	uint8_t depth, kind;
	uint16_t reserved;
	uint8_t colours[6];             /* position and size of red, green and blue */
};
_Static_assert(offsetof(struct multiboot2_framebuffer, depth) == 28, "framebuffer info");
_Static_assert(offsetof(struct multiboot2_framebuffer, colours) == 32, "framebuffer info");

#define TAG(field)      offsetof(struct multiboot2_framebuffer, field)
#define TAG_FRAMEBUFFER 8u
#define DIRECT_COLOUR   1u              /* the kind */

/* The address of the first tag of this type in a copy of multiboot2 information, or 0. */
uint32_t multiboot2_tag(uint32_t info, uint32_t type);

/* The command line in that copy, or NULL. */
const char *loader_command_line(uint32_t loader, uint32_t info);

#endif
