/* SPDX-License-Identifier: MIT */
/*
 * For every loader of Linux kernels, without an ELF header.
 */
#include "image/container_layout.h"

const struct container container_bzimage = {
	.name = "bzimage",
	.help = "a Linux/x86 kernel only",
	.suffixes = "bzimage lkrn",
	LAYOUT(ELFCLASSNONE, HAS(LINUX)),
};
