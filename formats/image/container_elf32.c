/* SPDX-License-Identifier: MIT */
/*
 * For loaders that know only multiboot 1, or only 32-bit ELF files.
 */
#include "image/container_layout.h"

const struct container container_elf32 = {
	.name = "elf32",
	.help = "ELF32 with multiboot 1 and 2 headers",
	LAYOUT(ELFCLASS32, HAS(MULTIBOOT) | HAS(MULTIBOOT2)),
};
