/* SPDX-License-Identifier: MIT */
#ifndef RJ_SCREEN_H
#define RJ_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/boot_params.h"

/*
 * The linear framebuffer that the loader reports, as in boot_params; all zeros if the screen is
 * in a text mode or the loader does not describe it. loader: LOADER_*. info: the copy of the
 * loader's information.
 */
struct screen_info loader_screen(uint32_t loader, uint32_t info);

/*
 * Reads rj.fb=ADDRESS,WIDTHxHEIGHTxDEPTH,PITCH: hexadecimal with 0x, or decimal; bits per pixel:
 * 15, 16, 24 or 32, of which blue are the lowest; the pitch in bytes. False: it is something else.
 */
bool screen_parse(const char *text, struct screen_info *screen);

#endif
