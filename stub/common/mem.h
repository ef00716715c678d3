/* SPDX-License-Identifier: MIT */
/* The part of <string.h> that the stub uses; on the host it is the C library's. */
#ifndef RJ_MEM_H
#define RJ_MEM_H

#include <stddef.h>

void *memset(void *to, int byte, size_t n);
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *s1, const void *s2, size_t n);

#endif
