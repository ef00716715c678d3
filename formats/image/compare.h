/* SPDX-License-Identifier: MIT */
#ifndef RJ_COMPARE_H
#define RJ_COMPARE_H

#include <stdint.h>

#include "base/copy.h"
#include "base/error.h"

/*
 * The number of equal bytes from the start of both parts; the smaller size if one part starts
 * with the other.
 */
enum rj_err rj_compare(const struct rj_part *first, const struct rj_part *second,
		       uint64_t *same, struct rj_error *err);

#endif
