/* SPDX-License-Identifier: MIT */
/*
 * What a payload file contains: unpacked if it is gzip, without the footer of a fixed VHD, and
 * not in a format that no BIOS starts.
 */
#ifndef RJ_CONTENTS_H
#define RJ_CONTENTS_H

#include "base/error.h"
#include "base/input.h"

/*
 * If the file is gzip, replaces it in `input` by a temporary file with its contents; path,
 * device and inode remain those of the file. Excludes a fixed VHD's footer from the size.
 * Fails if the contents are empty, in a format that must be unpacked or converted first, or in
 * one that a BIOS does not start. The input remains open in any case.
 */
enum rj_err rj_contents(struct rj_input *input, struct rj_error *err);

/* Only the check for such formats. */
enum rj_err rj_refuse_foreign(const struct rj_input *input, struct rj_error *err);

#endif
