/* SPDX-License-Identifier: MIT */
/*
 * The universal container: an ELF64 executable with a multiboot2 header and a Linux/x86
 * header. Its PT_INTERP segment makes kexec-tools' ELF loaders leave the file to the Linux
 * loader, which takes it in every mode.
 */
#include "image/container_layout.h"

const struct container container_elf = {
	.name = "elf",
	.help = "ELF64, multiboot2 and Linux/x86 in one, for every loader",
	LAYOUT(ELFCLASS64, HAS(INTERPRETER) | HAS(MULTIBOOT2) | HAS(LINUX)),
};
