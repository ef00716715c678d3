/* SPDX-License-Identifier: MIT */
/*
 * GRUB's core.img for i386-pc as grub-mkimage writes it: diskboot.img in the
 * first sector, then a decompressor and what it decompresses. See GRUB's
 * grub-core/boot/i386/pc/{diskboot,startup_raw}.S.
 */
#ifndef RJ_GRUB_CORE_H
#define RJ_GRUB_CORE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"

#define GRUB_SECTOR         512u
#define GRUB_CORE_ADDRESS   0x8000u
#define GRUB_CORE_START     (GRUB_CORE_ADDRESS + GRUB_SECTOR) /* of its code */
#define GRUB_CORE_MAX       0x78000u    /* what grub-mkimage allows */

/* The list of the other sectors of core.img grows down from the end of diskboot.img. */
struct grub_block {
	uint64_t start;         /* in sectors of the disk */
	uint16_t length;        /* in sectors; 0 ends the list */
	uint16_t segment;       /* where it is loaded */
};
#define GRUB_BLOCK_SIZE     12u

/* The start of the second sector, where execution starts. */
struct grub_core_head {
	uint8_t jump[8];
	uint32_t compressed_size;
	uint32_t uncompressed_size;
	uint32_t redundancy;            /* bytes of Reed-Solomon code at the end */
	uint32_t no_redundancy_length;  /* bytes before the protected ones */
};
static_assert(offsetof(struct grub_core_head, compressed_size) == 8, "startup_raw");
static_assert(offsetof(struct grub_core_head, redundancy) == 16, "startup_raw");
static_assert(sizeof(struct grub_core_head) == 24, "startup_raw");

/* Whether a sector is diskboot.img. */
bool grub_is_diskboot(const uint8_t *sector);

/*
 * Block n of a diskboot sector; false after the end of the list. A list that runs into the
 * code ends there.
 */
bool grub_block_at(const uint8_t *sector, size_t n, struct grub_block *block);

/*
 * Checks the size bytes of a core.img that starts with diskboot.img; at least a sector must be
 * readable. Fails if it is larger than GRUB_CORE_MAX, damaged, or if its own headers require
 * more bytes: exact to the byte, except with unknown decompressors.
 */
enum rj_err grub_core_check(const uint8_t *core, size_t size, struct rj_error *err);

/* Sets the error for a core.img of more than `most` bytes. */
enum rj_err grub_core_too_large(uint64_t size, uint32_t most, struct rj_error *err);

/* Whether these GRUB_SECTOR bytes start a core.img of size bytes without diskboot.img. */
bool grub_is_bare_core(const uint8_t *head, uint64_t size);

/*
 * The same check as grub_core_check for a core.img without diskboot.img, hence without a block
 * list.
 */
enum rj_err grub_bare_core_check(const uint8_t *core, size_t size, struct rj_error *err);

#endif
