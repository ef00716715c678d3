/* SPDX-License-Identifier: MIT */
/* Formats that a BIOS cannot start, recognised by their first bytes. */
#ifndef RJ_FOREIGN_H
#define RJ_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

#define RJ_FOREIGN_FRONT 32u            /* bytes to recognise a format by */

struct rj_foreign {
	const char *magic;
	size_t length;
	const char *name, *todo;
};

/* The format of a file that begins with these RJ_FOREIGN_FRONT bytes, or NULL. */
const struct rj_foreign *rj_foreign_of(const uint8_t *front);

#endif
