/* SPDX-License-Identifier: MIT */
/*
 * What the stub does after home_start: check itself and what of rjpack's own code runs from the
 * image; repair; move the pieces, and check them where they are now; arrive. A piece is read
 * only once to be checked: when no device can change it any more, and no step follows.
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
#include "entry/reset.h"
#include "entry/mover.h"
#include "hardware/acpi.h"
#include "hardware/console.h"
#include "hardware/firmware.h"
#include "hardware/pci.h"
#include "hardware/ram.h"
#include "repairs/i8042.h"
#include "repairs/repair.h"

/* Defined by start.asm and the linker script. */
_Noreturn void arrive(uint32_t data_selector, uint32_t flags, uint32_t video_adapter);
_Noreturn void stub_main(uint32_t image, uint32_t loader);
void *unpack_to(void *to, const void *packed);
void bios_call(struct bios_regs *regs, uint32_t number);
extern struct rj_regs arrival_regs;

uint32_t arrive_flags, entered_by;
static uint16_t video_adapter;
static enum rj_firmware firmware = RJ_FIRMWARE_ALIVE;

/* A copy in the stub's home, since pieces may be moved over the one in the image. */
static struct manifest_copy {
	struct rj_manifest header;
	struct rj_piece pieces[RJ_MAX_PIECES];
} manifest;
_Static_assert(offsetof(struct manifest_copy, pieces) == sizeof(struct rj_manifest), "table");

static bool repair_is_on(enum rj_repair bit);

/* Gives back the Bus Master bit that repair_pci cleared. */
static void give_to_firmware(uint32_t pci)
{
	if (repair_is_on(RJ_REPAIR_pci))
		pci_firmware_disk_on(pci);
}

static struct rj_memory memory[RJ_MAX_MEMORY];

static struct rj_stub callbacks = {
	.print = print, .fail = fail, .ticks_per_ms = ticks_per_ms, .crc32 = rj_crc32,
	.boot_option = boot_option, .give_to_firmware = give_to_firmware, .unpack = unpack_to,
	.bios_call = bios_call, .manifest = &manifest.header,
	.acpi = &acpi, .acpi_find = acpi_find, .memory = memory,
};

static bool repair_is_on(enum rj_repair bit)
{
	return (manifest.header.repairs & ~callbacks.repaired) >> bit & 1;
}

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

/* The manifest follows the stub. */
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

/* Where to print, and what to do after a failure. */
static void apply_flags(void)
{
	const struct rj_manifest *m = &manifest.header;

	console_init(m->flags & (RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL), m->serial_port,
		     m->serial_divisor);
	fail_init(m->flags & RJ_HALT_ON_ERROR, &callbacks.reset);
}

static uint32_t sum(uint32_t crc, uint32_t address, uint32_t size)
{
	return rj_crc32(crc, (const void *)address, size);
}

/* Checks a piece, wherever it is now, which is overwritten if it is damaged. */
static void check_piece(const struct rj_piece *p, uint32_t address)
{
	uint32_t found = sum(0, address, p->size);

	if (found != p->crc && !ram_holds(address, p->size))
		fail("%s reads back wrong at %x; bad or missing RAM?", p->name, address);
	check(p->name, found, p->crc);
}

/* The manifest has been checked, so its offsets are valid. */
static void check_image(uint32_t image)
{
	const struct rj_manifest *m = &manifest.header;
	uint32_t size = stub_size(image), after = size + m->size;
	uint32_t end = m->piece_count ? manifest.pieces[0].offset : m->image_size;

	check("the stub", sum(sum(0, image, size), image + after, end - after), m->stub_crc);
	for (uint32_t i = 0; i < m->piece_count; i++) {
		const struct rj_piece *p = &manifest.pieces[i];

		/* SMM code may change the BDA and the EBDA at any time */
		if (p->flags & (RJ_PIECE_OWN | RJ_PIECE_FIRMWARE))
			check_piece(p, image + p->offset);
	}
}

/* The end of base memory, or the start of the EBDA if that is lower. */
static uint32_t low_memory_end(void)
{
	uint32_t end = bda_base_memory(), ebda = bda_ebda();

	if (firmware == RJ_FIRMWARE_OWN && callbacks.memory_count)
		return callbacks.base_memory;
	return ebda >= LOW_MEMORY && ebda < end ? ebda : end;
}

static void check_low_memory(void)
{
	uint32_t end = low_memory_end();

	if (end < STUB_HOME + STUB_HOME_SIZE)
		fail("base memory ends at %x; the stub needs it up to %x", end,
		     STUB_HOME + STUB_HOME_SIZE);
	for (uint32_t i = 0; i < manifest.header.piece_count; i++) {
		const struct rj_piece *p = &manifest.pieces[i];

		if (!(p->flags & RJ_PIECE_FIRMWARE) && p->address < HIGH_MEMORY
		    && p->address + p->size > end)
			fail("%s (%x + %x) does not fit in base memory, which ends at %x",
			     p->name, p->address, p->size, end);
	}
}

/* Must come before any call to the firmware, which would go through these handlers. */
static void remove_hooks(void)
{
	uint32_t count = hooks_remove(0);

	if (count && manifest.header.flags & RJ_VERBOSE)
		print("INT 13h handlers removed: %u", count);
}

/* The video ROM sets INT 10h, when the other interrupts are served. */
static void initialise_video_rom(void)
{
	if (!has_video_rom())
		return;
	arrive_flags |= ARRIVE_VIDEO_ROM;
	video_adapter = pci_video_adapter();
}

static void use_machines_bios(enum firmware state)
{
	switch (state) {
	case FIRMWARE_NONE:
		fail("no BIOS on this machine (booted by UEFI), and none in the image");
	case FIRMWARE_LOST:
		print("the interrupt vectors are overwritten; using the ROM's own");
		firmware = RJ_FIRMWARE_REBUILT;
		firmware_rebuild();
		initialise_video_rom();
		break;
	case FIRMWARE_ALIVE:
		if (int13_in_base_memory())
			print("the INT 13h handler at %x is neither the BIOS's nor rjpack's; "
			      "it may not work", int13_in_base_memory());
		break;
	}
	check_low_memory();
}

/* The memory map is still the BIOS's if the loader reports none. */
static void use_own_bios(enum firmware state)
{
	firmware = RJ_FIRMWARE_OWN;
	callbacks.hpet = hpet_registers();
	if (state == FIRMWARE_LOST)
		firmware_rebuild();
	if (state == FIRMWARE_NONE)
		callbacks.has_no_bios = true;
	else
		initialise_video_rom();
	check_low_memory();
}

static void check_firmware(void)
{
	uint32_t flags = manifest.header.flags;
	enum firmware state;

	remove_hooks();
	state = firmware_state();
	if (flags & RJ_OWN_BIOS && (flags & RJ_OWN_BIOS_ALWAYS || state != FIRMWARE_ALIVE))
		use_own_bios(state);
	else
		use_machines_bios(state);
}

static const struct rj_piece *piece_with(uint32_t flag)
{
	return rj_piece_with(&manifest.header, flag);
}

/*
 * The services move the RAM disk to where memory ends. Until then it stays where the loader has
 * put it, if it is the last piece and all others go to below that.
 */
static void keep_disk(uint32_t image)
{
	struct rj_piece *last = &manifest.pieces[manifest.header.piece_count - 1];
	uint32_t from = image + last->offset;

	if (last->flags & RJ_PIECE_DISK && from >= last[-1].address + last[-1].size)
		last->address = from;
}

static void place_pieces(uint32_t image)
{
	const struct rj_manifest *m = &manifest.header;

	keep_disk(image);
	rj_move_pieces(manifest.pieces, m->piece_count, 0, image);
	for (uint32_t i = 0; i < m->piece_count; i++) {
		const struct rj_piece *p = &manifest.pieces[i];

		if (!(p->flags & (RJ_PIECE_DISK | RJ_PIECE_FIRMWARE)))
			check_piece(p, p->address);
		if (m->flags & RJ_VERBOSE)
			print("%s at %x, %u bytes", p->name, p->address, p->size);
	}
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
	acpi.find = NULL;               /* the installer overwrites it */
	callbacks.lacks_keyboard = i8042_lacks_keyboard;
	unpack_to((void *)SERVICES, services + 1);
	((rj_installer *)SERVICES)(&callbacks, services, firmware);
}

/* The command line overrides what was packed. */
static void apply_options(void)
{
	const char *bad = options_apply(&manifest.header);

	apply_flags();
	if (bad)
		fail("%s=%s: invalid value", bad, boot_option(bad));
}

/* Takes the framebuffer and the command line from the copy of the loader's information. */
static void read_loader_info(uint32_t image, uint32_t loader)
{
	uint32_t info = (image + manifest.header.image_size + PAGE - 1) & -PAGE;
	const char *line = loader_command_line(loader, info);
	struct framebuffer fb;

	if (loader_framebuffer(loader, info, &fb))
		console_framebuffer(&fb);
	if (line)
		options_read(line);
	apply_options();
}

/* Takes the memory map and the RSDP from there, too, before a piece overwrites them. */
static void survey(uint32_t image, uint32_t loader)
{
	const struct rj_piece *p = piece_with(RJ_PIECE_SERVICES);
	const struct rj_services *services;

	if (!p)
		return;
	services = (const void *)(image + p->offset);
	if (!services->survey_size)
		return;
	unpack_to((void *)SERVICES, services + 1);      /* the packed survey refers to it */
	unpack_to((void *)SURVEY, (const uint8_t *)(services + 1) + services->installer_size);
	((rj_runtime *)SURVEY)(&callbacks, image, loader);
}

/*
 * A generic image boots what the loader supplied with it: its run-time piece changes the
 * manifest accordingly. Returns the address that the offsets of the pieces count from.
 */
static uint32_t take_loader_payload(uint32_t image, uint32_t loader)
{
	const struct rj_piece *p = piece_with(RJ_PIECE_RUNTIME);

	if (!p)
		return image;
	memcpy((void *)p->address, (const void *)(image + p->offset), p->size);
	image = ((rj_runtime *)p->address)(&callbacks, image, loader);
	apply_options();
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
		fail("not started on the boot CPU; pack it with --bios auto");
	for (uint32_t i = 0; i < RJ_REPAIR_COUNT; i++) {
		if (!repair_is_on(repairs[i].bit))
			continue;
		if (manifest.header.flags & RJ_VERBOSE)
			print("repair %s", repairs[i].name);
		repairs[i].function();
	}
	if (!a20_is_open())
		fail("cannot enable A20");
}

_Noreturn void stub_main(uint32_t image, uint32_t loader)
{
	const struct rj_manifest *m = &manifest.header;

	entered_by = loader;
	console_init(RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL, COM1, COM1_DIVISOR);
	if (loader == LOADER_NO_ROOM)
		fail("the image is above 4 GiB, and the loader reports no free memory below");
	read_manifest(image);
	read_loader_info(image, loader);
	if (m->flags & RJ_VERBOSE)
		print("started by %s, image at %x", loaders[loader], image);
	check_image(image);
	survey(image, loader);
	image = take_loader_payload(image, loader);
	repair();
	ticks_per_ms();                 /* may need acpi.find */
	if (!piece_with(RJ_PIECE_FIRMWARE))
		check_firmware();
	place_pieces(image);
	if (piece_with(RJ_PIECE_FIRMWARE))
		check_firmware();
	install_services();
	if (m->flags & RJ_VERBOSE)
		print("jumping to %x:%x", m->regs.cs, m->regs.ip);
	arrival_regs = m->regs;
	arrive(m->flags & RJ_UNREAL ? UNREAL16 : DATA16, arrive_flags, video_adapter);
}
