/* SPDX-License-Identifier: MIT */
#ifndef RJ_CONTAINS_H
#define RJ_CONTAINS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the length bytes of part occur anywhere in the size bytes. */
bool rj_contains(const void *bytes, size_t size, const void *part, size_t length);

#endif
