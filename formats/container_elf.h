/* SPDX-License-Identifier: MIT */
/*
 * What writer and checker of the universal container share.
 */
#ifndef RJ_CONTAINER_ELF_H
#define RJ_CONTAINER_ELF_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <libelf.h>

#include "container.h"
#include "multiboot.h"
#include "setup_header.h"

#define ELF_INTERPRETER "rjpack"
enum { ELF_LOAD, ELF_INTERP, ELF_SEGMENTS };

/* To a power of two. */
#define ROUND_UP(value, to) (((value) + ((to) - 1)) / (to) * (to))

/* Bytes of memory, and of the file, for an image of this many bytes. */
uint64_t elf_memory_size(uint64_t image_size);
uint64_t elf_file_size(uint64_t image_size);

/* Where the front's parts stand in the file. */
#define ELF_PROGRAM_HEADERS_AT  sizeof(Elf64_Ehdr)
#define ELF_INTERPRETER_AT      (ELF_PROGRAM_HEADERS_AT + ELF_SEGMENTS * sizeof(Elf64_Phdr))
#define ELF_MULTIBOOT2_AT       ROUND_UP(ELF_INTERPRETER_AT + sizeof(ELF_INTERPRETER), \
					 MULTIBOOT2_ALIGN)
static_assert(ELF_MULTIBOOT2_AT + sizeof(struct multiboot2_header) <= SETUP_HEADER, "front");

/*
 * The Linux header of an image of image_size bytes, to be loaded at base. Loaders
 * in real mode do not move it: code32_start is where they all put it.
 */
#define ELF_SETUP_FIELDS(row) \
	row(setup_sects, SETUP_SIZE / SETUP_SECTOR - 1) \
	row(syssize, (elf_file_size(image_size) - SETUP_SIZE) / SETUP_SYS_UNIT) \
	row(boot_flag, SETUP_BOOT_FLAG) \
	row(jump, SETUP_SHORT_JUMP | (SETUP_CODE - SETUP_ENTRY - 2) << 8) \
	row(header, HDRS_MAGIC) \
	row(version, SETUP_VERSION) \
	row(loadflags, LOADED_HIGH) \
	row(code32_start, HIGH_MEMORY) \
	row(initrd_addr_max, SETUP_INITRD_MAX) \
	row(kernel_alignment, SETUP_ALIGN) \
	row(relocatable_kernel, 1) \
	row(min_alignment, SETUP_ALIGN_SHIFT) \
	row(xloadflags, SETUP_XLOADFLAGS) \
	row(cmdline_size, SETUP_CMDLINE_MAX) \
	row(pref_address, base) \
	row(init_size, elf_memory_size(image_size))

/* See struct container. */
bool elf_recognise(struct rj_image *image, const struct rj_input *input);
void elf_check(const struct rj_image *image, const struct rj_input *input,
	       bool with_checksum, rj_finding *report, void *context);

extern const struct container container_elf;

#endif
