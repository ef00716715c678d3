/* SPDX-License-Identifier: MIT */
/*
 * The front of a PE32+ file: Microsoft, "PE Format", revision of 2024; the names are its own. It
 * ends before the Linux header, so a file can have both.
 */
#ifndef RJ_PE_H
#define RJ_PE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/layout.h"

#define PE_DOS_MAGIC      0x5A4Du       /* MZ */
#define PE_SIGNATURE      0x00004550u   /* PE, NUL, NUL */
#define PE_AMD64          0x8664u
#define PE_PLUS           0x020Bu
#define PE_EFI_APPLICATION 10u

#define PE_EXECUTABLE     0x0002u       /* COFF characteristics: no unresolved references, */
#define PE_LINES_STRIPPED 0x0004u
#define PE_LARGE_ADDRESS  0x0020u       /* works above 2 GiB, */
#define PE_DEBUG_STRIPPED 0x0200u       /* has no debug information */
#define PE_NX_COMPAT      0x0100u       /* DLL characteristics */

#define PE_CODE           0x00000020u   /* section characteristics */
#define PE_DATA           0x00000040u
#define PE_DISCARDABLE    0x02000000u
#define PE_EXECUTE        0x20000000u
#define PE_READ           0x40000000u

#define PE_SECTIONS       3
enum pe_directory { PE_CERTIFICATES = 4, PE_RELOCATIONS, PE_DIRECTORIES };

struct pe_section {
	char name[8];
	uint32_t virtual_size, virtual_address;
	uint32_t raw_size, raw_at;
	uint32_t relocations_at, lines_at;
	uint16_t relocations, lines;
	uint32_t characteristics;
};
static_assert(sizeof(struct pe_section) == 40, "section header");

struct pe_front {
	uint16_t dos_magic;
	uint8_t unused[58];
	uint32_t pe_at;
	uint32_t signature;

	uint16_t machine, sections;             /* COFF file header */
	uint32_t time_stamp, symbols_at, symbols;
	uint16_t optional_size, characteristics;

	uint16_t magic;                         /* optional header */
	uint8_t linker_major, linker_minor;
	uint32_t code_size, data_size, zeros_size;
	uint32_t entry, code_at;
	uint64_t image_base;
	uint32_t section_align, file_align;
	uint16_t system_major, system_minor, version_major, version_minor;
	uint16_t subsystem_major, subsystem_minor;
	uint32_t reserved;
	uint32_t image_size, headers_size, checksum;
	uint16_t subsystem, dll_characteristics;
	uint64_t stack_reserve, stack_commit, heap_reserve, heap_commit;
	uint32_t loader_flags, directories;
	struct {
		uint32_t at, size;
	} directory[PE_DIRECTORIES];

	struct pe_section section[PE_SECTIONS];
} __attribute__((packed));
static_assert(offsetof(struct pe_front, pe_at) == 0x3C, "offset of the signature");
static_assert(offsetof(struct pe_front, machine) == 0x44, "COFF file header");
static_assert(offsetof(struct pe_front, magic) == 0x58, "optional header");
static_assert(offsetof(struct pe_front, checksum) == 0x58 + 64, "CheckSum");
static_assert(offsetof(struct pe_front, directory) == 0x58 + 112, "data directories");
static_assert(offsetof(struct pe_front, section) == 0x58 + 112 + 8 * PE_DIRECTORIES, "sections");
static_assert(sizeof(struct pe_front) <= SETUP_HEADER, "the Linux header follows");
#define PE_OPTIONAL_SIZE \
	(offsetof(struct pe_front, section) - offsetof(struct pe_front, magic))

/* The .reloc section, "The .reloc Section (Image Only)": one block without a relocation. */
struct pe_relocations {
	uint32_t page, size;
	uint16_t none[2];               /* IMAGE_REL_BASED_ABSOLUTE */
};
static_assert(sizeof(struct pe_relocations) == 12, "base relocation block");

#endif
