/* SPDX-License-Identifier: MIT */
/*
 * The ELF note with the address where Xen and QEMU enter an image without a BIOS: Xen's
 * docs/misc/pvh.pandoc and xen/include/public/elfnote.h.
 */
#ifndef RJ_PVH_H
#define RJ_PVH_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define PVH_NOTE_NAME   "Xen"
#define PVH_NOTE_ENTRY  18u             /* XEN_ELFNOTE_PHYS32_ENTRY */

struct pvh_note {
	uint32_t name_size;             /* including the NUL */
	uint32_t entry_size;
	uint32_t type;
	char name[4];
	uint32_t entry;                 /* physical, entered in 32-bit mode */
	uint32_t entry_high;            /* loaders read 64 bits in an ELF64 file */
};
static_assert(offsetof(struct pvh_note, name) == 12, "note");
static_assert(sizeof(struct pvh_note) == 24, "note");

#endif
