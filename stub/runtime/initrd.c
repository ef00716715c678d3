/* SPDX-License-Identifier: MIT */
/*
 * Linux: Documentation/arch/x86/boot.rst, zero-page.rst.
 * multiboot: Multiboot specification 0.6.96, 3.3 "Boot information format".
 * multiboot2: Multiboot2 specification 2.0, 3.6.6 "Modules".
 * PVH: Xen, xen/include/public/arch-x86/hvm/start_info.h.
 */
#include "runtime/initrd.h"

#include "abi/boot_params.h"
#include "abi/layout.h"
#include "common/mem.h"
#include "common/units.h"
#include "entry/loader_info.h"
#include "hardware/io.h"
#include "hardware/paging.h"

#define MULTIBOOT_HAS_MODULES  0x8u     /* flags, the first dword */
#define MULTIBOOT_MODULE_COUNT 20
#define TAG_MODULE             3u
#define TAG_MODULE_START       8
#define TAG_MODULE_END         12
#define PVH_MODULE_COUNT       12

/* A range anywhere in physical memory. */
struct range {
	uint64_t base, size;
};

extern char flat_end[];

void *initrd_work(uint32_t size)
{
	uint32_t start = ((uint32_t)flat_end + PAGE - 1) & -PAGE;

	return start + size > SERVICES_END ? NULL : memset((void *)start, 0, size);
}

void *paging_memory(uint32_t size)
{
	return initrd_work(size);
}

/* With the 16-bit entry, boot_params outside the setup header has the image's bytes. */
static struct range of_linux(uint32_t loader, uint32_t info)
{
	const struct boot_params *params = (const void *)info;
	struct range r = { params->header.ramdisk_image, params->header.ramdisk_size };

	if (loader != LOADER_LINUX16) {
		r.base |= (uint64_t)params->initrd_high << 32;
		r.size |= (uint64_t)params->initrd_size_high << 32;
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
static uint32_t from_low_memory(const struct range *r, const struct loaded *loaded)
{
	uint32_t to = loaded->info + STUB_SCRATCH, at = (uint32_t)r->base;
	uint32_t from = at > STUB_HOME ? at : STUB_HOME;
	uint32_t end = at + (uint32_t)r->size;

	memmove((void *)to, (const void *)at, (uint32_t)r->size);
	/* The entry code has saved the old contents of the stub's home. */
	if (end > STUB_HOME + STUB_HOME_SIZE)
		end = STUB_HOME + STUB_HOME_SIZE;
	if (from < end)
		memcpy((void *)(to + from - at),
		       (const void *)(loaded->info + LOADER_INFO + from - STUB_HOME), end - from);
	return to;
}

/* Page-aligned memory for size bytes in a range, below 4 GiB, outside the image; 0: none. */
static uint32_t room_in(const struct rj_memory *row, const struct loaded *loaded, uint32_t size)
{
	uint64_t start = (row->base + PAGE - 1) & -(uint64_t)PAGE, end = row->base + row->size;
	uint64_t behind = (uint64_t)loaded->info + STUB_SCRATCH;

	if (start < HIGH_MEMORY)
		start = HIGH_MEMORY;
	if (end > FOUR_GIB - PAGE)
		end = FOUR_GIB - PAGE;
	if (start < loaded->image && end > loaded->image && start + size <= loaded->image)
		return (uint32_t)start;
	if (start < behind && end > loaded->image)
		start = behind;
	return row->type == RJ_MEMORY_FREE && start + size <= end ? (uint32_t)start : 0;
}

static uint32_t find_room(const struct loaded *loaded, uint32_t size)
{
	uint32_t room = 0;

	for (uint32_t i = 0; i < loaded->memory_count && !room; i++)
		room = room_in(&loaded->memory[i], loaded, size);
	return room;
}

enum initrd_error initrd_find(uint32_t loader, const struct loaded *loaded, struct initrd *initrd)
{
	struct range r = find(loader, loaded->info);

	if (!r.size)
		return INITRD_NOTHING;
	if (r.base < (uint64_t)loaded->info + STUB_SCRATCH && loaded->image < r.base + r.size)
		return INITRD_OVERLAPS;
	*initrd = (struct initrd){ (uint32_t)r.base, (uint32_t)r.size };
	if (r.base < HIGH_MEMORY) {
		initrd->address = from_low_memory(&r, loaded);
	} else if (r.base + r.size > FOUR_GIB) {
		initrd->address = r.size >> 32 ? 0 : find_room(loaded, initrd->size);
		if (!initrd->address)
			return INITRD_NO_ROOM;
		if (!paging_copy((void *)initrd->address, r.base, initrd->size))
			return INITRD_NO_ROOM;
	}
	return INITRD_FINE;
}
