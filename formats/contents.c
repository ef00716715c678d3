/* SPDX-License-Identifier: MIT */
#include "contents.h"

#include <string.h>
#include <unistd.h>

#include "compress.h"
#include "foreign.h"
#include "layout.h"
#include "le.h"
#include "setup_header.h"
#include "temporary.h"

#define CONTENTS_MAX ((UINT64_C(1) << 32) - HIGH_MEMORY)

/* PE: the offset of its header stands at 3Ch of the DOS header. */
#define PE_OFFSET_AT 0x3C
#define PE_MAGIC     0x00004550u

/* An EFI program; a Linux kernel looks like one, too, but a BIOS starts it. */
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
	if (foreign)
		return rj_fail(err, RJ_ERR_FOREIGN, .name = foreign->name, .other = foreign->todo);
	if (is_pe(input))
		return rj_fail(err, RJ_ERR_FOREIGN, .name = "a PE file, for UEFI or Windows",
			       .other = "no BIOS starts it; give its variant for BIOS");
	return RJ_OK;
}

static enum rj_err unpack(struct rj_input *input, struct rj_error *err)
{
	uint64_t size;
	int fd;

	if (rj_temporary_open(&fd, err)) {
		err->subject = "a temporary file";
		return err->code;
	}
	if (rj_gunzip(input, fd, CONTENTS_MAX, &size, err)) {
		close(fd);
		if (err->code == RJ_ERR_WRITE)
			err->subject = "a temporary file";
		return err->code;
	}
	rj_input_close(input);
	input->fd = fd;
	input->size = size;
	return size ? RJ_OK : rj_fail(err, RJ_ERR_EMPTY);
}

enum rj_err rj_contents(struct rj_input *input, struct rj_error *err)
{
	if (rj_refuse_foreign(input, err))
		return err->code;
	if (!rj_is_gzip(input))
		return RJ_OK;
	return unpack(input, err) ? err->code : rj_refuse_foreign(input, err);
}
