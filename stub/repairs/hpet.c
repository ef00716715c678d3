/* SPDX-License-Identifier: MIT */
/* IA-PC HPET specification 1.0a, 2.3 registers and 3.2.4 ACPI table. */
#include "repairs/repair.h"

#include "hardware/acpi.h"
#include "hardware/io.h"

#define TABLE_ADDRESS  44u      /* in the ACPI table: the register block's address, 64 bits */
#define TABLE_SIZE     56u
#define CAPABILITIES   0x000u
#define CONFIGURATION  0x010u   /* bit 0: enable; bit 1: replace PIT and RTC */
#define TIMER          0x100u
#define TIMER_SIZE     0x020u
#define TIMER_INTERRUPT 0x0004u
#define TIMER_FSB       0x4000u

uint32_t hpet_registers(void)
{
	uint32_t table = acpi_find(ACPI_HPET);

	if (!table || acpi_end(table) < table + TABLE_SIZE || read32(table + TABLE_ADDRESS + 4))
		return 0;
	return read32(table + TABLE_ADDRESS);
}

void repair_hpet(void)
{
	uint32_t hpet = hpet_registers(), last;

	if (!hpet)
		return;
	last = read32(hpet + CAPABILITIES) >> 8 & 0x1F;
	write32(hpet + CONFIGURATION, 0);
	for (uint32_t i = 0; i <= last; i++) {
		uint32_t timer = hpet + TIMER + i * TIMER_SIZE;

		write32(timer, read32(timer) & ~(TIMER_INTERRUPT | TIMER_FSB));
	}
}
