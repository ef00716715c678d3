/* SPDX-License-Identifier: MIT */
/*
 * GRUB 2 for i386-pc, in the forms that grub-mkimage and its boot images make. Of each only
 * core.img is carried, which does not need the loaders before it.
 */
#include "payload/payload.h"

#include <stdlib.h>
#include <string.h>

#include "base/setup_header.h"
#include "common/le.h"
#include "disk/grub_core.h"
#include "disk/grub_embedded.h"

#define CDBOOT_SIZE     2048u           /* cdboot.S: one sector of a CD */

static bool is_cdboot(const uint8_t *head)
{
	static const uint8_t code[] = { 0xE8, 0, 0, 0xEB, 0x3B };

	return memcmp(head, code, sizeof(code)) == 0;
}

static bool is_pxeboot(const uint8_t *head)
{
	static const uint8_t code[] = { 0xB2, 0x7F, 0xEA, 0, 0x82, 0, 0 };

	return memcmp(head, code, sizeof(code)) == 0;
}

static bool is_lnxboot(const uint8_t *head)
{
	static const uint8_t code[] = { 0x66, 0x31, 0xED, 0xE9 };

	return memcmp(head, code, sizeof(code)) == 0 &&
	       LE_GET(head + SETUP_HEADER, struct setup_header, header) == HDRS_MAGIC;
}

/* After the setup sectors; a count of 0 means 4. */
static uint64_t behind_lnxboot(const uint8_t *head)
{
	uint64_t sectors = LE_GET(head + SETUP_HEADER, struct setup_header, setup_sects);

	return ((sectors ? sectors : 4) + 1) * GRUB_SECTOR;
}

static uint64_t behind_cdboot(const uint8_t *head)
{
	(void)head;
	return CDBOOT_SIZE;
}

/* Loaders whose file has core.img, with diskboot.img, after them. */
static const struct loader {
	const char *name;
	bool (*is)(const uint8_t *head);
	uint64_t (*core_at)(const uint8_t *head);
	bool of_cd;
	const char *why;                /* NULL: another kind detects it */
} loaders[] = {
	{ "cdboot.img", is_cdboot, behind_cdboot, true, "GRUB's cdboot.img with core.img after it" },
	{ "lnxboot.img", is_lnxboot, behind_lnxboot, false, NULL },
};

static const struct loader *find_loader(const uint8_t *head)
{
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		if (loaders[i].is(head))
			return &loaders[i];
	return NULL;
}

static bool has_diskboot(const struct rj_input *input, uint64_t offset)
{
	uint8_t sector[GRUB_SECTOR] = { 0 };

	rj_input_peek(input, sector, sizeof(sector), offset);
	return grub_is_diskboot(sector);
}

static enum rj_detected grub_detect(const struct rj_input *input, const char **why)
{
	uint8_t head[2 * GRUB_SECTOR] = { 0 };
	const struct loader *loader;

	rj_input_peek(input, head, sizeof(head), 0);
	*why = "GRUB's diskboot.img in the first sector";
	if (grub_is_diskboot(head))
		return RJ_DETECT_YES;
	*why = "GRUB's core.img without diskboot.img";
	if (grub_is_bare_core(head, input->size))
		return RJ_DETECT_YES;
	*why = "GRUB's pxeboot.img";
	if (is_pxeboot(head))
		return RJ_DETECT_YES;
	loader = find_loader(head);
	if (!loader || !loader->why)
		return RJ_DETECT_NO;
	*why = loader->why;
	return has_diskboot(input, loader->core_at(head)) ? RJ_DETECT_YES : RJ_DETECT_NO;
}

typedef enum rj_err core_check(const uint8_t *core, size_t size, struct rj_error *err);

/* Adds the core.img from offset to the end of the file at the address where it runs. */
static enum rj_err add_core(struct rj_plan *plan, const struct rj_input *input,
			    uint64_t offset, uint32_t address, core_check *check,
			    struct rj_error *err)
{
	uint64_t size = input->size - offset;
	uint8_t *core;

	if (size > GRUB_CORE_MAX)
		return grub_core_too_large(size, GRUB_CORE_MAX, err);
	/* zeros after a short file, since diskboot's whole sector is examined */
	core = calloc(1, GRUB_CORE_MAX);
	if (!core)
		return rj_no_memory(err);
	err->class = RJ_OK;
	if (!rj_input_read(input, core, (size_t)size, offset, err))
		check(core, (size_t)size, err);
	free(core);
	if (err->class)
		return err->class;
	return rj_plan_add(plan, ".core", address, input, offset, size, err);
}

static void note_taken(struct rj_plan *plan, const struct rj_input *input, const char *name)
{
	rj_plan_note(plan, input->path, "%s with core.img after it: only core.img is carried",
		     name);
}

static enum rj_err read_behind(struct rj_plan *plan, const struct rj_input *input,
			       const struct loader *loader, const uint8_t *head,
			       struct rj_error *err)
{
	uint64_t offset = loader->core_at(head);

	if (!has_diskboot(input, offset))
		return rj_fail(err, RJ_BAD,
			       "no core.img at %s, after %s; "
			       "make it again with grub-mkimage -O i386-pc", RJ_HEX(offset),
			       loader->name);
	note_taken(plan, input, loader->name);
	if (loader->of_cd)
		rj_plan_expect_cd(plan, input);
	return add_core(plan, input, offset, GRUB_CORE_ADDRESS, grub_core_check, err);
}

/* A disk: boot.img, with core.img where boot.img looks for it. */
static enum rj_err read_disk(struct rj_plan *plan, const struct rj_input *input,
			     const uint8_t *sector, struct rj_error *err)
{
	const char *wrong;
	uint8_t *bytes;
	size_t size;

	if (grub_embedded_core(input, sector, &bytes, &size, &wrong, err))
		return err->class;
	if (wrong)
		return rj_fail(err, RJ_BAD,
			       "boot.img names sector %s for core.img, but %s; "
			       "use core.img itself, or --mbr with the boot sector alone",
			       RJ_DEC(grub_kernel_sector(sector)), wrong);
	note_taken(plan, input, "boot.img");
	return rj_plan_add_bytes(plan, ".core", GRUB_CORE_ADDRESS, bytes, size, err);
}

static enum rj_err grub_read(struct rj_plan *plan, const struct rj_input *input,
			     const struct payload_argument *argument, struct rj_error *err)
{
	uint8_t head[2 * GRUB_SECTOR] = { 0 };
	const struct loader *loader;

	(void)argument;
	rj_input_peek(input, head, sizeof(head), 0);
	rj_plan_set_entry(plan, 0, GRUB_CORE_START);
	if (grub_is_diskboot(head))
		return add_core(plan, input, 0, GRUB_CORE_ADDRESS, grub_core_check, err);
	if (grub_is_bare_core(head, UINT64_MAX))
		return add_core(plan, input, 0, GRUB_CORE_START, grub_bare_core_check, err);
	if (grub_is_boot_img(head))
		return read_disk(plan, input, head, err);
	if (is_pxeboot(head))
		return rj_fail(err, RJ_BAD,
			       "this is GRUB for network boot (i386-pc-pxe), which needs "
			       "the PXE stack of a network card's ROM, and that is gone; "
			       "make it with grub-mkimage -O i386-pc, "
			       "with its files inside (-m) or on a disk");
	loader = find_loader(head);
	if (loader)
		return read_behind(plan, input, loader, head, err);
	return rj_fail(err, RJ_BAD,
		       "not a core.img of GRUB for i386-pc %s; "
		       "make it with grub-mkimage -O i386-pc", RJ_FOUND(0, 0x52, head[0]));
}

const struct payload_kind payload_grub = {
	.name = "grub",
	.argument = "CORE.IMG",
	.help = "GRUB's core.img, also after another of GRUB's boot images",
	.signature = "diskboot.img or cdboot.img in the first sector, or a far jump to 0:82xx",
	.place = "8000h, entry 0:8200",
	.detect = grub_detect,
	.read = grub_read,
};
