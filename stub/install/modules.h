/* SPDX-License-Identifier: MIT */
/* Loads the modules of the services and moves them to where they stay. */
#ifndef RJ_MODULES_H
#define RJ_MODULES_H

#include <stdint.h>

#include "abi/install.h"

/* Base memory ends at top_of_memory. more: bytes that resident modules need in addition. */
void modules_init(const struct rj_stub *from, const struct rj_services *carried,
		  uint32_t top_of_memory, uint32_t more);

/* The size in memory of all modules that may stay, in bytes. */
uint32_t modules_size(const struct rj_services *carried);

/* Returns the packed module of this name, or NULL. */
const struct rj_module *module_find(const char *name);

/* Calls visit for each packed module. */
void module_for_each(void (*visit)(const struct rj_module *module));

/* Unpacks a module, which is valid until the next one is loaded. */
struct rj_module *module_load(const struct rj_module *carried);

static inline void *module_interface(const struct rj_module *module)
{
	/* cppcheck-suppress [nullPointerRedundantCheck, nullPointerArithmeticRedundantCheck];
	   stub->fail() does not return */
	return (uint8_t *)module + module->interface;
}

/*
 * Moves the module that was loaded last below all resident parts. Its own resident part then
 * begins at a multiple of alignment, at least 16, and at least more free bytes follow it.
 * 32-bit code goes to reserved memory if base memory has no room. NULL: there is no room.
 */
struct rj_module *module_move(struct rj_module *module, uint32_t alignment, uint32_t more);

/* Moves the module loaded last, which is 32-bit code, to reserved memory. NULL if there is no room. */
struct rj_module *module_move_high(struct rj_module *module);

/* Keeps the resident part of a moved module; returns the new end of base memory. */
uint32_t module_keep(const struct rj_module *module);

#endif
