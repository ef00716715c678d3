/* SPDX-License-Identifier: MIT */
/*
 * The way on the target, from home_start on: check, repair, place, arrive.
 * Nothing outside the stub's home is written before everything was checked.
 */
#include <stdbool.h>
#include <stddef.h>

#include "abi/install.h"
#include "abi/manifest.h"
#include "abi/runtime.h"
#include "common/crc32.h"
#include "common/hooks.h"
#include "common/mem.h"
#include "common/units.h"
#include "entry/fail.h"
#include "entry/loader_info.h"
#include "entry/options.h"
#include "entry/place.h"
#include "hardware/console.h"
#include "hardware/firmware.h"
#include "hardware/pci.h"
#include "repairs/repair.h"

/* Defined by start.asm and the linker script. */
_Noreturn void arrive(uint32_t data_selector, uint32_t flags, uint32_t video_adapter);
_Noreturn void stub_main(uint32_t image, uint32_t loader);
void *unpack_to(void *to, const void *packed);
void bios_call(struct bios_regs *regs, uint32_t number);
extern struct rj_regs arrival_regs;

uint32_t arrive_flags, entered_by;
static uint16_t video_adapter;
static bool firmware_lost;

/* The manifest in the stub's home: the pieces may be placed over the image's. */
static struct manifest_copy {
	struct rj_manifest header;
	struct rj_piece pieces[RJ_MAX_PIECES];
} manifest;
_Static_assert(offsetof(struct manifest_copy, pieces) == sizeof(struct rj_manifest), "table");

static bool repair_is_on(enum rj_repair bit)
{
	return manifest.header.repairs >> bit & 1;
}

/* What repair_pci has taken from it. */
static void give_to_firmware(uint32_t pci)
{
	if (repair_is_on(RJ_REPAIR_pci))
		pci_firmware_disk_on(pci);
}

static const struct rj_stub callbacks = {
	print, fail, ticks_per_ms, rj_crc32, boot_option, give_to_firmware,
	unpack_to, bios_call, &manifest.header,
};

static const char *const loaders[] = {
	[LOADER_LINUX16] = "Linux 16-bit",
	[LOADER_LINUX32] = "Linux 32-bit",
	[LOADER_LINUX64] = "Linux 64-bit",
	[LOADER_MULTIBOOT2] = "multiboot2",
	[LOADER_LONG_MODE] = "a long-mode loader",
	[LOADER_MULTIBOOT] = "multiboot",
	[LOADER_PVH] = "PVH",
};

static void check(const char *name, uint32_t found, uint32_t expected)
{
	if (found != expected)
		fail("%s is damaged (CRC-32 expected %x, found %x); load the image again",
		     name, expected, found);
}

static uint32_t stub_size(uint32_t image)
{
	return ((const struct rj_stub_header *)(image + STUB_HEADER))->stub_size;
}

/* Reads the manifest behind the stub. */
static void read_manifest(uint32_t image)
{
	const struct rj_manifest *m = (const void *)(image + stub_size(image));

	if (m->magic != RJ_MANIFEST_MAGIC || m->version != RJ_MANIFEST_VERSION
	    || m->piece_count > RJ_MAX_PIECES
	    || m->size != sizeof(*m) + m->piece_count * sizeof(struct rj_piece))
		fail("the manifest is damaged; load the image again");
	memcpy(&manifest, m, m->size);
	manifest.header.crc = 0;
	check("the manifest", rj_crc32(0, &manifest, m->size), m->crc);
}

/* To where and how to speak from now on. */
static void heed_manifest(void)
{
	const struct rj_manifest *m = &manifest.header;

	console_init(m->flags & (RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL), m->serial_port,
		     m->serial_divisor);
	fail_init(m->flags & RJ_HALT_ON_ERROR);
}

static uint32_t sum(uint32_t crc, uint32_t address, uint32_t size)
{
	return rj_crc32(crc, (const void *)address, size);
}

/* The manifest is known to be good by now, so its offsets are. */
static void check_image(uint32_t image)
{
	const struct rj_manifest *m = &manifest.header;
	uint32_t size = stub_size(image), behind = size + m->size;
	uint32_t end = m->piece_count ? manifest.pieces[0].offset : m->image_size;

	check("the stub", sum(sum(0, image, size), image + behind, end - behind), m->stub_crc);
	for (uint32_t i = 0; i < m->piece_count; i++) {
		const struct rj_piece *p = &manifest.pieces[i];

		check(p->name, sum(0, image + p->offset, p->size), p->crc);
	}
}

/* The end of base memory, or where the EBDA begins. */
static uint32_t low_memory_end(void)
{
	uint32_t end = bda_base_memory(), ebda = bda_ebda();

	return ebda >= LOW_MEMORY && ebda < end ? ebda : end;
}

static void check_low_memory(void)
{
	uint32_t end = low_memory_end();

	if (end < STUB_HOME + STUB_HOME_SIZE)
		fail("base memory ends at %x, the stub needs it up to %x", end,
		     STUB_HOME + STUB_HOME_SIZE);
	for (uint32_t i = 0; i < manifest.header.piece_count; i++) {
		const struct rj_piece *p = &manifest.pieces[i];

		if (!(p->flags & RJ_PIECE_FIRMWARE) && p->address < HIGH_MEMORY
		    && p->address + p->size > end)
			fail("%s, %x + %x, reaches into this machine's EBDA at %x",
			     p->name, p->address, p->size, end);
	}
}

/* Before anything asks the firmware: it would answer through them. */
static void remove_hooks(void)
{
	uint32_t count = hooks_remove(0);

	if (count && manifest.header.flags & RJ_VERBOSE)
		print("handlers of INT 13h taken out: %u", count);
}

static void check_firmware(void)
{
	remove_hooks();
	switch (firmware_state()) {
	case FIRMWARE_NONE:
		fail("this machine has no PC BIOS to go back to; boot it by BIOS or CSM, not by UEFI");
	case FIRMWARE_LOST:
		print("the interrupt vectors are lost; using the ROM's own");
		firmware_lost = true;
		firmware_rebuild();
		if (has_video_rom()) {
			arrive_flags |= ARRIVE_VIDEO_ROM;
			video_adapter = pci_video_adapter();
		}
		break;
	case FIRMWARE_ALIVE:
		if (int13_in_base_memory())
			print("INT 13h is at %x, neither the BIOS's nor rjpack's; it may not work",
			      int13_in_base_memory());
		break;
	}
	check_low_memory();
}

static void place_pieces(uint32_t image)
{
	const struct rj_manifest *m = &manifest.header;

	rj_place(manifest.pieces, m->piece_count, 0, image);
	for (uint32_t i = 0; i < m->piece_count; i++) {
		const struct rj_piece *p = &manifest.pieces[i];

		/* SMM code may have a use of its own for the BDA and the EBDA */
		if (!(p->flags & RJ_PIECE_FIRMWARE)
		    && sum(0, p->address, p->size) != p->crc)
			fail("%s does not stay at %x; is there memory?", p->name, p->address);
		if (m->flags & RJ_VERBOSE)
			print("%s at %x, %u bytes", p->name, p->address, p->size);
	}
}

static const struct rj_piece *piece_with(uint32_t flag)
{
	for (uint32_t i = 0; i < manifest.header.piece_count; i++)
		if (manifest.pieces[i].flags & flag)
			return &manifest.pieces[i];
	return NULL;
}

static void install_services(void)
{
	const struct rj_piece *p = piece_with(RJ_PIECE_SERVICES);
	struct rj_services *services;

	if (!p) {
		pci_for_each(give_to_firmware);
		return;
	}
	services = (struct rj_services *)p->address;
	unpack_to((void *)SERVICES, services + 1);
	((rj_installer *)SERVICES)(&callbacks, services, firmware_lost);
}

/* What was packed, but for what the command line says. */
static void heed_options(void)
{
	const char *bad = options_apply(&manifest.header);

	heed_manifest();
	if (bad)
		fail("%s=%s is not understood", bad, boot_option(bad));
}

/* What the loader said: of the screen, and on the command line. */
static void heed_loader(uint32_t image, uint32_t loader)
{
	uint32_t info = (image + manifest.header.image_size + PAGE - 1) & -PAGE;
	const char *line = loader_command_line(loader, info);
	struct framebuffer fb;

	if (loader_framebuffer(loader, info, &fb))
		console_framebuffer(&fb);
	if (line)
		options_read(line);
	heed_options();
}

/*
 * Lets the piece for it put what the loader has given along into the manifest. Gives
 * where the image is that the manifest's pieces are in from now on.
 */
static uint32_t take_given(uint32_t image, uint32_t loader)
{
	const struct rj_piece *p = piece_with(RJ_PIECE_RUNTIME);

	if (!p)
		return image;
	memcpy((void *)p->address, (const void *)(image + p->offset), p->size);
	image = ((rj_runtime *)p->address)(&callbacks, image, loader);
	heed_options();
	return image;
}

static void repair(void)
{
	static const struct {
		const char *name;
		void (*function)(void);
		uint8_t bit;
	} repairs[] = {
#define REPAIR(name, bit, what) { #name, repair_##name, bit },
		RJ_REPAIRS(REPAIR)
#undef REPAIR
	};

	if (repair_is_on(RJ_REPAIR_smp) && !on_boot_cpu())
		fail("not started on the boot CPU; go there before the jump");
	for (uint32_t i = 0; i < RJ_REPAIR_COUNT; i++) {
		if (!repair_is_on(repairs[i].bit))
			continue;
		if (manifest.header.flags & RJ_VERBOSE)
			print("repair %s", repairs[i].name);
		repairs[i].function();
	}
	if (!a20_is_open())
		fail("A20 stays closed");
}

_Noreturn void stub_main(uint32_t image, uint32_t loader)
{
	const struct rj_manifest *m = &manifest.header;

	entered_by = loader;
	console_init(RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL, COM1, COM1_DIVISOR);
	if (loader == LOADER_NO_ROOM)
		fail("the image is above 4 GiB, and the loader names no room for it below");
	read_manifest(image);
	heed_loader(image, loader);
	if (m->flags & RJ_VERBOSE)
		print("started by %s, image at %x", loaders[loader], image);
	check_image(image);
	image = take_given(image, loader);
	repair();
	if (!piece_with(RJ_PIECE_FIRMWARE))
		check_firmware();
	place_pieces(image);
	if (piece_with(RJ_PIECE_FIRMWARE))
		check_firmware();
	install_services();
	if (m->flags & RJ_VERBOSE)
		print("to %x:%x", m->regs.cs, m->regs.ip);
	arrival_regs = m->regs;
	arrive(m->flags & RJ_UNREAL ? UNREAL16 : DATA16, arrive_flags, video_adapter);
}
