/* SPDX-License-Identifier: MIT */
/*
 * What a file that was given as a payload has in it: unpacked, if that is gzip, without
 * what a fixed VHD has behind its disk, and nothing that no BIOS starts.
 */
#ifndef RJ_CONTENTS_H
#define RJ_CONTENTS_H

#include "base/error.h"
#include "base/input.h"

/*
 * Makes input that of a nameless file with what is in it, when it is gzip; its path,
 * device and inode stay those of the file. The size of a fixed VHD is its disk's.
 * RJ_ERR_FOREIGN when it is, packed or not, of a format that has to be unpacked or
 * converted, or that starts by other ways; what rj_gunzip gives, RJ_ERR_EMPTY, or
 * RJ_ERR_CREATE. The input stays open in any case.
 */
enum rj_err rj_contents(struct rj_input *input, struct rj_error *err);

/* The check alone; RJ_ERR_FOREIGN. */
enum rj_err rj_refuse_foreign(const struct rj_input *input, struct rj_error *err);

#endif
