/* SPDX-License-Identifier: MIT */
/* The loader's memory map. */
#ifndef RJ_LOADER_MEMORY_H
#define RJ_LOADER_MEMORY_H

#include <stdbool.h>

#include "abi/memory.h"

/*
 * Copies the loader's rows as they are, at most max, and returns how many; *more is set if there
 * are more. loader: LOADER_*; info: the copy of its information.
 */
uint32_t loader_memory(uint32_t loader, uint32_t info, struct rj_memory *rows, uint32_t max,
		       bool *more);

/* Finds an element of the list of setup_data in boot_params; the address of its bytes and their
   number, or 0. after: the address that was returned last, or 0. */
uint64_t setup_data_find(uint32_t info, uint32_t type, uint64_t after, uint32_t *length);

#endif
