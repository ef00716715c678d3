/* SPDX-License-Identifier: MIT */
/*
 * A bzImage that is a PE32+ file as well, in file order:
 *
 *   0            PE headers; they end before the Linux header
 *   SETUP_SIZE   .text: stub, manifest, pieces and image checksum, as in a bzImage, which ends
 *                here; then the code that the firmware starts
 *                .sbat
 *                .reloc, without relocations; in its last word what makes the PE checksum right
 *
 * The firmware loads .text with the stub's scratch memory after it. No section is writable: the
 * stub turns the protection off before it writes.
 */
#ifndef RJ_CONTAINER_EFI_H
#define RJ_CONTAINER_EFI_H

#include <stdint.h>

#include "image/pe.h"

#define PE_TEXT_AT 0x1000u              /* in memory */
#define PE_FILE_ALIGN 512u
#define PE_MEMORY_ALIGN 4096u

/* Where things are: in the file; in memory, counted from the PE headers. */
struct pe_layout {
	uint64_t code_at, text_end, file_size;
	uint64_t sbat, relocations, memory_end;
	uint64_t text_memory;           /* the size of .text in memory */
};

/* For an image of image_size bytes, after which the firmware's code ends before text_end. */
struct pe_layout pe_lay_out(uint64_t image_size, uint64_t text_end);

/* Writes the headers. */
void pe_store_front(const struct pe_layout *layout, uint8_t to[sizeof(struct pe_front)]);

#endif
