/* SPDX-License-Identifier: MIT */
/*
 * The layout of all containers with a stub, in file order:
 *
 *   0              ELF header, program headers                     } the front
 *                  interpreter, PVH note, multiboot headers        }
 *   SETUP_HEADER   Linux header                                    }
 *   SETUP_CODE     16-bit entry                                    }   } the blob
 *   SETUP_SIZE     stub; loaders load the file at base from here on    } from stub/
 *                  manifest
 *                  section names, section headers
 *                  (a gap up to MULTIBOOT_SEARCH, if a piece would otherwise look
 *                  like a multiboot header)
 *                  pieces, by address; before a large one a gap, where it can share
 *                  blocks with its file: base/share.h
 *                  zeros, then the image checksum in the last 4 bytes
 *
 * A container defines which parts its front has, and whether it is an ELF file.
 */
#ifndef RJ_CONTAINER_LAYOUT_H
#define RJ_CONTAINER_LAYOUT_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <gelf.h>

#include "base/setup_header.h"
#include "image/container.h"
#include "image/finding.h"
#include "image/multiboot.h"
#include "image/pvh.h"

/*
 * row(NAME, section, section type, alignment, maximum size in bytes)
 * The interpreter makes kexec-tools' ELF loaders leave the file to its Linux loader.
 */
#define FRONT_PARTS(row) \
	row(INTERPRETER, ".interp", SHT_PROGBITS, 1, sizeof(ELF_INTERPRETER)) \
	row(PVH, ".note", SHT_NOTE, 4, sizeof(struct pvh_note)) \
	row(MULTIBOOT, ".multiboot", SHT_PROGBITS, 4, sizeof(struct multiboot_header)) \
	row(MULTIBOOT2, ".multiboot2", SHT_PROGBITS, MULTIBOOT2_ALIGN, \
	    sizeof(struct multiboot2_header)) \
	row(LINUX, ".setup", SHT_PROGBITS, 1, SETUP_SIZE - SETUP_HEADER)
#define ELF_INTERPRETER "rjpack"

enum front_part {
#define FRONT_PART(name, section, type, align, size) PART_##name,
	FRONT_PARTS(FRONT_PART)
#undef FRONT_PART
	PART_COUNT
};
#define HAS(part) (1u << PART_##part)
#define PART_BYTES_MAX (SETUP_SIZE - SETUP_HEADER)

/* Where the parts are in a container's front; size 0: it has no such part. */
struct front_range {
	uint64_t at;
	size_t size;
};
struct front_layout {
	struct front_range parts[PART_COUNT];
	uint64_t program_headers_at;
	size_t segment_count;           /* the first is what loaders load */
	enum front_part segment_part;   /* the part in the second, if there is one */
	GElf_Word segment_type;
};
void front_lay_out(const struct container *container, struct front_layout *layout);

/*
 * What a container with a stub has in its row: its ELF class, its parts, the features that
 * rj_features_read finds in its files, and the functions of all of them.
 */
#define LAYOUT(class, has) \
	.elf_class = (class), .parts = (has), \
	.features = { \
		.elf = (class) != ELFCLASSNONE, .elf64 = (class) == ELFCLASS64, \
		.segments = (class) != ELFCLASSNONE, \
		.on_pages = (class) != ELFCLASSNONE, \
		.same_addresses = (class) != ELFCLASSNONE, \
		.high = (class) != ELFCLASSNONE, .entry_inside = (class) != ELFCLASSNONE, \
		.interpreter = (has) & HAS(INTERPRETER), .pvh = (has) & HAS(PVH), \
		.multiboot = (has) & HAS(MULTIBOOT), .multiboot2 = (has) & HAS(MULTIBOOT2), \
		.linux16 = (has) & HAS(LINUX), .linux32 = (has) & HAS(LINUX), \
		.linux64 = (has) & HAS(LINUX) }, \
	.write = layout_write, .recognise = layout_recognise, \
	.memory_size = layout_image_memory, .check = layout_check

/*
 * Writes a part of the front, except the Linux header, for an image at base. `to` must have
 * room for the part's size in front_layout.
 */
void front_fill(enum front_part part, uint64_t base, uint8_t *to);

/* Rounds up to a multiple of `to`. */
#define ROUND_UP(value, to) (((value) + ((to) - 1)) / (to) * (to))

/* Bytes of memory, and of the file, that an image of image_size bytes needs. */
uint64_t layout_memory_size(uint64_t image_size);
uint64_t layout_file_size(uint64_t image_size);

/*
 * The Linux header of an image of image_size bytes, to be loaded at base. Loaders in real mode
 * do not relocate it: they all load it at code32_start.
 */
#define SETUP_FIELDS(row) \
	row(setup_sects, SETUP_SIZE / SETUP_SECTOR - 1) \
	row(syssize, (layout_file_size(image_size) - SETUP_SIZE) / SETUP_SYS_UNIT) \
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
	row(init_size, layout_memory_size(image_size))

/* The functions of struct container. */
enum rj_err layout_write(const struct container *container, struct rj_plan *plan,
			 const struct rj_blob *blob, const struct rj_output *output,
			 struct rj_image *image, struct rj_error *err);
bool layout_recognise(const struct container *container, struct rj_image *image,
		      const struct rj_input *input);
uint64_t layout_image_memory(const struct rj_image *image);
void layout_check(const struct container *container, const struct rj_image *image,
		  const struct rj_input *input, bool with_checksum, rj_finding *finding,
		  void *context);

/* The part of layout_check that looks at the front only. */
void layout_check_front(const struct container *container, const struct rj_check *check);

/*
 * Finds the stub of an image whose front no container recognises, by its magic. Sets
 * image->stub_at and ->stub_size, and fails if the file has no stub or ends in it.
 */
enum rj_err layout_find_stub(struct rj_image *image, const struct rj_input *input,
			     struct rj_error *err);

#endif
