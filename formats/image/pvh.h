/* SPDX-License-Identifier: MIT */
/*
 * The ELF note that tells Xen and QEMU where to enter an image without a BIOS's help:
 * Xen's docs/misc/pvh.pandoc and xen/include/public/elfnote.h.
 */
#ifndef RJ_PVH_H
#define RJ_PVH_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define PVH_NOTE_NAME   "Xen"
#define PVH_NOTE_ENTRY  18u             /* XEN_ELFNOTE_PHYS32_ENTRY */

struct pvh_note {
	uint32_t name_size;             /* with the NUL */
	uint32_t entry_size;
	uint32_t type;
	char name[4];
	uint32_t entry;                 /* physical, entered in 32-bit mode */
	uint32_t entry_high;            /* of an ELF64 file loaders read 64 bits */
};
static_assert(offsetof(struct pvh_note, name) == 12, "note");
static_assert(sizeof(struct pvh_note) == 24, "note");

#endif
