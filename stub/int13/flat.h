/* SPDX-License-Identifier: MIT */
/*
 * How a resident module's 16-bit code reaches memory above 1 MiB and calls 32-bit code. Each
 * module links flat.asm, which has the state below; the module's set-up calls flat_place.
 */
#ifndef RJ_FLAT_H
#define RJ_FLAT_H

#include <stdbool.h>
#include <stdint.h>

struct rj_flat {
	uint32_t base;          /* physical address of the module's segment */
	uint32_t page_tables;   /* for CR3 while 32-bit code runs; 0: no paging */
};

extern struct rj_flat flat;

/* 32-bit code that runs once. base: a multiple of 16, below 1 MiB. */
void flat_place(uint32_t base, uint32_t page_tables);

/* Whether this is virtual-8086 mode, in which copy and call32 do not work. */
bool is_virtual(void);

/* Copies bytes between physical addresses below 4 GiB. */
void copy(uint32_t to, uint32_t from, uint32_t bytes);

/*
 * Calls function(context, argument), which has two parameters (-mregparm=3), with interrupts
 * as they are. The argument is in the module's segment; the function gets its physical address.
 * The stack has to be the module's own.
 */
typedef void rj_function32(void);
uint32_t call32(rj_function32 *function, void *context, const void *argument);

#endif
