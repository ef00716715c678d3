/* SPDX-License-Identifier: MIT */
/* The modules behind the installer, and their way to the top of base memory. */
#ifndef RJ_MODULES_H
#define RJ_MODULES_H

#include <stdint.h>

#include "abi/services.h"

/* Relocates all modules to where they stand; base memory ends at top. */
void modules_init(struct rj_services *services, uint32_t top);

/* The module of this name as it was carried, or NULL. */
struct rj_module *module_find(const char *name);

/* Calls visit for each module. */
void module_for_each(void (*visit)(struct rj_module *module));

/* A module's interface. */
static inline void *module_interface(const struct rj_module *module)
{
	/* cppcheck-suppress [nullPointerRedundantCheck, nullPointerArithmeticRedundantCheck];
	   stub->fail() does not return */
	return (uint8_t *)module + module->interface;
}

/*
 * Moves a module below all that stays, so that what stays of it begins on a
 * multiple of alignment, 16 or more, and is followed by more bytes, at least, of its own.
 * NULL: there is no room.
 */
struct rj_module *module_move(struct rj_module *module, uint32_t alignment, uint32_t more);

/* What stays of a moved module is to stay; gives its first byte's address. */
uint32_t module_keep(const struct rj_module *module);

#endif
