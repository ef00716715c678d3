/* SPDX-License-Identifier: MIT */
/*
 * Unified kernel images: PE files for UEFI with a kernel, an initrd and a command line.
 */
#ifndef RJ_UNIFIED_H
#define RJ_UNIFIED_H

#include "base/input.h"

/* The offset of the kernel in the file: the section .linux. 0: there is none. */
uint64_t rj_unified_kernel(const struct rj_input *input);

#endif
