/* SPDX-License-Identifier: MIT */
/* The functions that man/rjpack-recipes.7 requires of a kernel, and those that it adds. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

uint64_t find_pages(uint64_t size);
void *map_pages(uint64_t at, uint64_t size);
void identity_map(uint64_t at, uint64_t size);
void print(const char *text);
_Noreturn void halt(void);

void find_way_back(const void *module, uint64_t size);
_Noreturn void back_to_linux(const char *options);
_Noreturn void panic(const char *why);

#endif
