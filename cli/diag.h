/* SPDX-License-Identifier: MIT */
/*
 * Prints errors and notes to stderr.
 */
#ifndef RJ_DIAG_H
#define RJ_DIAG_H

#include <stddef.h>

#include "base/error.h"

/*
 * Writes "SUBJECT: what is wrong (offset, expected, found); what to do" to text, truncated to
 * size bytes; control characters in names become question marks.
 */
void diag_format(const struct rj_error *error, char *text, size_t size);

/* Prints "rjpack: ..." and returns the exit status for the error; 0 for a note. */
int diag(const struct rj_error *error);

/*
 * Prints the error, about a subject unless it has one. origin: where the subject was
 * set; NULL: nowhere that needs to be told.
 */
int diag_about(const char *subject, const struct rj_origin *origin, struct rj_error *error);

#endif
