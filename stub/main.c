/* SPDX-License-Identifier: MIT */
/*
 * The way on the target, from home_start on: check, place, repair, arrive.
 * Nothing outside the stub's home is written before everything was checked.
 */
#include <stdbool.h>
#include <stddef.h>

#include "console.h"
#include "crc32.h"
#include "fail.h"
#include "io.h"
#include "manifest.h"
#include "place.h"
#include "repair.h"
#include "mem.h"

/* BIOS data area (IBM PC/AT Technical Reference). */
#define BDA_EBDA_SEGMENT 0x40E
#define BDA_BASE_MEMORY  0x413  /* KiB */

/* Defined by start.asm and the linker script. */
_Noreturn void arrive(uint32_t data_selector);
_Noreturn void stub_main(uint32_t image, uint32_t loader);
extern struct rj_regs arrival_regs;
extern const char stub_size[];

/* The manifest in the stub's home: the pieces may be placed over the image's. */
static struct manifest_copy {
	struct rj_manifest header;
	struct rj_piece pieces[RJ_MAX_PIECES];
} manifest;
_Static_assert(offsetof(struct manifest_copy, pieces) == sizeof(struct rj_manifest), "table");

static const char *const loaders[] = {
	[LOADER_LINUX16] = "Linux 16-bit",
	[LOADER_LINUX32] = "Linux 32-bit",
	[LOADER_LINUX64] = "Linux 64-bit",
	[LOADER_MULTIBOOT2] = "multiboot2",
	[LOADER_LONG_MODE] = "a long-mode loader",
};

/* Reads the manifest behind the stub; what it says of consoles holds from then on. */
static void read_manifest(uint32_t image)
{
	const struct rj_manifest *m = (const void *)(image + (uint32_t)stub_size);
	uint32_t crc;

	if (m->magic != RJ_MANIFEST_MAGIC || m->version != RJ_MANIFEST_VERSION
	    || m->piece_count > RJ_MAX_PIECES
	    || m->size != sizeof(*m) + m->piece_count * sizeof(struct rj_piece))
		fail("the manifest is damaged; load the image again");
	memcpy(&manifest, m, m->size);
	manifest.header.crc = 0;
	crc = rj_crc32(0, &manifest, m->size);
	if (crc != m->crc)
		fail("the manifest is damaged (CRC-32 expected %x, found %x); load the image again",
		     m->crc, crc);
	console_init(m->flags & (RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL), m->serial_port,
		     m->serial_divisor);
	fail_init(m->flags & RJ_HALT_ON_ERROR);
}

static void check(const char *name, uint32_t found, uint32_t expected)
{
	if (found != expected)
		fail("%s is damaged (CRC-32 expected %x, found %x); load the image again",
		     name, expected, found);
}

static uint32_t sum(uint32_t crc, uint32_t address, uint32_t size)
{
	return rj_crc32(crc, (const void *)address, size);
}

/* The manifest is known to be good by now, so its offsets are. */
static void check_image(uint32_t image)
{
	const struct rj_manifest *m = &manifest.header;
	uint32_t behind = (uint32_t)stub_size + m->size;
	uint32_t end = m->piece_count ? manifest.pieces[0].offset : m->image_size;

	check("the stub", sum(sum(0, image, (uint32_t)stub_size), image + behind, end - behind),
	      m->stub_crc);
	for (uint32_t i = 0; i < m->piece_count; i++) {
		const struct rj_piece *p = &manifest.pieces[i];

		check(p->name, sum(0, image + p->offset, p->size), p->crc);
	}
}

/* What only the machine can tell: that it has a PC BIOS, and where its EBDA is. */
static void check_firmware(void)
{
	uint32_t kib = read16(BDA_BASE_MEMORY);
	uint32_t ebda = (uint32_t)read16(BDA_EBDA_SEGMENT) << 4;
	uint32_t end = kib * 1024;

	if (ebda >= LOW_MEMORY && ebda < end)
		end = ebda;
	if (end < STUB_HOME + STUB_HOME_SIZE || kib > 640)
		fail("no PC BIOS that left enough memory (%u KiB of base memory, EBDA at %x)",
		     kib, ebda);
	for (uint32_t i = 0; i < manifest.header.piece_count; i++) {
		const struct rj_piece *p = &manifest.pieces[i];

		if (p->address < HIGH_MEMORY && p->address + p->size > end)
			fail("%s, %x + %x, reaches into this machine's EBDA at %x",
			     p->name, p->address, p->size, end);
	}
}

static void place_pieces(uint32_t image)
{
	const struct rj_manifest *m = &manifest.header;

	rj_place(manifest.pieces, m->piece_count, 0, image);
	for (uint32_t i = 0; i < m->piece_count; i++) {
		const struct rj_piece *p = &manifest.pieces[i];

		if (sum(0, p->address, p->size) != p->crc)
			fail("%s does not stay at %x; is there memory?", p->name, p->address);
		if (m->flags & RJ_VERBOSE)
			print("%s at %x, %u bytes", p->name, p->address, p->size);
	}
}

_Noreturn void stub_main(uint32_t image, uint32_t loader)
{
	const struct rj_manifest *m = &manifest.header;

	console_init(RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL, COM1, COM1_DIVISOR);
	if (loader == LOADER_NO_ROOM)
		fail("the image is above 4 GiB, and the loader names no room for it below");
	read_manifest(image);
	if (m->flags & RJ_VERBOSE)
		print("started by %s, image at %x", loaders[loader], image);
	check_image(image);
	check_firmware();
	if (!open_a20())
		fail("A20 stays closed");
	place_pieces(image);
	repair_cpu();
	repair_pic();
	repair_pit();
	if (m->flags & RJ_VERBOSE)
		print("to %x:%x", m->regs.cs, m->regs.ip);
	arrival_regs = m->regs;
	arrive(m->flags & RJ_UNREAL ? UNREAL16 : DATA16);
}
