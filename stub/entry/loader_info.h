/* SPDX-License-Identifier: MIT */
#ifndef RJ_LOADER_INFO_H
#define RJ_LOADER_INFO_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware/framebuffer.h"

/*
 * The framebuffer that the loader reports. loader: LOADER_*. info: the copy of its
 * boot_params or multiboot2 information, LOADER_INFO bytes. False if the screen is in a
 * text mode, the loader does not describe it, or the stub cannot reach it.
 */
bool loader_framebuffer(uint32_t loader, uint32_t info, struct framebuffer *fb);

/* The address of the first tag of this type in a copy of multiboot2 information, or 0. */
uint32_t multiboot2_tag(uint32_t info, uint32_t type);

/* The command line in that copy, or NULL. */
const char *loader_command_line(uint32_t loader, uint32_t info);

#endif
