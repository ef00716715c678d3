/* SPDX-License-Identifier: MIT */
#include "disk/grub_embedded.h"

#include <stdlib.h>
#include <string.h>

#include "base/contains.h"
#include "common/boot_sector.h"
#include "common/le.h"
#include "disk/grub_core.h"

bool grub_is_boot_img(const uint8_t *sector)
{
	/* a jump to the code, from a sector at 7C00h */
	static const uint8_t jump[] = { 0xEB, offsetof(struct grub_boot_img, code) - 2 };
	/* mov ebx, [kernel_sector]; mov [si + 8], ebx, and the same with the high half */
	static const uint8_t reads[] = { 0x66, 0x8B, 0x1E, 0x5C, 0x7C, 0x66, 0x89, 0x5C, 0x08,
					 0x66, 0x8B, 0x1E, 0x60, 0x7C, 0x66, 0x89, 0x5C, 0x0C };
	/* jmp [kernel_address] */
	static const uint8_t starts[] = { 0xFF, 0x26, 0x5A, 0x7C };

	return memcmp(sector, jump, sizeof(jump)) == 0 &&
	       LE_GET(sector, struct grub_boot_img, kernel_address) == GRUB_CORE_ADDRESS &&
	       rj_contains(sector, MBR_CODE_MAX, reads, sizeof(reads)) &&
	       rj_contains(sector, MBR_CODE_MAX, starts, sizeof(starts));
}

uint64_t grub_kernel_sector(const uint8_t *sector)
{
	return LE_GET(sector, struct grub_boot_img, kernel_sector);
}

/*
 * Reads a sector of the file by its number; false if the file ends before or in it. GRUB's
 * installer counts sectors of 512 bytes on every disk (GRUB_DISK_SECTOR_BITS in util/setup.c).
 * On a disk with 4096, boot.img, which passes the number to INT 13h, would miss core.img;
 * core.img itself asks the BIOS for the size.
 */
static bool peek_sector(const struct rj_input *input, uint64_t number, uint8_t *to)
{
	return number < input->size / SECTOR_SIZE &&
	       rj_input_peek(input, to, SECTOR_SIZE, number * SECTOR_SIZE) == SECTOR_SIZE;
}

bool grub_has_core(const struct rj_input *input, const uint8_t *sector)
{
	uint8_t first[SECTOR_SIZE];

	return peek_sector(input, grub_kernel_sector(sector), first) &&
	       grub_is_diskboot(first);
}

/* The core.img that boot.img would read, in memory. */
struct core {
	uint8_t *bytes;         /* GRUB_CORE_MAX of them, zeros after size */
	size_t size;
};

/* Appends one block; false if it is too large or points outside the file. */
static bool append_block(struct core *core, const struct rj_input *input,
			 uint64_t start, uint64_t sectors)
{
	size_t size = (size_t)sectors * SECTOR_SIZE, got;

	if (size > GRUB_CORE_MAX - core->size || start > input->size / SECTOR_SIZE)
		return false;
	got = rj_input_peek(input, core->bytes + core->size, size, start * SECTOR_SIZE);
	core->size += got;
	/* a core.img copied after boot.img may end within its last sector */
	return got + SECTOR_SIZE > size;
}

/* Fills core from the file. Returns what is wrong with it, or NULL. */
static const char *assemble(struct core *core, const struct rj_input *input,
			    const uint8_t *sector)
{
	uint64_t first = grub_kernel_sector(sector);
	struct grub_block block;
	struct rj_error error;

	if (LE_GET(sector, struct grub_boot_img, drive) != GRUB_DRIVE_ANY)
		return "also names the drive";
	if (!append_block(core, input, first, 1) || !grub_is_diskboot(core->bytes))
		return "none is there";
	for (size_t n = 0; grub_block_at(core->bytes, n, &block); n++)
		if (core->size % SECTOR_SIZE != 0 ||
		    !append_block(core, input, block.start, block.length))
			return "its blocks point outside the file";
	if (grub_core_check(core->bytes, core->size, &error))
		return "the core.img there is damaged";
	return NULL;
}

enum rj_err grub_embedded_core(const struct rj_input *input, const uint8_t *sector,
			       uint8_t **bytes, size_t *size, const char **wrong,
			       struct rj_error *err)
{
	struct core core = { calloc(1, GRUB_CORE_MAX), 0 };

	if (!core.bytes)
		return rj_no_memory(err);
	*wrong = assemble(&core, input, sector);
	if (*wrong) {
		free(core.bytes);
		core.bytes = NULL;
	}
	*bytes = core.bytes;
	*size = core.size;
	return RJ_OK;
}
