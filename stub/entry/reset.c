/* SPDX-License-Identifier: MIT */
/* ICH datasheet, "Reset Control Register". IBM PC/AT Technical Reference: the keyboard controller. */
#include "entry/reset.h"

#include "hardware/io.h"
#include "repairs/i8042.h"
#include "repairs/repair.h"

#define CONFIG_ADDRESS   0xCF8          /* PCI 3.0, 3.2.2.3.2 */
#define RESET_CONTROL    0xCF9
#define I8042_PULSE_RESET 0xFE          /* command F0h-FFh */

static const struct idtr no_idt;

static void by_register(const struct rj_reset *reset)
{
	if (!reset->port)
		return;
	if (reset->is_config)
		outl(CONFIG_ADDRESS, reset->address);
	outb(reset->port, reset->value);
	delay_ms(50);
}

_Noreturn void reset_machine(const struct rj_reset *reset)
{
	if (reset)
		by_register(reset);
	outb(RESET_CONTROL, 0x02);      /* hard reset at the next rising edge of bit 2 */
	outb(RESET_CONTROL, 0x06);
	delay_ms(50);
	outb(I8042_COMMAND, I8042_PULSE_RESET);
	delay_ms(50);
	for (;;)                        /* a triple fault resets the CPU */
		__asm__ volatile("lidt %0\n\tud2" : : "m"(no_idt));
}
