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

/* Reports that the input is bad, with printf's format for the text. */
void rj_check_report(const struct rj_check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Reports an error as it is, with the input as its subject. */
void rj_check_error(const struct rj_check *check, const struct rj_error *error);

/* Reports the text if the two numbers differ, followed by both and the offset. */
void rj_check_equal(const struct rj_check *check, uint64_t at, uint64_t expected,
		    uint64_t found, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

#endif
