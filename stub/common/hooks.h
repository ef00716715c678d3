/* SPDX-License-Identifier: MIT */
/*
 * Handlers of INT 13h that stand before the firmware's: those that rjpack left on the way
 * here before, MEMDISK's, and others' that can be told (safe_hook.h). An operating system
 * has had their disks since, so none of them works any more.
 */
#ifndef RJ_HOOKS_H
#define RJ_HOOKS_H

#include <stdint.h>

/*
 * Takes them out of the vectors, of base memory and of the counts of drives. memory: where
 * physical address 0 is, of at least 1 MiB (0 in the stub). Returns how many there were.
 */
uint32_t hooks_remove(uintptr_t memory);

#endif
