/* SPDX-License-Identifier: MIT */
#ifndef RJ_SCREEN_H
#define RJ_SCREEN_H

#include <stdint.h>

#include "abi/boot_params.h"

/*
 * The linear framebuffer that the loader reports, as in boot_params; all zeros if the screen is
 * in a text mode or the loader does not describe it. loader: LOADER_*. info: the copy of the
 * loader's information.
 */
struct screen_info loader_screen(uint32_t loader, uint32_t info);

#endif
