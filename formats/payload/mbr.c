/* SPDX-License-Identifier: MIT */
#include "payload/payload.h"

#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "common/boot_sector.h"
#include "common/disk_geometry.h"
#include "common/le.h"
#include "disk/grub_core.h"
#include "disk/grub_embedded.h"
#include "payload/hand_over.h"

/* How MBR code starts: packaged ones all set up stack and segments. */
static bool looks_like_mbr_code(const uint8_t *sector)
{
	static const struct { uint8_t bytes[4]; size_t length; } starts[] = {
		{ { 0x33, 0xC0, 0xFA, 0x8E }, 4 },      /* syslinux */
		{ { 0x33, 0xC0, 0x8E, 0xD0 }, 4 },      /* Windows */
		{ { 0xFA, 0x33, 0xC0, 0x8E }, 4 },      /* DOS */
		{ { 0xFA, 0x31, 0xC0, 0x8E }, 4 },
		{ { 0xFC, 0x31, 0xC0, 0x8E }, 4 },      /* BSD */
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (memcmp(sector, starts[i].bytes, starts[i].length) == 0)
			return true;
	return false;
}

static enum rj_detected answer(enum rj_detected value, const char *reason,
			       const char **why)
{
	*why = reason;
	return value;
}

/*
 * Whether the file is a whole disk, not just its start: it has a floppy's size, or contains a
 * whole partition.
 */
static bool is_whole_disk(const struct rj_input *input, const uint8_t *sector)
{
	for (size_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(sector, i);

		if (entry.type && entry.sectors &&
		    (uint64_t)entry.first_sector + entry.sectors <= input->size / SECTOR_SIZE)
			return true;
	}
	return rj_floppy_of_size(input->size) != NULL;
}

/* Judges a sector with a signature, the most certain kinds first. */
static enum rj_detected judge(const struct rj_input *input, const uint8_t *sector,
			      const char **why)
{
	bool alone = input->size == SECTOR_SIZE;

	if (grub_is_boot_img(sector) && grub_has_core(input, sector))
		return is_whole_disk(input, sector)
		       ? answer(RJ_DETECT_MAYBE, "a disk's image that starts with GRUB; "
				"only boot.img and core.img would be carried", why)
		       : answer(RJ_DETECT_YES, "GRUB's boot.img with core.img after it", why);
	if (grub_is_boot_img(sector) && alone)
		return answer(RJ_DETECT_YES, "GRUB's boot.img", why);
	if (rj_floppy_of_size(input->size))
		return answer(RJ_DETECT_MAYBE, "a floppy disk's image by its size; "
			      "only its boot sector would be carried", why);
	if (boot_sector_has_parameters(sector))
		return answer(RJ_DETECT_MAYBE, "a partition's boot sector "
			      "by its BIOS parameter block", why);
	if (!alone)
		return answer(RJ_DETECT_MAYBE, "a disk's image by its size; "
			      "only its boot sector would be carried", why);
	if (boot_sector_has_table(sector))
		return answer(RJ_DETECT_YES, "a boot sector with a partition table", why);
	return answer(RJ_DETECT_MAYBE, "a boot sector without a partition table", why);
}

static enum rj_detected mbr_detect(const struct rj_input *input, const char **why)
{
	uint8_t sector[SECTOR_SIZE] = { 0 };

	rj_input_peek(input, sector, sizeof(sector), 0);
	if (input->size <= MBR_CODE_MAX && looks_like_mbr_code(sector))
		return answer(RJ_DETECT_MAYBE, "starts like MBR code without a "
			      "signature", why);
	if (input->size < SECTOR_SIZE || !boot_sector_is_signed(sector))
		return answer(RJ_DETECT_NO, "no boot sector signature", why);
	return judge(input, sector, why);
}

static enum rj_err add_core(struct rj_plan *plan, const struct rj_input *input,
			    const uint8_t *sector, struct rj_error *err)
{
	const char *wrong;
	uint8_t *bytes;
	size_t size;

	if (grub_embedded_core(input, sector, &bytes, &size, &wrong, err))
		return err->class;
	if (wrong) {
		rj_note_core_left(plan, input, sector, wrong);
		return RJ_OK;
	}
	rj_plan_note(plan, input->path,
		     "boot.img with core.img at sector %s: both are carried, "
		     "and core.img starts without a disk read",
		     RJ_DEC(grub_kernel_sector(sector)));
	rj_plan_set_entry(plan, 0, GRUB_CORE_ADDRESS + GRUB_SECTOR);
	return rj_plan_add_bytes(plan, ".core", GRUB_CORE_ADDRESS, bytes, size, err);
}

/* Adds packaged MBR code, padded to a sector, with an empty partition table. */
static enum rj_err add_code(struct rj_plan *plan, const struct rj_input *input,
			    struct rj_error *err)
{
	uint8_t *sector = calloc(1, SECTOR_SIZE);

	if (!sector)
		return rj_no_memory(err);
	if (rj_input_read(input, sector, (size_t)input->size, 0, err)) {
		free(sector);
		return err->class;
	}
	le_store(sector + SIGNATURE_OFFSET, SIGNATURE, 2);
	rj_plan_note(plan, input->path,
		     "MBR code of %s bytes without a partition table; "
		     "such code finds an empty partition table; "
		     "pack the disk's first sector to keep its table", RJ_DEC(input->size));
	return rj_plan_add_bytes(plan, ".mbr", BOOT_SECTOR, sector, SECTOR_SIZE, err);
}

static enum rj_err add_sector(struct rj_plan *plan, const struct rj_input *input,
			      struct rj_error *err)
{
	uint8_t sector[SECTOR_SIZE];
	bool with_core;

	if (rj_input_read(input, sector, sizeof(sector), 0, err))
		return err->class;
	if (!boot_sector_is_signed(sector))
		return rj_fail_about(err, RJ_BAD, input->path,
				     "no boot sector signature %s; to pack any bytes, use "
				     "--raw FILE@ADDRESS --entry SEG:OFF",
				     RJ_FOUND(SIGNATURE_OFFSET, SIGNATURE,
					      le16(sector + SIGNATURE_OFFSET)));
	if (rj_plan_add(plan, ".mbr", BOOT_SECTOR, input, 0, SECTOR_SIZE, err))
		return err->class;
	if (input->size == SECTOR_SIZE)
		return RJ_OK;
	if (grub_is_boot_img(sector) && add_core(plan, input, sector, err))
		return err->class;
	with_core = plan->pieces[plan->piece_count - 1].bytes != NULL;
	if (!with_core)
		rj_plan_note(plan, input->path,
			     "only the first sector is carried, not the %s bytes after it; "
			     "to carry them, use --raw FILE@ADDRESS",
			     RJ_DEC(input->size - SECTOR_SIZE));
	return RJ_OK;
}

static enum rj_err mbr_read(struct rj_plan *plan, const struct rj_input *input,
			    const struct payload_argument *argument, struct rj_error *err)
{
	(void)argument;
	plan->regs.eax = BIOS_SIGNATURE_EAX;
	rj_plan_set_entry(plan, 0, BOOT_SECTOR);
	if (input->size <= MBR_CODE_MAX)
		return add_code(plan, input, err);
	if (input->size < SECTOR_SIZE)
		return rj_fail_about(err, RJ_BAD, input->path,
				     "%s bytes: a boot sector is 512, "
				     "and packaged MBR code at most 446", RJ_DEC(input->size));
	return add_sector(plan, input, err);
}

const struct payload_kind payload_mbr = {
	.name = "mbr",
	.argument = "FILE",
	.help = "a disk's boot sector, with the core.img that follows it",
	.signature = "AA55h at 1FEh; GRUB's mark or a partition table",
	.place = "7C00h, entry 0:7C00 (core.img: 8000h, entry 0:8200)",
	.detect = mbr_detect,
	.read = mbr_read,
};
