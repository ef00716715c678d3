/* SPDX-License-Identifier: MIT */
/* The loader's memory as it was when the stub was entered. */
#ifndef RJ_REACH_H
#define RJ_REACH_H

#include <stdbool.h>
#include <stdint.h>

/* info: the copy of the loader's information, which the old contents of the home follow. */
void reach_init(uint32_t info);

/* Copies from a physical address, even above 4 GiB; false: it cannot be reached. */
bool reach(void *to, uint64_t from, uint32_t size);

#endif
