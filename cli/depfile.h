/* SPDX-License-Identifier: MIT */
/*
 * The inputs of an image, as a rule for make and ninja.
 */
#ifndef RJ_DEPFILE_H
#define RJ_DEPFILE_H

#include "base/error.h"
#include "base/input.h"

/*
 * Writes "target: input..." to path. Fails for a name that make or ninja cannot read, and as
 * the functions of output.h.
 */
enum rj_err depfile_write(const char *path, const char *target, const struct rj_input *inputs,
			  size_t input_count, struct rj_error *err);

#endif
