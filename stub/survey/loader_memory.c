/* SPDX-License-Identifier: MIT */
/*
 * Linux: Documentation/arch/x86/boot.rst, zero-page.rst.
 * multiboot: Multiboot specification 0.6.96, 3.3 "Boot information format".
 * multiboot2: Multiboot2 specification 2.0, 3.6.8 "Memory map".
 * PVH: Xen, xen/include/public/arch-x86/hvm/start_info.h.
 */
#include "survey/loader_memory.h"

#include "abi/boot_params.h"
#include "abi/layout.h"
#include "common/units.h"
#include "entry/loader_info.h"
#include "hardware/io.h"
#include "survey/reach.h"

#define SETUP_DATA_MAX 64u              /* elements, in case the list is circular */

#define MULTIBOOT_HAS_SIZES 0x01u       /* flags, the first dword */
#define MULTIBOOT_HAS_MAP   0x40u
#define MULTIBOOT_LOWER     4           /* in KiB, as is the memory from 1 MiB on, */
#define MULTIBOOT_UPPER     8           /* up to the first hole */
#define MULTIBOOT_MAP_SIZE  44          /* bytes, then the address; */
#define MULTIBOOT_MAP       48          /* before each row its size */

#define TAG_MAP           6u
#define TAG_MAP_ROW_SIZE  8
#define TAG_MAP_ROWS      16

#define PVH_VERSION       4
#define PVH_MAP           40            /* address, 64 bits, and number of rows; version 1 */
#define PVH_MAP_COUNT     48
#define PVH_ROW           24u           /* bytes */

struct list {
	struct rj_memory *rows;
	uint32_t count, max;
	bool more;
};

/* Reads a row; returns false if it cannot be read or has no room. */
static bool add_at(struct list *list, uint64_t address)
{
	list->more = list->count == list->max;
	if (list->more || !reach(&list->rows[list->count], address, sizeof(*list->rows)))
		return false;
	list->count++;
	return true;
}

static void add_all(struct list *list, uint64_t address, uint32_t count, uint32_t step)
{
	while (count-- && add_at(list, address))
		address += step;
}

uint64_t setup_data_find(uint32_t info, uint32_t type, uint64_t after, uint32_t *length)
{
	uint64_t at = read64(info + offsetof(struct boot_params, header.setup_data));
	struct setup_data element;
	bool is_next = !after;

	for (uint32_t i = 0; at && i < SETUP_DATA_MAX; i++) {
		uint64_t bytes = at + sizeof(element);

		if (!reach(&element, at, sizeof(element)))
			break;
		if (is_next && element.type == type) {
			*length = element.length;
			return bytes;
		}
		is_next |= bytes == after;
		at = element.next;
	}
	return 0;
}

static void of_linux(struct list *list, uint32_t info)
{
	uint32_t count = read8(info + offsetof(struct boot_params, e820_count)), length;
	uint64_t at = 0;

	if (count > BOOT_PARAMS_E820_MAX)
		count = BOOT_PARAMS_E820_MAX;
	add_all(list, info + offsetof(struct boot_params, e820), count, sizeof(*list->rows));
	for (uint32_t i = 0; i < SETUP_DATA_MAX; i++) {
		at = setup_data_find(info, SETUP_E820_EXT, at, &length);
		if (!at)
			break;
		add_all(list, at, length / sizeof(*list->rows), sizeof(*list->rows));
	}
}

static void of_multiboot(struct list *list, uint32_t info)
{
	uint32_t flags = read32(info), at = read32(info + MULTIBOOT_MAP), size;
	uint32_t end = at + read32(info + MULTIBOOT_MAP_SIZE);

	if (flags & MULTIBOOT_HAS_MAP) {
		for (; at < end && reach(&size, at, sizeof(size)); at += (uint32_t)sizeof(size) + size)
			if (size < sizeof(*list->rows) || size > PAGE
			    || !add_at(list, at + sizeof(size)))
				break;
	} else if (flags & MULTIBOOT_HAS_SIZES && list->max >= 2) {
		list->rows[0] = (struct rj_memory){
			0, (uint64_t)read32(info + MULTIBOOT_LOWER) * KIB, RJ_MEMORY_FREE };
		list->rows[1] = (struct rj_memory){
			HIGH_MEMORY, (uint64_t)read32(info + MULTIBOOT_UPPER) * KIB,
			RJ_MEMORY_FREE };
		list->count = 2;
	}
}

static void of_multiboot2(struct list *list, uint32_t info)
{
	uint32_t tag = multiboot2_tag(info, TAG_MAP), size, step;

	if (!tag)
		return;
	size = read32(tag + 4);
	step = read32(tag + TAG_MAP_ROW_SIZE);
	if (size > TAG_MAP_ROWS && step >= sizeof(*list->rows))
		add_all(list, tag + TAG_MAP_ROWS, (size - TAG_MAP_ROWS) / step, step);
}

uint32_t loader_memory(uint32_t loader, uint32_t info, struct rj_memory *rows, uint32_t max,
		       bool *more)
{
	struct list list = { rows, 0, max, false };

	switch (loader) {
	case LOADER_LINUX32:
	case LOADER_LINUX64:
		of_linux(&list, info);
		break;
	case LOADER_MULTIBOOT:
		of_multiboot(&list, info);
		break;
	case LOADER_MULTIBOOT2:
		of_multiboot2(&list, info);
		break;
	case LOADER_PVH:
		if (read32(info + PVH_VERSION))
			add_all(&list, read64(info + PVH_MAP), read32(info + PVH_MAP_COUNT), PVH_ROW);
		break;
	}
	*more = list.more;
	return list.count;
}
