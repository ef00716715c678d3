/* SPDX-License-Identifier: MIT */
/*
 * One function per row of RJ_REPAIRS, one file per device: back to what a cold
 * boot leaves (the arrival contract). None fails, none waits without bound.
 */
#ifndef RJ_REPAIR_H
#define RJ_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "repairs.h"

#define RJ_REPAIR_FUNCTION(name, what) void repair_##name(void);
RJ_REPAIRS(RJ_REPAIR_FUNCTION)
#undef RJ_REPAIR_FUNCTION

/* ARRIVE_*: what is left to do in real mode. */
extern uint32_t arrive_flags;

/* Whether this CPU is the one that firmware started; INIT to that one is a reset. */
bool on_boot_cpu(void);

/* By a real wrap-around. */
bool a20_is_open(void);

/* About that many milliseconds, by the 8254's channel 2; less without one. */
void delay_ms(uint32_t ms);

#endif
