/* SPDX-License-Identifier: MIT */
#include "entry/fail.h"

#include "hardware/console.h"
#include "hardware/io.h"
#include "repairs/i8042.h"
#include "repairs/repair.h"

#define REBOOT_SECONDS 10u
#define RESET_CONTROL  0xCF9    /* ICH datasheet, "Reset Control Register" */
#define I8042_PULSE_RESET 0xFE  /* IBM PC/AT Technical Reference, command F0h-FFh */

static bool halt_on_error;

static const struct idtr no_idt;

static _Noreturn void reboot(void)
{
	outb(RESET_CONTROL, 0x02);      /* hard reset at the next rising edge of bit 2 */
	outb(RESET_CONTROL, 0x06);
	delay_ms(50);
	outb(I8042_COMMAND, I8042_PULSE_RESET);
	delay_ms(50);
	for (;;)                        /* a triple fault resets the CPU */
		__asm__ volatile("lidt %0\n\tud2" : : "m"(no_idt));
}

void fail_init(bool halt)
{
	halt_on_error = halt;
}

_Noreturn void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprint(format, args);
	va_end(args);
	if (!halt_on_error) {
		print("rebooting in %u s", REBOOT_SECONDS);
		delay_ms(REBOOT_SECONDS * 1000);
		reboot();
	}
	print("halted");
	for (;;)
		__asm__ volatile("cli\n\thlt");
}
