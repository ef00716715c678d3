/* SPDX-License-Identifier: MIT */
#include "payload.h"

#include <stdlib.h>
#include <string.h>

#include "grub_core.h"

/* What GRUB builds for elsewhere, by two marks. */
static const struct {
	const char *start;
	size_t length;
	size_t second_at;
	const char *second;
	size_t second_length;
	enum rj_err code;
	const char *name;
} others[] = {
	{ "\xB2\x7F\xEA\x00\x82", 5, 0, "", 0, RJ_ERR_CORE_PLATFORM,
	  "network boot (i386-pc-pxe)" },
	{ "\xE8\x00\x00\xEB\x3B", 5, 0, "", 0, RJ_ERR_CORE_PLATFORM,
	  "CD-ROM boot (i386-pc-eltorito)" },
	{ "\x66\x31\xED\xE9", 4, 0x202, "HdrS", 4, RJ_ERR_CORE_LNXBOOT, NULL },
	{ "\xEA", 1, 2, "\x82\0\0", 3, RJ_ERR_CORE_BARE, NULL },
};

static enum rj_err refuse(const struct rj_input *input, const uint8_t *head,
			  struct rj_error *err)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (memcmp(head, others[i].start, others[i].length) == 0 &&
		    memcmp(head + others[i].second_at, others[i].second,
			   others[i].second_length) == 0)
			return rj_fail(err, others[i].code, .subject = input->path,
				       .name = others[i].name);
	return rj_fail(err, RJ_ERR_CORE_MAGIC, .subject = input->path, .located = true,
		       .at = 0, .expected = 0x52, .found = head[0]);
}

static enum rj_detected grub_detect(const struct rj_input *input, const char **why)
{
	uint8_t head[GRUB_SECTOR] = { 0 };

	rj_input_peek(input, head, sizeof(head), 0);
	*why = "GRUB's diskboot.img in the first sector";
	return grub_is_diskboot(head) ? RJ_DETECT_YES : RJ_DETECT_NO;
}

static enum rj_err check_file(const struct rj_input *input, struct rj_error *err)
{
	uint8_t *core;

	if (input->size > GRUB_CORE_MAX)
		return rj_fail(err, RJ_ERR_CORE_LARGE, .count = input->size,
			       .limit = GRUB_CORE_MAX);
	/* zeros behind a short file: a diskboot sector is looked at as a whole */
	core = calloc(1, GRUB_CORE_MAX);
	if (!core)
		return rj_fail(err, RJ_ERR_MEMORY);
	if (!rj_input_read(input, core, (size_t)input->size, 0, err))
		grub_core_check(core, (size_t)input->size, err);
	free(core);
	return err->code;
}

static enum rj_err grub_read(struct rj_plan *plan, const struct rj_input *input,
			     const struct payload_argument *argument, struct rj_error *err)
{
	uint8_t head[2 * GRUB_SECTOR] = { 0 };

	(void)argument;
	rj_input_peek(input, head, sizeof(head), 0);
	if (!grub_is_diskboot(head))
		return refuse(input, head, err);
	err->code = RJ_OK;
	if (check_file(input, err)) {
		err->subject = input->path;
		return err->code;
	}
	rj_plan_set_entry(plan, 0, GRUB_CORE_ADDRESS + GRUB_SECTOR);
	return rj_plan_add(plan, ".core", GRUB_CORE_ADDRESS, input, 0, input->size, err);
}

const struct payload_kind payload_grub = {
	.name = "grub",
	.argument = "CORE.IMG",
	.help = "GRUB's core.img, from grub-mkimage -O i386-pc",
	.signature = "diskboot.img in the first sector, a far jump at 200h",
	.place = "8000h, entry 0:8200",
	.detect = grub_detect,
	.read = grub_read,
};
