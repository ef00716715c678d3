/* SPDX-License-Identifier: MIT */
#include "disk/contents.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "abi/layout.h"
#include "base/compress.h"
#include "base/setup_header.h"
#include "base/temporary.h"
#include "common/boot_sector.h"
#include "common/foreign.h"
#include "common/le.h"

#define CONTENTS_MAX ((UINT64_C(1) << 32) - HIGH_MEMORY)

/* PE: the DOS header has the offset of the PE header at 3Ch. */
#define PE_OFFSET_AT 0x3C
#define PE_MAGIC     0x00004550u

/* Formats whose magic is not at the start; a negative offset counts from the end. */
static const struct {
	int64_t at;
	struct rj_foreign format;
} elsewhere[] = {
	{ 257, { "ustar", 5, "a tar file", "unpack it with tar -x" } },
	{ -512, { "koly", 4, "a DMG image", "convert it with dmg2img" } },
	{ -12, { "NER5", 4, "a Nero image of a CD", "convert it with nrg2iso" } },
	{ -8, { "NERO", 4, "a Nero image of a CD", "convert it with nrg2iso" } },
};

static const struct rj_foreign *find_elsewhere(const struct rj_input *input)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		const struct rj_foreign *format = &elsewhere[i].format;
		uint64_t at = (uint64_t)elsewhere[i].at + (elsewhere[i].at < 0 ? input->size : 0);
		char mark[8];

		if (rj_input_peek(input, mark, format->length, at) == format->length &&
		    memcmp(mark, format->magic, format->length) == 0)
			return format;
	}
	return NULL;
}

/*
 * An EFI program. A Linux kernel can look like one too, but a BIOS boot loader can start it.
 */
static bool is_pe(const struct rj_input *input)
{
	uint8_t head[SETUP_ENTRY + 6] = { 0 }, magic[4] = { 0 };

	rj_input_peek(input, head, sizeof(head), 0);
	if (memcmp(head, "MZ", 2) != 0 || le32(head + SETUP_ENTRY + 2) == HDRS_MAGIC)
		return false;
	return rj_input_peek(input, magic, sizeof(magic), le32(head + PE_OFFSET_AT)) ==
	       sizeof(magic) && le32(magic) == PE_MAGIC;
}

enum rj_err rj_refuse_foreign(const struct rj_input *input, struct rj_error *err)
{
	uint8_t front[RJ_FOREIGN_FRONT] = { 0 };
	const struct rj_foreign *foreign;

	rj_input_peek(input, front, sizeof(front), 0);
	foreign = rj_foreign_of(front);
	if (!foreign)
		foreign = find_elsewhere(input);
	if (foreign)
		return rj_fail(err, RJ_BAD, "this is %s; %s", foreign->name, foreign->todo);
	if (is_pe(input))
		return rj_fail(err, RJ_BAD,
			       "this is a PE file, for UEFI or Windows; "
			       "a BIOS cannot start it; use its variant for BIOS");
	return RJ_OK;
}

/* Virtual Hard Disk Image Format Specification 1.0: big-endian, at the end of a fixed disk. */
struct vhd_footer {
	uint8_t cookie[8], features[4], version[4], data_offset[8], time[4], creator[12],
		original_size[8], current_size[8], geometry[4], type[4], checksum[4], id[16],
		saved, reserved[427];
};
static_assert(offsetof(struct vhd_footer, type) == 60, "VHD");
static_assert(sizeof(struct vhd_footer) == SECTOR_SIZE, "VHD");
#define VHD_COOKIE "conectix"
#define VHD_FIXED  2u

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Excludes the footer from the input, since it is not a sector of the disk. */
static void drop_vhd_footer(struct rj_input *input)
{
	struct vhd_footer footer;
	uint32_t sum = 0;

	if (input->is_device || input->size <= sizeof(footer) ||
	    rj_input_peek(input, &footer, sizeof(footer), input->size - sizeof(footer)) !=
		    sizeof(footer))
		return;
	for (size_t i = 0; i < sizeof(footer); i++)
		if (i - offsetof(struct vhd_footer, checksum) >= sizeof(footer.checksum))
			sum += ((const uint8_t *)&footer)[i];
	if (memcmp(footer.cookie, VHD_COOKIE, sizeof(footer.cookie)) == 0 &&
	    be32(footer.type) == VHD_FIXED && be32(footer.checksum) == ~sum)
		input->size -= sizeof(footer);
}

static enum rj_err unpack(struct rj_input *input, struct rj_error *err)
{
	uint64_t size;
	int fd;

	if (rj_temporary_open(&fd, err))
		return err->class;
	if (rj_gunzip(input, fd, CONTENTS_MAX, &size, err) || rj_input_unchanged(input, err)) {
		close(fd);
		rj_about_temporary(err);
		return err->class;
	}
	rj_input_close(input);
	input->fd = fd;
	input->size = size;
	return size ? RJ_OK : rj_fail(err, RJ_BAD, "empty file");
}

enum rj_err rj_contents(struct rj_input *input, struct rj_error *err)
{
	if (rj_refuse_foreign(input, err))
		return err->class;
	if (rj_is_gzip(input) && (unpack(input, err) || rj_refuse_foreign(input, err)))
		return err->class;
	drop_vhd_footer(input);
	return RJ_OK;
}
