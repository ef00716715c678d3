/* SPDX-License-Identifier: MIT */
#include "install/ram_disk.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/maker.h"
#include "common/mem.h"
#include "hardware/ram.h"
#include "install/inflate.h"
#include "install/memory.h"
#include "install/modules.h"

#define WORK_ALIGNMENT 16u

static const struct rj_stub *stub;

/* Returns where the disk is now. One that is only moved may overlap its final address. */
static uint32_t take_disk(const struct rj_disk_image *image)
{
	struct rj_piece *disk = rj_piece_with(stub->manifest, RJ_PIECE_DISK);
	uint32_t at = disk ? disk->address : image->address;

	if (disk && !(image->flags & RJ_DISK_DEFLATED))
		disk->address = disk->size = 0;
	return at;
}

/* Returns whether the result is the disk. */
static bool unpack(const struct rj_disk_image *image, void *to, const void *from)
{
	const struct rj_module *module = module_find("inflate");
	const struct rj_inflate *inflater;
	void *work;

	if (!(image->flags & RJ_DISK_DEFLATED)) {
		memmove(to, from, image->contents);
		return stub->crc32(0, to, image->contents) == image->crc;
	}
	if (!module)
		stub->fail("the image has no module that unpacks the disk; pack it again");
	work = memory_alloc(RJ_INFLATE_WORK, WORK_ALIGNMENT);
	if (!work)
		stub->fail("not enough memory to unpack the disk");
	inflater = module_interface(module_load(module));
	return !inflater->inflate(to, image->contents, from, image->packed_size, work)
		&& inflater->sum(to, image->contents, stub->crc32, work) == image->crc;
}

/* Fails if RAM at these addresses is why a disk there is damaged. Overwrites it. */
static void check_ram(uint32_t address, uint32_t size)
{
	if (!ram_holds(address, size))
		stub->fail("the disk reads back wrong at %x; bad or missing RAM?", address);
}

/* Returns the code that makes a disk of the loader's file; NULL: there is none. */
static rj_disk_maker *disk_maker(void)
{
	const struct rj_piece *maker = rj_piece_with(stub->manifest, RJ_PIECE_MAKER);

	return maker ? (rj_disk_maker *)maker->address : NULL;
}

uint32_t ram_disk_place(const struct rj_stub *from, struct rj_services *services)
{
	static const struct rj_maker_memory memory = {
		memory_find, memory_reserve, memory_alloc };
	const struct rj_disk_image *image = &services->image;
	uint32_t source, at;
	rj_disk_maker *make;

	stub = from;
	make = disk_maker();
	if (!image->size)
		return 0;
	if (make)
		return make(stub, services, &memory);
	source = take_disk(image);
	at = memory_reserve(image->size);
	if (!at)
		stub->fail("no free range of memory has %u bytes for the disk", image->size);
	if (!unpack(image, (void *)at, (const void *)source)) {
		check_ram(at, image->contents);
		check_ram(source, image->packed_size);
		stub->fail("the disk is damaged; load the image again");
	}
	memset((void *)(at + image->contents), 0, image->size - image->contents);
	return at;
}
