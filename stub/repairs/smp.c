/* SPDX-License-Identifier: MIT */
/*
 * Intel SDM volume 3A, "Interrupt Command Register (ICR)" and "MP Initialization
 * Protocol": INIT leaves an application processor waiting for a start-up IPI.
 */
#include "repairs/repair.h"

#include "hardware/io.h"
#include "repairs/apic.h"

#define ICR_ALL_BUT_SELF  0xC0000u
#define ICR_ASSERT        0x04000u
#define ICR_PENDING       0x01000u      /* xAPIC mode only */
#define ICR_INIT          0x00500u
#define PATIENCE          100000u
#define INIT_MS           10            /* wait before the next IPI */

bool on_boot_cpu(void)
{
	return !apic_on() || rdmsr(MSR_APIC_BASE) & APIC_BASE_BSP;
}

void repair_smp(void)
{
	if (!apic_on())
		return;
	apic_write(APIC_ICR, ICR_ALL_BUT_SELF | ICR_ASSERT | ICR_INIT);
	if (!apic_is_x2apic())
		for (uint32_t i = 0; i < PATIENCE && apic_read(APIC_ICR) & ICR_PENDING; i++)
			;
	delay_ms(INIT_MS);
}
