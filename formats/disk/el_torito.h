/* SPDX-License-Identifier: MIT */
/* A file as a CD image: boot_catalog.h, with errors. */
#ifndef RJ_EL_TORITO_H
#define RJ_EL_TORITO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"
#include "common/boot_catalog.h"

/* Whether the file has an ISO 9660 volume descriptor where a CD has its first. */
bool el_torito_is_iso(const struct rj_input *input);

/*
 * Whether the file is a CD and nothing else: it boots as one, and if it also has a disk's
 * partition table, one of the partitions contains the CD, as isohybrid makes it.
 */
bool el_torito_is_cd(const struct rj_input *input);

/* The first entry that a PC can boot; fails as el_torito_fail says if there is none. */
enum rj_err el_torito_find(const struct rj_input *input, struct el_torito_boot *boot,
			   struct rj_error *err);

/* The error for a catalog in which no entry was found. */
enum rj_err el_torito_fail(enum boot_catalog found, struct rj_error *err);

#endif
