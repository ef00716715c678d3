/* SPDX-License-Identifier: MIT */
/*
 * Temporary files without a name, for data too large for memory.
 */
#ifndef RJ_TEMPORARY_H
#define RJ_TEMPORARY_H

#include "base/error.h"

/* Opens one for reading and writing, in $TMPDIR or /tmp. RJ_ERR_CREATE, _MEMORY. */
enum rj_err rj_temporary_open(int *fd, struct rj_error *err);

#endif
