/* SPDX-License-Identifier: MIT */
/*
 * Linux: Documentation/arch/x86/zero-page.rst. RBIL: INT 10h AH=00h, 03h; BDA 40:84, 40:85.
 */
#include "install/linux.h"

#include <stddef.h>

#include "common/bda.h"
#include "common/mem.h"
#include "common/own_bios.h"
#include "hardware/io.h"

#define VIDEO           0x10u           /* the interrupt */
#define TEXT_MODE       0x0003u         /* AH=00h, AL=03h: 80x25 */
#define GET_CURSOR      0x0300u

/* "the bootloader must zero the entire struct boot_params", except for the setup header. */
static void keep_header(struct boot_params *params)
{
	const struct setup_header header = params->header;
	/* boot.rst: the header ends at 202h plus the byte at 201h, the jump over it */
	uint32_t size = offsetof(struct setup_header, header) + header.jump[1];

	if (size > sizeof(header))
		size = sizeof(header);
	memset(params, 0, sizeof(*params));
	memcpy(&params->header, &header, size);
}

/* Sets the text mode, and describes it as the kernel's own setup code does. */
static void fill_text(struct screen_info *screen, const struct rj_stub *stub)
{
	struct bios_regs regs = { .eax = TEXT_MODE };

	stub->bios_call(&regs, VIDEO);
	regs = (struct bios_regs){ .eax = GET_CURSOR };
	stub->bios_call(&regs, VIDEO);
	screen->column = (uint8_t)regs.edx;
	screen->row = (uint8_t)(regs.edx >> 8);
	screen->mode = TEXT_MODE;
	screen->columns = (uint8_t)read16(BDA_COLUMNS);
	screen->rows = (uint8_t)(read8(BDA_LAST_ROW) + 1);
	screen->points = read16(BDA_CHARACTER_HEIGHT);
	screen->type = SCREEN_VGA;
}

/* boot.rst: a kernel with XLF_EFI_KEXEC takes runtime services that have virtual addresses. */
static void fill_efi(struct boot_params *params, const struct rj_efi *efi)
{
	if (!efi || params->header.version < XLOADFLAGS_VERSION
	    || !(params->header.xloadflags & XLF_EFI_KEXEC))
		return;
	params->efi = efi->info;
	params->efi.map = (uint32_t)(uintptr_t)efi->rows;
	params->efi.map_high = 0;
	if (efi->head.length)
		params->header.setup_data = (uintptr_t)&efi->head;
}

void linux_fill(struct boot_params *params, const struct rj_linux_start *start)
{
	uint32_t count = start->memory_count;

	keep_header(params);
	if (start->has_text)
		fill_text(&params->screen, start->stub);
	else
		params->screen = start->stub->screen;
	if (start->ebda && start->stub->acpi->rsdp[0])
		params->rsdp = start->ebda + (uint32_t)offsetof(struct rj_ebda, rsdp);
	fill_efi(params, start->efi);
	if (count > BOOT_PARAMS_E820_MAX)
		count = BOOT_PARAMS_E820_MAX;
	params->e820_count = (uint8_t)count;
	memcpy(params->e820, start->memory, count * sizeof(*params->e820));
}
