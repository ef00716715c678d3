/* SPDX-License-Identifier: MIT */
/*
 * PXE network bootstrap programs, entered as a PXE ROM does (PXE 2.1, 4.4.5): a far call to
 * 0:7C00, with ES:BX -> PXENV+ and the far pointer to !PXE above the return address. Here both
 * pointers are 0 and AX is not 564Eh: there is no PXE stack. So a program with its own network
 * driver runs, one that needs the stack is refused, and an unknown one gets a note.
 */
#include "payload/payload.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "base/contains.h"
#include "base/setup_header.h"
#include "common/le.h"
#include "disk/lzma.h"
#include "payload/boot_code.h"

#define NBP_MAX (STUB_HOME - BOOT_SECTOR)

/* The top of the caller's stack: the return address, and !PXE. */
struct nbp_stack {
	uint16_t ip, cs;
	uint32_t pxe;
};
static_assert(sizeof(struct nbp_stack) == 8, "stack");

enum need { UNKNOWN, NO_STACK, PXE_STACK };

static const struct program {
	const char *name;
	size_t at, length;
	const char *mark;
	enum need need;
	bool detected;          /* GRUB's is not: --grub detects it */
} programs[] = {
	/* SYSLINUX, core/pxelinux.asm: a far jump, then its magic at 8 */
	{ "PXELINUX", 0, 12, "\xEA\x24\x7C\0\0\x90\x90\x90\xAC\xC8\x83\x29", PXE_STACK, true },
	/* GRUB, boot/i386/pc/pxeboot.S */
	{ "GRUB for network boot (i386-pc-pxe)", 0, 5, "\xB2\x7F\xEA\0\x82", PXE_STACK, false },
};

#define IPXE_FRONT 0x800u       /* of its uncompressed code, as far as it is examined */
#define IPXE_ALIGN 16u          /* of the compressed part */
#define IPXE_MAX   0x200000u    /* unpacked size at most; iPXE with all drivers has 0xB6800 */

/* iPXE, arch/x86/prefix/pxeprefix.S: a far jump over its header, and "PXE->EB:". */
static bool is_ipxe(const uint8_t *front)
{
	static const uint8_t target[] = { 0x00, 0xC0, 0x07 };

	return front[0] == 0xEA && memcmp(front + 2, target, sizeof(target)) == 0 &&
	       rj_contains(front, IPXE_FRONT, "PXE->EB:", 8);
}

/*
 * Whether it was built to unload the UNDI driver, by calling PXENV_STOP_UNDI: MOV BX, 15h and
 * CALL. The others (.kpxe, .kkpxe) can use that driver.
 */
static bool stops_undi(const uint8_t *front)
{
	return rj_contains(front, IPXE_FRONT, "\xBB\x15\0\xE8", 4);
}

/* The last part of the file is compressed: its size, then LZMA data (util/zbin.c). */
static bool find_packed(const uint8_t *bytes, size_t size, size_t *at)
{
	for (*at = 0; *at + sizeof(uint32_t) < size; *at += IPXE_ALIGN)
		if (le32(bytes + *at) == size - *at - sizeof(uint32_t))
			return true;
	return false;
}

/*
 * What an iPXE that can use the UNDI driver needs. undionly has no other driver; its name,
 * which is its build's (core/version.c), starts with undionly.
 */
static enum need look_inside(const struct rj_input *input)
{
	static const char undionly[] = "\0undionly.k";
	static uint8_t bytes[NBP_MAX], unpacked[IPXE_MAX];
	size_t size = rj_input_peek(input, bytes, sizeof(bytes), 0), at, got;

	if (!find_packed(bytes, size, &at) ||
	    !rj_lzma_unpack(bytes + at + sizeof(uint32_t), size - at - sizeof(uint32_t),
			    unpacked, sizeof(unpacked), &got))
		return UNKNOWN;
	return rj_contains(unpacked, got, undionly, sizeof(undionly) - 1) ? PXE_STACK : NO_STACK;
}

/* Indexed by enum need. */
static const struct program ipxe[] = {
	[UNKNOWN] = { .name = "iPXE that may need the PXE ROM's driver (.kpxe, .kkpxe)",
		      .need = UNKNOWN, .detected = true },
	[NO_STACK] = { .name = "iPXE with drivers of its own", .need = NO_STACK, .detected = true },
	[PXE_STACK] = { .name = "iPXE that drives the card through the PXE ROM (undionly)",
			.need = PXE_STACK, .detected = true },
};

static struct program identify(const struct rj_input *input)
{
	uint8_t front[IPXE_FRONT] = { 0 };

	rj_input_peek(input, front, sizeof(front), 0);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (memcmp(front + programs[i].at, programs[i].mark, programs[i].length) == 0)
			return programs[i];
	if (!is_ipxe(front))
		return (struct program){ .need = UNKNOWN };
	return ipxe[stops_undi(front) ? NO_STACK : look_inside(input)];
}

static enum rj_detected nbp_detect(const struct rj_input *input, const char **why)
{
	struct program program = identify(input);

	*why = program.name ? program.name : "not a known PXE boot program";
	return program.detected ? RJ_DETECT_YES : RJ_DETECT_NO;
}

static enum rj_err check(struct rj_plan *plan, const struct rj_input *input,
			 struct rj_error *err)
{
	struct program program = identify(input);

	if (setup_header_is_in(input))
		return rj_fail(err, RJ_BAD, "has a Linux boot header; use --linux");
	if (program.need == PXE_STACK)
		return rj_fail(err, RJ_BAD,
			       "this is %s, "
			       "which needs the PXE stack of a network card's ROM; "
			       "no PXE stack is left after an operating system has run; "
			       "ipxe.pxe has its own drivers", program.name);
	if (input->size > NBP_MAX)
		return rj_fail(err, RJ_BAD,
			       "%s bytes are more than the %u that "
			       "a PXE boot program can have here", RJ_DEC(input->size),
			       NBP_MAX);
	if (program.need == UNKNOWN)
		rj_plan_note(plan, input->path,
			     "started without a PXE stack; the program needs its own drivers");
	return RJ_OK;
}

static enum rj_err add_stack(struct rj_plan *plan, struct rj_error *err)
{
	uint8_t *stack = calloc(1, sizeof(struct nbp_stack));

	if (!stack)
		return rj_no_memory(err);
	LE_PUT(stack, struct nbp_stack, ip, BOOT_CODE);
	plan->regs.esp = BOOT_SECTOR - sizeof(struct nbp_stack);
	return rj_plan_add_bytes(plan, ".stack", plan->regs.esp, stack,
				 sizeof(struct nbp_stack), err);
}

static enum rj_err nbp_read(struct rj_plan *plan, const struct rj_input *input,
			    const struct payload_argument *argument, struct rj_error *err)
{
	(void)argument;
	if (check(plan, input, err) || boot_code_add(plan, BOOT_INT18, err) ||
	    add_stack(plan, err))
		return err->class;
	rj_plan_set_entry(plan, 0, BOOT_SECTOR);
	return rj_plan_add(plan, ".nbp", BOOT_SECTOR, input, 0, input->size, err);
}

const struct payload_kind payload_nbp = {
	.name = "nbp",
	.argument = "FILE",
	.help = "a PXE boot program that needs no PXE stack, such as ipxe.pxe",
	.signature = "the first bytes of iPXE or PXELINUX",
	.place = "7C00h, entry 0:7C00; returns to INT 18h",
	.detect = nbp_detect,
	.read = nbp_read,
};
