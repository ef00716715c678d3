/* SPDX-License-Identifier: MIT */
/*
 * The files that the running Linux was started from, and its command line.
 */
#ifndef RJ_RUNNING_H
#define RJ_RUNNING_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/root.h"
#include "payload/option.h"

#define RJ_RUNNING_NAME 128             /* of a release; Linux has 65 */
#define RJ_RUNNING_LINE 0x4000          /* of a command line; Linux has 2048 */

#define RJ_CMDLINE "/proc/cmdline"
#define RJ_BOOT_PARAMS "/sys/kernel/boot_params/data"
#define RJ_MODULES "/usr/lib/modules/"  /* newer distributions have more than modules there */

struct rj_running_file {
	char path[PATH_MAX];            /* with the tree's root, without links; empty: none */
	char why[PATH_MAX];             /* how it was found */
	uint64_t size;
};

struct rj_running {
	char release[RJ_RUNNING_NAME];
	char command_line[RJ_RUNNING_LINE]; /* without what only the boot loader or kexec added */
	size_t options_length;          /* of what is before "--" in it, which ends options */
	struct rj_running_file kernel;
	struct rj_running_file initrds[RJ_LIST_MAX]; /* in their order */
	size_t initrd_count;
	const char *no_initrd;          /* why there is none, or NULL */
};

/*
 * Finds the files in a tree: the running machine's, or one like it. The kernel is the file whose
 * Linux header has the running release. with_initrds: also its initrds. RJ_BAD, with
 * os_error EACCES if only root can read what may be the file; the error's subject is valid until
 * the next call.
 */
enum rj_err rj_running_find(struct rj_running *running, const struct rj_root *root,
			    bool with_initrds, struct rj_error *err);

#endif
