/* SPDX-License-Identifier: MIT */
/* The memory that an earlier stub's services hold, if their BIOS is what the machine has. */
#ifndef RJ_HELD_MEMORY_H
#define RJ_HELD_MEMORY_H

#include "abi/install.h"

/*
 * Writes a row of type RJ_MEMORY_HELD for each range that they hold, at most max rows, if the
 * map in stub->memory is one that their BIOS has reported. Returns the number of rows.
 */
uint32_t held_rows(const struct rj_stub *stub, struct rj_memory *rows, uint32_t max);

#endif
