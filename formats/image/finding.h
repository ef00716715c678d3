/* SPDX-License-Identifier: MIT */
/*
 * A check in progress: the image, and who receives the findings.
 */
#ifndef RJ_FINDING_H
#define RJ_FINDING_H

#include <stdint.h>

#include "base/error.h"
#include "base/input.h"
#include "image/image.h"

struct rj_check {
	const struct rj_image *image;
	const struct rj_input *input;
	rj_finding *report;
	void *context;
};

/* Reports a finding, with the input as its subject. */
void rj_check_report(const struct rj_check *check, struct rj_error error);

/* Reports code if the two numbers differ. name is the {name} in its message. */
void rj_check_equal(const struct rj_check *check, enum rj_err code, const char *name,
		    uint64_t at, uint64_t expected, uint64_t found);

#endif
