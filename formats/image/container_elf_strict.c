/* SPDX-License-Identifier: MIT */
/*
 * For loaders that accept only an ELF64 executable: it has a multiboot2 header, and the note
 * in which PVH loaders find the entry.
 */
#include "image/container_layout.h"

const struct container container_elf_strict = {
	.name = "elf-strict",
	.help = "ELF64 with a multiboot2 header and a PVH note only",
	LAYOUT(ELFCLASS64, HAS(PVH) | HAS(MULTIBOOT2)),
};
