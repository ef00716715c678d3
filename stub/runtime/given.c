/* SPDX-License-Identifier: MIT */
/*
 * Linux: Documentation/arch/x86/boot.rst, zero-page.rst.
 * multiboot: Multiboot specification 0.6.96, 3.3 "Boot information format".
 * multiboot2: Multiboot2 specification 2.0, 3.6.6 "Modules".
 * PVH: Xen, xen/include/public/arch-x86/hvm/start_info.h.
 */
#include "runtime/given.h"

#include "abi/layout.h"
#include "common/mem.h"
#include "common/units.h"
#include "entry/loader_info.h"
#include "hardware/io.h"
#include "install/memory.h"
#include "install/paging.h"

#define LARGE    0x200000u      /* bytes mapped at a time */

#define RAMDISK_IMAGE      0x218        /* offsets in boot_params */
#define RAMDISK_SIZE       0x21C
#define EXT_RAMDISK_IMAGE  0xC0
#define EXT_RAMDISK_SIZE   0xC4
#define E820_COUNT         0x1E8        /* a byte */
#define E820_TABLE         0x2D0

#define MULTIBOOT_HAS_MODULES  0x8u     /* flags, the first dword */
#define MULTIBOOT_MODULE_COUNT 20
#define TAG_MODULE             3u
#define TAG_MODULE_START       8
#define TAG_MODULE_END         12
#define PVH_MODULE_COUNT       12

struct e820 {
	uint64_t base, size;
	uint32_t type;
} __attribute__((packed));
#define E820_RAM 1u

/* A range anywhere in physical memory. */
struct range {
	uint64_t base, size;
};

extern char flat_end[];

void *given_work(uint32_t size)
{
	uint32_t start = ((uint32_t)flat_end + PAGE - 1) & -PAGE;

	return start + size > SERVICES_END ? NULL : memset((void *)start, 0, size);
}

/* For paging.c. */
void *memory_alloc(uint32_t size, uint32_t alignment)
{
	(void)alignment;
	return given_work(size);
}

static uint64_t read64(uint32_t address)
{
	return (uint64_t)read32(address + 4) << 32 | read32(address);
}

/* With the 16-bit entry, boot_params outside the setup header has the image's bytes. */
static struct range of_linux(uint32_t loader, uint32_t info)
{
	struct range r = { read32(info + RAMDISK_IMAGE), read32(info + RAMDISK_SIZE) };

	if (loader != LOADER_LINUX16) {
		r.base |= (uint64_t)read32(info + EXT_RAMDISK_IMAGE) << 32;
		r.size |= (uint64_t)read32(info + EXT_RAMDISK_SIZE) << 32;
	}
	return r;
}

static struct range from_to(uint32_t from, uint32_t end)
{
	return (struct range){ from, end > from ? end - from : 0 };
}

static struct range find(uint32_t loader, uint32_t info)
{
	uint32_t row = info + MODULE_ROW;

	switch (loader) {
	case LOADER_LINUX16:
	case LOADER_LINUX32:
	case LOADER_LINUX64:
		return of_linux(loader, info);
	case LOADER_MULTIBOOT:
		if (read32(info) & MULTIBOOT_HAS_MODULES && read32(info + MULTIBOOT_MODULE_COUNT))
			return from_to(read32(row), read32(row + 4));
		break;
	case LOADER_MULTIBOOT2:
		row = multiboot2_tag(info, TAG_MODULE);
		if (row)
			return from_to(read32(row + TAG_MODULE_START), read32(row + TAG_MODULE_END));
		break;
	case LOADER_PVH:
		if (read32(info + PVH_MODULE_COUNT))
			return (struct range){ read64(row), read64(row + 8) };
		break;
	}
	return (struct range){ 0 };
}

/* Moves the file after the image and the stub's memory, which are above 1 MiB. */
static uint32_t from_low_memory(const struct range *r, const struct place *place)
{
	uint32_t to = place->info + STUB_SCRATCH, at = (uint32_t)r->base;
	uint32_t from = at > STUB_HOME ? at : STUB_HOME;
	uint32_t end = at + (uint32_t)r->size;

	memmove((void *)to, (const void *)at, (uint32_t)r->size);
	/* The entry code has saved the old contents of the stub's home. */
	if (end > STUB_HOME + STUB_HOME_SIZE)
		end = STUB_HOME + STUB_HOME_SIZE;
	if (from < end)
		memcpy((void *)(to + from - at),
		       (const void *)(place->info + LOADER_INFO + from - STUB_HOME), end - from);
	return to;
}

/* Page-aligned memory for size bytes in a range, below 4 GiB, outside the image; 0: none. */
static uint32_t room_in(const struct e820 *row, const struct place *place, uint32_t size)
{
	uint64_t start = (row->base + PAGE - 1) & -(uint64_t)PAGE, end = row->base + row->size;
	uint64_t behind = (uint64_t)place->info + STUB_SCRATCH;

	if (start < HIGH_MEMORY)
		start = HIGH_MEMORY;
	if (end > FOUR_GIB - PAGE)
		end = FOUR_GIB - PAGE;
	if (start < place->image && end > place->image && start + size <= place->image)
		return (uint32_t)start;
	if (start < behind && end > place->image)
		start = behind;
	return row->type == E820_RAM && start + size <= end ? (uint32_t)start : 0;
}

static uint32_t find_room(const struct place *place, uint32_t size)
{
	const struct e820 *table = (const void *)(place->info + E820_TABLE);
	uint32_t room = 0;

	for (uint32_t i = 0; i < read8(place->info + E820_COUNT) && !room; i++)
		room = room_in(&table[i], place, size);
	return room;
}

/* Copies through windows, as 32-bit code reaches only 4 GiB at a time. */
static void copy_from_above(uint32_t to, uint64_t from, uint32_t size)
{
	while (size) {
		uint32_t part = LARGE - ((uint32_t)from & (LARGE - 1));

		if (part > size)
			part = size;
		memcpy((void *)to, (const void *)paging_map(from, part), part);
		paging_forget();
		to += part;
		from += part;
		size -= part;
	}
	paging_end();
}

enum given_error given_find(uint32_t loader, const struct place *place, struct given *given)
{
	struct range r = find(loader, place->info);

	if (!r.size)
		return GIVEN_NOTHING;
	if (r.base < (uint64_t)place->info + STUB_SCRATCH && place->image < r.base + r.size)
		return GIVEN_OVERLAPS;
	*given = (struct given){ (uint32_t)r.base, (uint32_t)r.size };
	if (r.base < HIGH_MEMORY) {
		given->address = from_low_memory(&r, place);
	} else if (r.base + r.size > FOUR_GIB) {
		given->address = r.size >> 32 ? 0 : find_room(place, given->size);
		if (!given->address)
			return GIVEN_NO_ROOM;
		copy_from_above(given->address, r.base, given->size);
	}
	return GIVEN_FINE;
}
