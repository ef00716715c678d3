/* SPDX-License-Identifier: MIT */
/* What man/rjpack-recipes.7 asks of a kernel, and what it gives to it. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

_Noreturn void panic(const char *why);
uint64_t find_pages(uint64_t size);
void *map_pages(uint64_t at, uint64_t size);
void identity_map(uint64_t at, uint64_t size);

_Noreturn void back_to_linux(const void *module, uint64_t size, const char *options);

#endif
