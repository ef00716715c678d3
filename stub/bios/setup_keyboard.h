/* SPDX-License-Identifier: MIT */
/* Sets up what keyboard.c and key.asm need, in each module that has them. */
#ifndef RJ_SETUP_KEYBOARD_H
#define RJ_SETUP_KEYBOARD_H

#include "int13/resident.h"

void keyboard_init(const struct rj_setup *setup);

#endif
