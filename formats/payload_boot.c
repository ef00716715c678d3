/* SPDX-License-Identifier: MIT */
/* The firmware's own boot order, by either of its interrupts. */
#include "payload.h"

#include <string.h>

#include "boot_code.h"

#define BOOT_WORDS "int19 int18"

static const struct {
	const char *word;
	uint8_t interrupt;
} boots[] = {
	{ "int19", BOOT_INT19 },
	{ "int18", BOOT_INT18 },
};

static enum rj_err boot_take(struct rj_plan *plan, const char *word, struct rj_error *err)
{
	for (size_t i = 0; i < sizeof(boots) / sizeof(boots[0]); i++) {
		if (strcmp(word, boots[i].word) != 0)
			continue;
		rj_plan_set_entry(plan, 0, BOOT_CODE);
		return boot_code_add(plan, boots[i].interrupt, err);
	}
	return rj_fail(err, RJ_ERR_WORD, .name = word, .other = BOOT_WORDS);
}

const struct payload_kind payload_boot = {
	.name = "boot",
	.argument = "int19|int18",
	.help = "no file: the firmware's own boot order, without POST",
	.signature = "none",
	.place = "600h, entry 0:0600",
	.words = BOOT_WORDS,
	.take = boot_take,
};
