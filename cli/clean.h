/* SPDX-License-Identifier: MIT */
#ifndef RJ_CLEAN_H
#define RJ_CLEAN_H

#include <stddef.h>

/* Copies a name from an image, at most size - 1 characters; unprintable ones become '?'. */
char *clean_name(char *to, size_t size, const char *name);

#endif
