/* SPDX-License-Identifier: MIT */
#ifndef RJ_COMPARE_H
#define RJ_COMPARE_H

#include <stdint.h>

#include "base/copy.h"
#include "base/error.h"

/*
 * How many bytes two parts share from their start on; as many as the smaller one
 * has if that is the start of the other, or the same. RJ_ERR_READ, _SHRANK, _MEMORY.
 */
enum rj_err rj_compare(const struct rj_part *first, const struct rj_part *second,
		       uint64_t *same, struct rj_error *err);

#endif
