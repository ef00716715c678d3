/* SPDX-License-Identifier: MIT */
/*
 * Boot loader entries, as systemd-boot, Fedora's GRUB and kernel-install have them: Boot Loader
 * Specification, type 1.
 */
#ifndef RJ_BOOT_ENTRIES_H
#define RJ_BOOT_ENTRIES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/root.h"

#define RJ_ENTRY_LINE 4096

/* Where a boot loader's own partition is mounted; "" if it is the root. */
extern const char *const rj_boot_mounts[];
extern const size_t rj_boot_mount_count;

struct rj_boot_entry {
	const char *mount;              /* paths in the entry start there */
	char path[PATH_MAX];
	char kernel[RJ_ENTRY_LINE], options[RJ_ENTRY_LINE]; /* empty: not in the entry */
	char initrds[RJ_ENTRY_LINE];    /* with a blank between them */
};

/* Calls visit with each entry, in strverscmp order within a directory, until it returns false. */
void rj_boot_entries(const struct rj_root *root,
		     bool (*visit)(void *context, const struct rj_boot_entry *entry), void *context);

#endif
