/* SPDX-License-Identifier: MIT */
/*
 * The module "keys": makes USB keyboards a source of INT 16h, in front of a machine's own BIOS
 * or of ours. Drivers read the keyboards; the rest is that of the module "bios", from scan codes
 * on. 16-bit code in a segment of its own, CS = DS = ES = SS; C runs with interrupts off, on the
 * module's stack.
 */
#ifndef RJ_KEYS_H
#define RJ_KEYS_H

#include "bios/bios.h"
#include "drivers/driver.h"
#include "int13/resident.h"

/* The set-up fills these in. The count falls when an operating system takes a controller. */
extern struct rj_keyboards keyboards[RJ_MAX_KEYBOARDS];
extern uint32_t keyboards_count;

/*
 * Puts the next scan code into scan_code and returns true. False: each controller has been
 * polled, and there is none; the next call polls them again.
 */
uint32_t keys_next(struct call *c);

#endif
