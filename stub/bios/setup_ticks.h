/* SPDX-License-Identifier: MIT */
#ifndef RJ_SETUP_TICKS_H
#define RJ_SETUP_TICKS_H

#include "int13/resident.h"

/* Starts the timer interrupts, when the vectors are set; without any, callers poll. */
void ticks_start(const struct rj_setup *setup);

/* Prints a warning if the counter by which payloads measure time does not count. */
void channel2_check(const struct rj_setup *setup);

#endif
