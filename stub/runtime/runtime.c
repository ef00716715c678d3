/* SPDX-License-Identifier: MIT */
/*
 * Boots the file that the loader supplies. A payload file has its own manifest;
 * anything else is left to the piece in the stub's own image that makes disks.
 */
#include "abi/runtime.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/services.h"
#include "common/le.h"
#include "common/mem.h"
#include "common/units.h"
#include "runtime/initrd.h"
#include "runtime/gzip.h"

uint32_t runtime(struct rj_stub *from, uint32_t image, uint32_t loader);

static const struct rj_stub *stub;

static struct rj_piece *pieces(void)
{
	return (struct rj_piece *)(stub->manifest + 1);
}

/* Replaces the stub's manifest with the file's. The stub checks the pieces when it has moved them. */
static void take_payload(const struct initrd *initrd)
{
	const struct rj_manifest *theirs = (const void *)initrd->address;
	struct rj_manifest *m = stub->manifest;
	uint32_t found;

	if (theirs->version != RJ_MANIFEST_VERSION)
		stub->fail("the payload file has version %u, this image version %u; "
			   "pack both with the same rjpack", theirs->version, RJ_MANIFEST_VERSION);
	if (initrd->size < sizeof(*theirs) || theirs->piece_count > RJ_MAX_PIECES
	    || theirs->size != sizeof(*theirs) + theirs->piece_count * sizeof(struct rj_piece)
	    || theirs->image_size < theirs->size || theirs->image_size > initrd->size)
		stub->fail("the payload file is cut short or damaged; load it again");
	memcpy(m, theirs, theirs->size);
	m->crc = 0;
	found = stub->crc32(0, m, m->size);
	if (found != theirs->crc)
		stub->fail("the manifest of the payload file is damaged (CRC-32 expected %x, found %x)",
			   theirs->crc, found);
}

/* Returns the piece with this flag; does not return if there is none. */
static struct rj_piece *find_piece(uint32_t flag)
{
	struct rj_piece *piece = rj_piece_with(stub->manifest, flag);

	if (!piece)
		stub->fail("this image does not boot an initrd; pack it with --boot initrd");
	return piece;
}

/* The piece of this code is not placed. */
static void drop_runtime(void)
{
	struct rj_piece *p = find_piece(RJ_PIECE_RUNTIME);
	struct rj_piece *end = pieces() + --stub->manifest->piece_count;

	memmove(p, p + 1, (size_t)((uint8_t *)end - (uint8_t *)p));
}

/* Nothing may overwrite a file to be unpacked, so it becomes a piece that does not move. */
static void keep(const struct initrd *initrd, uint32_t image)
{
	struct rj_piece *p = pieces() + stub->manifest->piece_count++;

	*p = (struct rj_piece){ ".disk", RJ_PIECE_DISK, initrd->address, initrd->address - image,
				initrd->size, 0 };
}

/*
 * Leaves the file to maker.c, which runs when the memory is known; it has no CRC-32 but a gzip
 * file's own. A file that is only moved may overlap its final address. The services stay where
 * they are in the image: elsewhere they could overwrite the file.
 */
static void hand_over(const struct initrd *initrd, uint32_t image)
{
	struct rj_piece *services = find_piece(RJ_PIECE_SERVICES);

	services->address = image + services->offset;
	((struct rj_services *)services->address)->image = (struct rj_disk_image){
		initrd->address, initrd->size, initrd->size, 0, 0, initrd->size };
	services->crc = stub->crc32(0, (const void *)(image + services->offset), services->size);
	drop_runtime();
	if (gzip_is((const void *)initrd->address, initrd->size))
		keep(initrd, image);
}

static void find_initrd(uint32_t image, uint32_t loader, struct initrd *initrd)
{
	struct loaded loaded = { image, (image + stub->manifest->image_size + PAGE - 1) & -PAGE,
				 stub->memory, stub->memory_count };

	switch (initrd_find(loader, &loaded, initrd)) {
	case INITRD_NOTHING:
		stub->fail("no initrd or module; load a payload file, a disk image or a boot sector "
			   "as one");
		break;
	case INITRD_OVERLAPS:
		stub->fail("the loader has put the initrd over this image");
		break;
	case INITRD_NO_ROOM:
		stub->fail("the initrd is above 4 GiB, and the loader reports no free memory for "
			   "it below");
		break;
	case INITRD_FINE:
		break;
	}
	if (stub->manifest->flags & RJ_VERBOSE)
		stub->print("initrd: %u bytes at %x", initrd->size, initrd->address);
}

__attribute__((section(".first")))
uint32_t runtime(struct rj_stub *from, uint32_t image, uint32_t loader)
{
	struct initrd initrd;

	stub = from;
	find_initrd(image, loader, &initrd);
	if (initrd.size >= sizeof(uint32_t) && le32((const void *)initrd.address) == RJ_MANIFEST_MAGIC) {
		take_payload(&initrd);
		return initrd.address;
	}
	hand_over(&initrd, image);
	return image;
}
