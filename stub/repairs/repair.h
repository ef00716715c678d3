/* SPDX-License-Identifier: MIT */
/*
 * One function per row of RJ_REPAIRS, one file per device: back to what a cold
 * boot leaves (the arrival contract). None fails, none waits without bound.
 */
#ifndef RJ_REPAIR_H
#define RJ_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/layout.h"
#include "abi/repairs.h"

#define RJ_REPAIR_FUNCTION(name, bit, what) void repair_##name(void);
RJ_REPAIRS(RJ_REPAIR_FUNCTION)
#undef RJ_REPAIR_FUNCTION

/* ARRIVE_*: what is left to do in real mode. */
extern uint32_t arrive_flags;

/* LOADER_*: by whom the stub was entered; whether in 64-bit mode, as an operating system does. */
extern uint32_t entered_by;

static inline bool entered_from_64bit(void)
{
	return entered_by == LOADER_LINUX64 || entered_by == LOADER_LONG_MODE;
}

/* Whether this CPU is the one that firmware started; INIT to that one is a reset. */
bool on_boot_cpu(void);

/* Where the HPET's registers are, or 0: there is none in reach. */
uint32_t hpet_registers(void);

/* By a real wrap-around. */
bool a20_is_open(void);

/* Time, by the time stamp counter: its ticks, and a wait of that many milliseconds. */
uint32_t ticks_per_ms(void);
void delay_ms(uint32_t ms);

#endif
