/* SPDX-License-Identifier: MIT */
/* The modules of the services, and their way to where they stay. */
#ifndef RJ_MODULES_H
#define RJ_MODULES_H

#include <stdint.h>

#include "abi/install.h"

/* Base memory ends at top_of_memory. more: bytes that resident modules need besides themselves. */
void modules_init(const struct rj_stub *from, const struct rj_services *carried,
		  uint32_t top_of_memory, uint32_t more);

/* How many bytes all modules have. */
uint32_t modules_size(const struct rj_services *carried);

/* The module of this name as it is carried, or NULL. */
const struct rj_module *module_find(const char *name);

/* Calls visit for each module as it is carried. */
void module_for_each(void (*visit)(const struct rj_module *module));

/* Unpacks a module. It can be used until the next one is loaded. */
struct rj_module *module_load(const struct rj_module *carried);

/* A module's interface. */
static inline void *module_interface(const struct rj_module *module)
{
	/* cppcheck-suppress [nullPointerRedundantCheck, nullPointerArithmeticRedundantCheck];
	   stub->fail() does not return */
	return (uint8_t *)module + module->interface;
}

/*
 * Moves the module that was loaded last to below all that stays, so that what stays of it begins
 * on a multiple of alignment, 16 or more, and is followed by more bytes, at least, of its own.
 * 32-bit code goes to reserved memory if base memory has no room. NULL: there is no room.
 */
struct rj_module *module_move(struct rj_module *module, uint32_t alignment, uint32_t more);

/* What stays of a moved module is to stay; returns where base memory ends from now on. */
uint32_t module_keep(const struct rj_module *module);

#endif
