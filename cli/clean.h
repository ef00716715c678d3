/* SPDX-License-Identifier: MIT */
#ifndef RJ_CLEAN_H
#define RJ_CLEAN_H

#include <stddef.h>

/* A name out of an image, of at most size - 1 characters: what does not print is a '?'. */
char *clean_name(char *to, size_t size, const char *name);

#endif
