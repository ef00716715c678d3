/* SPDX-License-Identifier: MIT */
#include "image/services_read.h"

#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "common/boot_sector.h"
#include "common/disk_layout.h"
#include "common/le.h"
#include "common/unpack.h"
#include "image/services_block.h"

/* The stub's memory for unpacking: from STUB_HOME on, and MODULE_WORK. */
struct home {
	uint8_t low[SERVICES_END - STUB_HOME];
	uint8_t bytes[MODULE_WORK];
	size_t installer;       /* bytes, copied to MODULE_WORK */
};

/* Unpacks to an address. Returns the unpacked size; 0 if it is damaged, or ends beyond `end`. */
static uint32_t unpack_to(struct home *home, uint32_t address, uint32_t end,
			  const uint8_t *packed, size_t size)
{
	if (!rj_unpack(home->low, address - STUB_HOME, end - address, packed, size))
		return 0;
	return rj_unpacked_size(packed, size);
}

struct rj_stub_bytes rj_stub_in_front(const uint8_t *front, size_t size)
{
	return (struct rj_stub_bytes){ front + SETUP_SIZE, size - SETUP_SIZE };
}

/* What is wrong with the stub's code for STUB_HOME, or NULL. */
static const char *unpack_stub(struct home *home, struct rj_stub_bytes stub)
{
	uint64_t at = SIZE_MAX;
	uint32_t size;

	if (stub.size == 0)     /* a payload file's services need none */
		return NULL;
	if (stub.size >= STUB_HEADER + sizeof(struct rj_stub_header))
		at = LE_GET(stub.bytes + STUB_HEADER, struct rj_stub_header, home);
	size = at < stub.size ? unpack_to(home, STUB_HOME, SERVICES, stub.bytes + at,
					  stub.size - (size_t)at) : 0;
	rj_restore_calls(home->low, size, STUB_HOME);
	return size ? NULL : "stub";
}

/* What is wrong with an unpacked module's relocations, or NULL. */
static const char *check_relocations(const uint8_t *module, uint32_t size, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (le_load(module + size + (size_t)i * RJ_RELOCATION, RJ_RELOCATION) >
		    size - sizeof(uint32_t))
			return "relocations of a module";
	return NULL;
}

/* What is wrong with what follows a module's header, which is known to be valid, or NULL. */
static const char *check_packed(struct home *home, const uint8_t *module)
{
	uint32_t size = (uint32_t)LE_GET(module, struct rj_module, size);
	uint32_t count = (uint32_t)LE_GET(module, struct rj_module, relocation_count);
	uint32_t packed = (uint32_t)LE_GET(module, struct rj_module, packed_size);
	size_t at = home->installer, front = sizeof(struct rj_module);
	uint64_t rest = size - front + (uint64_t)count * RJ_RELOCATION;

	if (at + front + rest > sizeof(home->bytes) ||
	    rj_unpacked_size(module + front, packed) != rest)
		return "size of a module";
	memcpy(home->bytes + at, module, front);
	LE_PUT(home->bytes + at, struct rj_module, packed_size, 0);
	if (!rj_unpack(home->bytes, at + front, (size_t)rest, module + front, packed))
		return "packed module";
	return check_relocations(home->bytes + at, size, count);
}

/* What is wrong with a module, or NULL; `left` bytes remain. */
static const char *check_module(struct home *home, const uint8_t *module, size_t left)
{
	uint64_t size = LE_GET(module, struct rj_module, size);

	if (size < sizeof(struct rj_module) || size % 16 != 0)
		return "size of a module";
	if (LE_GET(module, struct rj_module, packed_size) > left - sizeof(struct rj_module))
		return "packed size of a module";
	if (LE_GET(module, struct rj_module, kind) >= RJ_MODULE_KINDS)
		return "kind of a module";
	if (LE_GET(module, struct rj_module, resident) > size ||
	    LE_GET(module, struct rj_module, resident) % 16 != 0)
		return "resident part of a module";
	if (LE_GET(module, struct rj_module, interface) >= size)
		return "interface of a module";
	return check_packed(home, module);
}

static const char *parse_modules(struct rj_services_info *info, struct home *home,
				 const uint8_t *at, size_t left)
{
	while (left > 0) {
		const char *wrong = "module table";
		size_t bytes;

		if (left >= sizeof(struct rj_module) &&
		    info->module_count < RJ_SERVICES_MODULES)
			wrong = check_module(home, at, left);
		if (wrong)
			return wrong;
		memcpy(info->modules[info->module_count].name, at,
		       sizeof(((struct rj_module *)0)->name));
		info->modules[info->module_count].packed_size =
			(uint32_t)LE_GET(at, struct rj_module, packed_size);
		info->modules[info->module_count++].size =
			(uint32_t)LE_GET(at, struct rj_module, size);
		bytes = sizeof(struct rj_module) + LE_GET(at, struct rj_module, packed_size);
		at += bytes;
		left -= bytes;
	}
	return NULL;
}

/* Checks the survey and the modules, which together are `left` bytes. */
static const char *parse_survey(struct rj_services_info *info, struct home *home,
				const uint8_t *bytes, size_t left)
{
	uint32_t packed = info->block.survey_size;

	if (packed > left)
		return "survey's size";
	if (packed) {
		info->survey_size = unpack_to(home, SURVEY, SERVICES_END, bytes, packed);
		if (!info->survey_size)
			return "survey";
	}
	return parse_modules(info, home, bytes + packed, left - packed);
}

/* Checks the installer and what follows it, which together are `left` bytes. */
static const char *parse_installer(struct rj_services_info *info, struct home *home,
				   const uint8_t *bytes, size_t left)
{
	uint32_t packed = info->block.installer_size;

	if (packed > left)
		return "installer's size";
	info->installer_size = unpack_to(home, SERVICES, SERVICES_END, bytes, packed);
	if (!info->installer_size)
		return "installer";
	home->installer = info->installer_size;
	memcpy(home->bytes, home->low + (SERVICES - STUB_HOME), home->installer);
	return parse_survey(info, home, bytes + packed, left - packed);
}

#define KNOWN_IMAGE_FLAGS (RJ_DISK_READONLY | RJ_DISK_DEFLATED)
#define KNOWN_DRIVE_FLAGS (RJ_DISK_READONLY | RJ_DISK_CD | RJ_DISK_FLOPPY | RJ_DISK_REMOVABLE)
static const char *check_image(const struct rj_disk_image *image)
{
	if (image->flags & ~KNOWN_IMAGE_FLAGS)
		return "RAM disk's flags";
	if (image->size % SECTOR_SIZE != 0 || (image->size == 0) != (image->packed_size == 0) ||
	    image->contents > image->size ||
	    (!(image->flags & RJ_DISK_DEFLATED) && image->contents != image->packed_size))
		return "RAM disk's size";
	return NULL;
}

static bool has_sector_size(const struct rj_drive *drive)
{
	if (drive->flags & RJ_DISK_CD)
		return drive->sector_size == CD_SECTOR;
	return drive->sector_size == SECTOR_SIZE ||
	       (drive->sector_size == LARGE_SECTOR && !(drive->flags & RJ_DISK_FLOPPY));
}

static const char *check_drive(const struct rj_drive *drive, uint32_t image_size)
{
	uint64_t end = drive->offset + (uint64_t)drive->sectors * drive->sector_size;

	if (drive->sectors == 0)
		return NULL;
	if (drive->flags & ~KNOWN_DRIVE_FLAGS || !has_sector_size(drive))
		return "drive's type";
	if (end > image_size)
		return "drive's position";
	if (drive->cylinders == 0 || drive->heads == 0 || drive->sectors_per_track == 0 ||
	    drive->cylinders > GEOMETRY_CYLINDERS_MAX || drive->heads > GEOMETRY_HEADS_MAX ||
	    drive->sectors_per_track > GEOMETRY_SECTORS_MAX)
		return "drive's geometry";
	if (!(drive->flags & RJ_DISK_FLOPPY) != (drive->number >= HARD_DISKS))
		return "drive's number";
	return NULL;
}

/* What is wrong with the numbers that stand for words, or NULL; replaces them, to be printed. */
static const char *check_words(struct rj_services *block)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < RJ_MAX_DRIVE_MAP; i++)
		if (block->map[i].word >= RJ_UNIT_COUNT) {
			block->map[i].word = RJ_UNIT_none;
			wrong = "drive map";
		}
	if (block->usb >= RJ_USB_COUNT) {
		block->usb = RJ_USB_auto;
		wrong = "USB mode";
	}
	if (block->int13 >= RJ_INT13_COUNT) {
		block->int13 = RJ_INT13_auto;
		wrong = "mode";
	}
	return wrong;
}

/* What is wrong with the numbers in the block, or NULL. */
static const char *check_block(struct rj_services *block)
{
	const char *wrong = check_words(block);

	if (block->version != RJ_SERVICES_VERSION)
		return "version";
	if (!wrong)
		wrong = check_image(&block->image);
	for (size_t i = 0; i < RJ_MAX_RAM_DRIVES && !wrong; i++)
		wrong = check_drive(&block->drives[i], block->image.size);
	if (!wrong && block->el_torito.size != 0 && block->el_torito.size != RJ_EL_TORITO_PACKET)
		return "El Torito packet";
	for (size_t i = 0; i < RJ_MAX_DRIVE_MAP && !wrong; i++)
		if (block->map[i].number && block->map[i].number < HARD_DISKS)
			return "drive map";
	return wrong;
}

void rj_services_parse(struct rj_services_info *info, struct rj_stub_bytes stub,
		       const uint8_t *bytes, size_t size)
{
	struct home home = { .installer = 0 };  /* and zeros where nothing is unpacked */

	*info = (struct rj_services_info){ .carried = true, .wrong = "header" };
	if (size < sizeof(struct rj_services) ||
	    LE_GET(bytes, struct rj_services, magic) != RJ_SERVICES_MAGIC ||
	    LE_GET(bytes, struct rj_services, size) != size)
		return;
	rj_services_load(&info->block, bytes);
	info->wrong = check_block(&info->block);
	if (!info->wrong)
		info->wrong = unpack_stub(&home, stub);
	if (!info->wrong)
		info->wrong = parse_installer(info, &home, bytes + sizeof(struct rj_services),
					      size - sizeof(struct rj_services));
}

void rj_services_of_plan(struct rj_services_info *info, struct rj_stub_bytes stub,
			 const struct rj_plan *plan)
{
	*info = (struct rj_services_info){ 0 };
	for (size_t i = 0; i < plan->piece_count; i++)
		if (plan->pieces[i].flags & RJ_PIECE_SERVICES && plan->pieces[i].bytes)
			rj_services_parse(info, stub, plan->pieces[i].bytes,
					  (size_t)plan->pieces[i].size);
}
