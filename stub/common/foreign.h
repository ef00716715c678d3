/* SPDX-License-Identifier: MIT */
/*
 * Files of formats that no BIOS starts, by their first bytes. For the stub, too.
 */
#ifndef RJ_FOREIGN_H
#define RJ_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

#define RJ_FOREIGN_FRONT 32u            /* bytes that are looked at */

struct rj_foreign {
	const char *magic;
	size_t length;
	const char *name, *todo;
};

/* The format of a file that begins with these RJ_FOREIGN_FRONT bytes, or NULL. */
const struct rj_foreign *rj_foreign_of(const uint8_t *front);

#endif
