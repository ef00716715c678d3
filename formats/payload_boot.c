/* SPDX-License-Identifier: MIT */
/*
 * The firmware's own boot order: INT 19h, the bootstrap loader, or INT 18h, which
 * a boot sector calls that has found nothing to boot (the BIOS then tries the next
 * device, or starts what it has in ROM). Neither comes back when booting works.
 *
 * The code stands at 600h because what is booted comes to 7C00h and upwards (a CD-ROM
 * or a network may bring far more than a sector), and the stack comes down from there.
 * An MBR moves itself to 600h too, but then it has been booted. So if the firmware
 * gives up and returns, there still is something to return to.
 *
 * Or what the image's loader gives along as initrd or module: stub/runtime/ puts the boot
 * sector of that into the piece here.
 */
#include "payload.h"

#include <stdlib.h>
#include <string.h>

#include "boot_sector.h"
#include "layout.h"

#define BOOT_CODE  0x600
#define GIVEN      "given"
#define BOOT_WORDS "int19 int18 " GIVEN

static const struct {
	const char *word;
	uint8_t interrupt;
} boots[] = {
	{ "int19", 0x19 },
	{ "int18", 0x18 },
};

static enum rj_err add_code(struct rj_plan *plan, uint8_t interrupt, struct rj_error *err)
{
	const uint8_t code[] = {
		0xCD, interrupt,
		0xFA,                   /* cli */
		0xF4,                   /* hlt */
		0xEB, 0xFD,             /* jmp to the hlt, after an NMI */
	};
	uint8_t *bytes = malloc(sizeof(code));

	if (!bytes)
		return rj_fail(err, RJ_ERR_MEMORY);
	memcpy(bytes, code, sizeof(code));
	rj_plan_set_entry(plan, 0, BOOT_CODE);
	return rj_plan_add_bytes(plan, ".boot", BOOT_CODE, bytes, sizeof(code), err);
}

static enum rj_err take_given(struct rj_plan *plan, struct rj_error *err)
{
	uint8_t *bytes = calloc(1, SECTOR_SIZE);

	if (!bytes)
		return rj_fail(err, RJ_ERR_MEMORY);
	plan->given = true;
	plan->regs.eax = BIOS_SIGNATURE_EAX;
	rj_plan_set_entry(plan, 0, BOOT_SECTOR);
	return rj_plan_add_bytes(plan, ".boot", BOOT_SECTOR, bytes, SECTOR_SIZE, err);
}

static enum rj_err boot_take(struct rj_plan *plan, const char *word, struct rj_error *err)
{
	for (size_t i = 0; i < sizeof(boots) / sizeof(boots[0]); i++)
		if (strcmp(word, boots[i].word) == 0)
			return add_code(plan, boots[i].interrupt, err);
	if (strcmp(word, GIVEN) == 0)
		return take_given(plan, err);
	return rj_fail(err, RJ_ERR_WORD, .name = word, .other = BOOT_WORDS);
}

const struct payload_kind payload_boot = {
	.name = "boot",
	.argument = "int19|int18|given",
	.help = "no file: the firmware's boot order; or what the loader gives",
	.signature = "none",
	.place = "600h, entry 0:0600; what is given: as it says, or at 7C00h",
	.words = BOOT_WORDS,
	.take = boot_take,
};
