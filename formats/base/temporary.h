/* SPDX-License-Identifier: MIT */
/*
 * Temporary files, for data too large for memory. They have no name once they are open.
 */
#ifndef RJ_TEMPORARY_H
#define RJ_TEMPORARY_H

#include "base/error.h"

/* What mkstemp() makes names of, also of a file beside an output. */
#define RJ_TEMPORARY_NAME ".rjpack-XXXXXX"

/* Opens one for reading and writing, in $TMPDIR or /tmp. */
enum rj_err rj_temporary_open(int *fd, struct rj_error *err);

/* Makes it the subject of an error in writing a file; does nothing to other errors. */
void rj_about_temporary(struct rj_error *err);

/* Sets the error for a file that cannot be created, by errno. */
enum rj_err rj_cannot_create(struct rj_error *err);

#endif
