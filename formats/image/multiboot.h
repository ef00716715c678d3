/* SPDX-License-Identifier: MIT */
/*
 * The multiboot headers of an image: Multiboot specification 0.6.96, Multiboot2 2.0.
 */
#ifndef RJ_MULTIBOOT_H
#define RJ_MULTIBOOT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MULTIBOOT2_MAGIC    0xE85250D6u
#define MULTIBOOT2_I386     0u
#define MULTIBOOT2_ALIGN    8u
#define MULTIBOOT2_ENTRY    3u          /* type of the entry address tag */
#define MULTIBOOT2_END      0u          /* type of the last tag */
#define MULTIBOOT2_OPTIONAL 1u

struct multiboot2_tag {
	uint16_t type;
	uint16_t flags;
	uint32_t size;
};
static_assert(sizeof(struct multiboot2_tag) == 8, "tag");

struct multiboot2_header {
	uint32_t magic;
	uint32_t architecture;
	uint32_t length;        /* of the whole header */
	uint32_t checksum;      /* makes the sum of these four numbers 0 */
	struct multiboot2_tag entry;
	uint32_t entry_address;
	uint32_t padding;
	struct multiboot2_tag end;
};
static_assert(offsetof(struct multiboot2_header, entry) == 16, "first tag");
static_assert(offsetof(struct multiboot2_header, end) == 32, "tags are 8-aligned");
static_assert(sizeof(struct multiboot2_header) == 40, "multiboot2 header");

#define MULTIBOOT_MAGIC     0x1BADB002u
#define MULTIBOOT_SEARCH    8192u       /* the header is below this offset */
#define MULTIBOOT_FLAGS     0x00000003u /* modules on page boundaries; memory information */

struct multiboot_header {
	uint32_t magic;
	uint32_t flags;
	uint32_t checksum;      /* makes the sum of these three numbers 0 */
};
static_assert(sizeof(struct multiboot_header) == 12, "multiboot header");

/*
 * Whether these bytes have a multiboot 1 header at a multiple of 4; *at is then its offset.
 */
bool multiboot_find(const uint8_t *bytes, size_t size, size_t *at);

/* Fills in the sizeof(struct multiboot_header) bytes at `to`. */
void multiboot_store(void *to);

/* Fills in the sizeof(struct multiboot2_header) bytes at `to`. */
void multiboot2_store(void *to, uint32_t entry_address);

#endif
