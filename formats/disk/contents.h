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
 * RJ_ERR_FOREIGN if the contents are in a format that must be unpacked or converted first, or
 * that a BIOS does not start; what rj_gunzip returns, RJ_ERR_EMPTY, or RJ_ERR_CREATE. The
 * input remains open in any case.
 */
enum rj_err rj_contents(struct rj_input *input, struct rj_error *err);

/* Only the check for such formats. RJ_ERR_FOREIGN. */
enum rj_err rj_refuse_foreign(const struct rj_input *input, struct rj_error *err);

#endif
