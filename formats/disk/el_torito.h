/* SPDX-License-Identifier: MIT */
/* A file as a CD's image: boot_catalog.h, with errors. */
#ifndef RJ_EL_TORITO_H
#define RJ_EL_TORITO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"
#include "common/boot_catalog.h"

/* Whether the file has an ISO 9660 volume descriptor where a CD has the first. */
bool el_torito_is_iso(const struct rj_input *input);

/*
 * Whether it is a CD and nothing else: it boots as one, and if it has a disk's partition
 * table as well, one of the partitions is what the CD is in, as isohybrid makes it.
 */
bool el_torito_is_cd(const struct rj_input *input);

/*
 * The first entry that a PC can boot. RJ_ERR_ISO_BOOT: there is no boot record;
 * _ISO_CATALOG: the catalog is damaged; _ISO_ENTRY: it has none; _ISO_BOUNDS: it leads out
 * of the file.
 */
enum rj_err el_torito_find(const struct rj_input *input, struct el_torito_boot *boot,
			   struct rj_error *err);

/* The error of a catalog in which no entry was found. */
enum rj_err el_torito_fail(enum boot_catalog found, struct rj_error *err);

#endif
