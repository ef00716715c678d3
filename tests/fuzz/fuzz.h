/* SPDX-License-Identifier: MIT */
/*
 * A target of libFuzzer; replay.c calls it without libFuzzer.
 */
#ifndef RJ_FUZZ_H
#define RJ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* One input; gives 0. What is wrong ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
