/* SPDX-License-Identifier: MIT */
/*
 * What an image was made of, as a rule that make and ninja read.
 */
#ifndef RJ_DEPFILE_H
#define RJ_DEPFILE_H

#include "base/error.h"
#include "base/input.h"

/*
 * Writes "target: input..." to path. RJ_ERR_DEPFILE_NAME for a name that make or ninja
 * cannot read, or those of an output.
 */
enum rj_err depfile_write(const char *path, const char *target, const struct rj_input *inputs,
			  size_t input_count, struct rj_error *err);

#endif
