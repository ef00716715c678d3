/* SPDX-License-Identifier: MIT */
/*
 * The firmware's own boot order, by INT 19h or INT 18h; or what the loader supplies as initrd
 * or module, whose boot sector stub/runtime/ puts into the piece added here.
 */
#include "payload/payload.h"

#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "base/words.h"
#include "common/boot_sector.h"
#include "payload/boot_code.h"

#define INITRD      "initrd"
#define BOOT_WORDS "int19 int18 " INITRD

static const struct {
	const char *word;
	uint8_t interrupt;
} boots[] = {
	{ "int19", BOOT_INT19 },
	{ "int18", BOOT_INT18 },
};

static enum rj_err take_initrd(struct rj_plan *plan, struct rj_error *err)
{
	uint8_t *bytes = calloc(1, SECTOR_SIZE);

	if (!bytes)
		return rj_no_memory(err);
	plan->boots_initrd = true;
	plan->regs.eax = BIOS_SIGNATURE_EAX;
	rj_plan_set_entry(plan, 0, BOOT_SECTOR);
	return rj_plan_add_bytes(plan, ".boot", BOOT_SECTOR, bytes, SECTOR_SIZE, err);
}

static enum rj_err boot_take(struct rj_plan *plan, const char *word, struct rj_error *err)
{
	for (size_t i = 0; i < sizeof(boots) / sizeof(boots[0]); i++) {
		if (strcmp(word, boots[i].word) != 0)
			continue;
		rj_plan_set_entry(plan, 0, BOOT_CODE);
		return boot_code_add(plan, boots[i].interrupt, err);
	}
	if (strcmp(word, INITRD) == 0)
		return take_initrd(plan, err);
	return rj_none_of(word, BOOT_WORDS, err);
}

const struct payload_kind payload_boot = {
	.name = "boot",
	.argument = "int19|int18|initrd",
	.help = "no file: the firmware's boot order, or what the loader supplies",
	.signature = "none",
	.place = "600h, entry 0:0600; initrd: as the payload file says, or at 7C00h",
	.words = BOOT_WORDS,
	.take = boot_take,
};
