/* SPDX-License-Identifier: MIT */
/*
 * INT 13h handlers in front of the firmware's: those that an earlier image left, MEMDISK's,
 * and others that can be recognised (safe_hook.h). An operating system has used their disks
 * since, so none of them works any more.
 */
#ifndef RJ_HOOKS_H
#define RJ_HOOKS_H

#include <stdint.h>

/*
 * Removes them from the vectors, from base memory and from the drive counts. memory: where
 * physical address 0 is, at least 1 MiB (0 in the stub). Returns how many were removed.
 */
uint32_t hooks_remove(uintptr_t memory);

#endif
