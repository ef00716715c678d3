/* SPDX-License-Identifier: MIT */
#ifndef RJ_LOADER_INFO_H
#define RJ_LOADER_INFO_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware/framebuffer.h"

/*
 * What the loader said of the screen. loader: LOADER_*. info: the copy of its
 * boot_params or multiboot2 information, LOADER_INFO bytes. False: it is in a
 * text mode, or nothing is said, or the stub cannot reach it.
 */
bool loader_framebuffer(uint32_t loader, uint32_t info, struct framebuffer *fb);

/* The first tag of this type in a copy of multiboot2 information, or 0. */
uint32_t multiboot2_tag(uint32_t info, uint32_t type);

/* The command line in that copy, or NULL: there is none. */
const char *loader_command_line(uint32_t loader, uint32_t info);

#endif
