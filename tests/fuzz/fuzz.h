/* SPDX-License-Identifier: MIT */
/*
 * A target of libFuzzer; replay.c calls it without libFuzzer.
 */
#ifndef RJ_FUZZ_H
#define RJ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/input.h"
#include "image/image.h"
#include "image/plan.h"

/* Runs one input; returns 0. Any failure ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What the targets share. */
static inline void require(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

/* A nameless file of these bytes, and zeros up to size. */
struct rj_input open_bytes(const uint8_t *bytes, size_t used, uint64_t size);

/* Whoever prints it reads all of it. */
void read_error(const struct rj_error *error);

/* How many rules an image breaks that inspect, verify and extract look at. */
size_t check_image(const struct rj_input *input);

/* Targets with files of their own: commands.c, planner.c, survey.c. */
void fuzz_inspect(const uint8_t *bytes, size_t size);
void fuzz_verify(const uint8_t *bytes, size_t size);
void fuzz_extract(const uint8_t *bytes, size_t size);
void fuzz_plan(const uint8_t *bytes, size_t size);
void fuzz_survey(const uint8_t *bytes, size_t size);

#endif
