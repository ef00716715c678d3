/* SPDX-License-Identifier: MIT */
/*
 * A payload file brings its own manifest. A disk's image or a boot sector goes into the
 * pieces of the image that the stub came in, which has one for a boot sector and services.
 */
#include "runtime.h"

#include <stdbool.h>
#include <stddef.h>

#include "boot_sector.h"
#include "disk.h"
#include "disk_geometry.h"
#include "foreign.h"
#include "given.h"
#include "gzip.h"
#include "le.h"
#include "mem.h"
#include "services/inflate.h"

#define PAGE        4096u
#define HDRS_AT     0x202u      /* Linux/x86 boot protocol: setup_header.header */
#define HDRS        "HdrS"
#define ISO_AT      0x8001u     /* ECMA-119, 8.1: the standard identifier */
#define ISO         "CD001"
#define PACK_IT     "pack it with rjpack --format payload"

uint32_t runtime(const struct rj_stub *from, uint32_t image, uint32_t loader);

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

/* The manifest of the file in the place of the stub's. */
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

/* The piece with this flag, or without any at this address. */
static struct rj_piece *find_piece(uint32_t flags, uint32_t address)
{
	for (uint32_t i = 0; i < stub->manifest->piece_count; i++)
		if (pieces()[i].flags == flags && pieces()[i].address == address)
			return &pieces()[i];
	stub->fail("this image boots nothing that is given to it; pack it with --boot given");
	return NULL;
}

/* This code is not among what is placed. */
static void drop_runtime(void)
{
	struct rj_piece *p = find_piece(RJ_PIECE_RUNTIME, SERVICES);
	struct rj_piece *end = pieces() + --stub->manifest->piece_count;

	memmove(p, p + 1, (size_t)((uint8_t *)end - (uint8_t *)p));
}

static void *bytes_of(const struct rj_piece *p, uint32_t image)
{
	return (void *)(image + p->offset);
}

static void sum_up(struct rj_piece *p, uint32_t image)
{
	p->crc = stub->crc32(0, bytes_of(p, image), p->size);
}

static void take_sector(const uint8_t *sector, uint32_t image)
{
	struct rj_piece *p = find_piece(0, BOOT_SECTOR);

	memcpy(bytes_of(p, image), sector, SECTOR_SIZE);
	sum_up(p, image);
}

/* The block behind the installer: the first place from which its size leads to the end. */
static struct rj_services *services_in(const struct rj_piece *p, uint32_t image)
{
	uint8_t *bytes = bytes_of(p, image);

	for (uint32_t at = 0; at + sizeof(struct rj_services) <= p->size; at++) {
		struct rj_services *services = (void *)(bytes + at);

		if (services->magic == RJ_SERVICES_MAGIC && services->size == p->size - at)
			return services;
	}
	stub->fail("this image has no services");
	return NULL;
}

static void take_drive(const struct rj_disk_image *disk, const uint8_t *sector, uint32_t image)
{
	struct rj_piece *p = find_piece(RJ_PIECE_SERVICES, SERVICES);
	struct rj_services *services = services_in(p, image);
	struct rj_regs *regs = &stub->manifest->regs;

	services->image = *disk;
	disk_describe(&services->drives[0], sector, disk->size);
	services->boot_drive = services->drives[0].number;
	sum_up(p, image);
	take_sector(sector, image);
	regs->edx = (regs->edx & ~0xFFu) | services->boot_drive;
}

/* What is no disk's image, by its first bytes. */
static void refuse_others(const uint8_t *sector, uint32_t size)
{
	const struct rj_foreign *foreign = rj_foreign_of(sector);

	if (foreign)
		stub->fail("what was given is %s; %s", foreign->name, foreign->todo);
	if (size > SECTOR_SIZE && memcmp(sector + HDRS_AT, HDRS, sizeof(HDRS) - 1) == 0)
		stub->fail("what was given is a Linux kernel; " PACK_IT);
	if (!boot_sector_is_signed(sector) && !rj_floppy_of_size(size))
		stub->fail("what was given is no payload file, and no disk by its first sector; "
			   PACK_IT);
	if (size % SECTOR_SIZE)
		stub->fail("what was given has %u bytes, which are no whole sectors; " PACK_IT
			   " and --disk", size);
}

/* The installer moves it to where it stays. It may overlap that place. */
static void take_disk(const struct given *given, uint32_t image)
{
	const uint8_t *bytes = (const void *)given->address;
	struct rj_disk_image disk = { given->address, given->size, given->size, 0, 0 };

	if (given->size > ISO_AT + sizeof(ISO) && memcmp(bytes + ISO_AT, ISO, sizeof(ISO) - 1) == 0)
		stub->fail("what was given is a CD's image; " PACK_IT " and --disk");
	disk.crc = stub->crc32(0, bytes, given->size);
	take_drive(&disk, bytes, image);
}

/* Nothing may overlap what is unpacked, so it becomes a piece, which is in place. */
static void keep(const struct given *given, uint32_t image)
{
	struct rj_piece *p = pieces() + stub->manifest->piece_count++;

	*p = (struct rj_piece){ ".disk", 0, given->address, given->address - image, given->size,
				stub->crc32(0, (const void *)given->address, given->size) };
}

static void take_gzip(const struct given *given, const struct gzip *gzip, uint32_t image)
{
	struct {
		uint8_t sector[SECTOR_SIZE], inflate[RJ_INFLATE_WORK];
	} *work = given_work(sizeof(*work));
	const uint8_t *from = (const uint8_t *)given->address + gzip->start;
	int32_t result = rj_inflate(work->sector, SECTOR_SIZE, from, gzip->packed_size,
				    work->inflate);

	if (result && result != RJ_INFLATE_TOO_LONG)
		stub->fail("what was given is a gzip file, and damaged or too short for a disk");
	refuse_others(work->sector, gzip->size);
	if (gzip->size == SECTOR_SIZE) {
		take_sector(work->sector, image);
		return;
	}
	take_drive(&(struct rj_disk_image){ (uint32_t)from, gzip->packed_size, gzip->size,
		   gzip->crc, RJ_DISK_DEFLATED }, work->sector, image);
	keep(given, image);
}

static void take_bytes(const struct given *given, uint32_t image)
{
	const uint8_t *bytes = (const void *)given->address;
	struct gzip gzip;

	drop_runtime();
	if (given->size < SECTOR_SIZE && !gzip_read(&gzip, bytes, given->size))
		stub->fail("what was given has %u bytes, too few to boot", given->size);
	if (gzip_read(&gzip, bytes, given->size)) {
		take_gzip(given, &gzip, image);
		return;
	}
	refuse_others(bytes, given->size);
	if (given->size > SECTOR_SIZE)
		take_disk(given, image);
	else
		take_sector(bytes, image);
}

static void find_given(uint32_t image, uint32_t loader, struct given *given)
{
	struct place place = { image, (image + stub->manifest->image_size + PAGE - 1) & -PAGE };

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
uint32_t runtime(const struct rj_stub *from, uint32_t image, uint32_t loader)
{
	struct given given;

	stub = from;
	find_given(image, loader, &given);
	if (given.size >= sizeof(uint32_t) && le32((const void *)given.address) == RJ_MANIFEST_MAGIC) {
		take_payload(&given);
		return given.address;
	}
	take_bytes(&given, image);
	return image;
}
