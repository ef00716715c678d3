/* SPDX-License-Identifier: MIT */
#include "entry/fail.h"

#include "entry/reset.h"
#include "hardware/console.h"
#include "repairs/repair.h"

#define REBOOT_SECONDS 10u

static bool halt_on_error;
static const struct rj_reset *reset_by;

void fail_init(bool halt, const struct rj_reset *reset)
{
	halt_on_error = halt;
	reset_by = reset;
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
		reset_machine(reset_by);
	}
	print("halted");
	for (;;)
		__asm__ volatile("cli\n\thlt");
}
