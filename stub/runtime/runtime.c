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
#include "runtime/given.h"
#include "runtime/gzip.h"

uint32_t runtime(struct rj_stub *from, uint32_t image, uint32_t loader);

static const struct rj_stub *stub;

static struct rj_piece *pieces(void)
{
	return (struct rj_piece *)(stub->manifest + 1);
}

static void check(const char *name, uint32_t found, uint32_t expected)
{
	if (found != expected)
		stub->fail("%s of the payload file is damaged (CRC-32 expected %x, found %x)",
			   name, expected, found);
}

/* Replaces the stub's manifest with the file's. */
static void take_payload(const struct given *given)
{
	const struct rj_manifest *theirs = (const void *)given->address;
	struct rj_manifest *m = stub->manifest;

	if (theirs->version != RJ_MANIFEST_VERSION)
		stub->fail("the payload file is of version %u, and this of version %u; "
			   "use both of one rjpack", theirs->version, RJ_MANIFEST_VERSION);
	if (given->size < sizeof(*theirs) || theirs->piece_count > RJ_MAX_PIECES
	    || theirs->size != sizeof(*theirs) + theirs->piece_count * sizeof(struct rj_piece)
	    || theirs->image_size < theirs->size || theirs->image_size > given->size)
		stub->fail("the payload file is damaged, or cut short; load it again");
	memcpy(m, theirs, theirs->size);
	m->crc = 0;
	check("the manifest", stub->crc32(0, m, m->size), theirs->crc);
	for (uint32_t i = 0; i < m->piece_count; i++) {
		const struct rj_piece *p = &pieces()[i];

		check(p->name, stub->crc32(0, (const void *)(given->address + p->offset), p->size),
		      p->crc);
	}
}

/* Returns the piece with this flag; does not return if there is none. */
static struct rj_piece *find_piece(uint32_t flag)
{
	for (uint32_t i = 0; i < stub->manifest->piece_count; i++)
		if (pieces()[i].flags == flag)
			return &pieces()[i];
	stub->fail("this image boots nothing that is given to it; pack it with --boot given");
	return NULL;
}

/* The piece of this code is not placed. */
static void drop_runtime(void)
{
	struct rj_piece *p = find_piece(RJ_PIECE_RUNTIME);
	struct rj_piece *end = pieces() + --stub->manifest->piece_count;

	memmove(p, p + 1, (size_t)((uint8_t *)end - (uint8_t *)p));
}

/* Nothing may overwrite a file to be unpacked, so it becomes a piece, already in place. */
static void keep(const struct given *given, uint32_t image, uint32_t crc)
{
	struct rj_piece *p = pieces() + stub->manifest->piece_count++;

	*p = (struct rj_piece){ ".disk", 0, given->address, given->address - image, given->size,
				crc };
}

/*
 * Leaves the file to maker.c, which runs when the memory is known. A file
 * that is only moved may overlap its final address. The services stay where
 * they are in the image: elsewhere they could overwrite the file.
 */
static void hand_over(const struct given *given, uint32_t image)
{
	struct rj_piece *services = find_piece(RJ_PIECE_SERVICES);
	uint32_t crc = stub->crc32(0, (const void *)given->address, given->size);

	services->address = image + services->offset;
	((struct rj_services *)services->address)->image = (struct rj_disk_image){
		given->address, given->size, given->size, crc, 0, given->size };
	services->crc = stub->crc32(0, (const void *)(image + services->offset), services->size);
	drop_runtime();
	if (gzip_is((const void *)given->address, given->size))
		keep(given, image, crc);
}

static void find_given(uint32_t image, uint32_t loader, struct given *given)
{
	struct place place = { image, (image + stub->manifest->image_size + PAGE - 1) & -PAGE,
			       stub->memory, stub->memory_count };

	switch (given_find(loader, &place, given)) {
	case GIVEN_NOTHING:
		stub->fail("nothing was given to boot; give a payload file, a disk's image or a "
			   "boot sector as initrd or module");
		break;
	case GIVEN_OVERLAPS:
		stub->fail("the loader put what was given over this image");
		break;
	case GIVEN_NO_ROOM:
		stub->fail("what was given is above 4 GiB, and the loader names no room for it "
			   "below");
		break;
	case GIVEN_FINE:
		break;
	}
	if (stub->manifest->flags & RJ_VERBOSE)
		stub->print("given: %u bytes at %x", given->size, given->address);
}

__attribute__((section(".first")))
uint32_t runtime(struct rj_stub *from, uint32_t image, uint32_t loader)
{
	struct given given;

	stub = from;
	find_given(image, loader, &given);
	if (given.size >= sizeof(uint32_t) && le32((const void *)given.address) == RJ_MANIFEST_MAGIC) {
		take_payload(&given);
		return given.address;
	}
	hand_over(&given, image);
	return image;
}
