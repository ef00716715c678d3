/* SPDX-License-Identifier: MIT */
/*
 * Delays use the time stamp counter. Its speed is measured once, against the first of the
 * machine's timers that runs; on some machines none of the older ones does.
 *
 *   8254: Intel 8254 datasheet (231164-005); port 61h: ICH datasheet, NMI_SC
 *   ACPI PM timer: ACPI specification 6.4, 4.8.3.3; its port: 5.2.9, PM_TMR_BLK
 *   HPET: IA-PC HPET specification 1.0a, 2.3
 *   CPUID leaves 15h and 16h: Intel SDM volume 2A
 */
#include "repairs/repair.h"

#include <stddef.h>

#include "hardware/acpi.h"
#include "hardware/io.h"
#include "hardware/ports.h"

#define ENOUGH          0x2000u         /* counts, so that one more or less is nothing: 7 ms of the PIT */
#define UNIT            256u            /* ticks, of which 32 bits hold minutes */
#define PATIENCE        (1u << 19)      /* units: 13 ms at 10 GHz, 134 ms at 1 GHz */
#define FASTEST         5000000u        /* ticks in a millisecond if unknown; rather too many */

#define CHANNEL2        0x42
#define CONTROL         0x43
#define CHANNEL2_MODE2  0xB4            /* both bytes, rate generator, binary */
#define LATCH_CHANNEL2  0x80
#define PORT_B_KEEP     0x0C            /* keep the NMI masks; gate and speaker off */
#define GATE2           0x01
#define PIT_KHZ         1193u

#define FADT_PM_TIMER   76u
#define FADT_SIZE_1     116u            /* in ACPI 1.0 */
#define PM_TIMER_KHZ    3580u

#define HPET_PERIOD     0x004u          /* femtoseconds, at most 100 ns */
#define HPET_CONFIGURATION 0x010u
#define HPET_COUNTER    0x0F0u
#define FEMTOSECONDS_4096 244140625u    /* of a millisecond, in units of 4096 */

#define CPUID_CRYSTAL   0x15
#define CPUID_FREQUENCY 0x16

static uint32_t timer_register;         /* its port or address */

static uint32_t pit_count(void)
{
	uint32_t low;

	outb(CONTROL, LATCH_CHANNEL2);
	low = inb(CHANNEL2);
	return -(low | (uint32_t)inb(CHANNEL2) << 8);
}

static uint32_t port_count(void)
{
	return inl((uint16_t)timer_register);
}

static uint32_t memory_count(void)
{
	return read32(timer_register);
}

static uint32_t now(void)
{
	return (uint32_t)(rdtsc() / UNIT);
}

/*
 * Ticks of the time stamp counter while the timer counts once; UINT32_MAX if it does not run. The
 * counter is read before and after the timer: SMM code or a hypervisor that takes the CPU in
 * between, or for as long as the timer takes to wrap, makes the result larger, never smaller.
 */
static uint32_t measure_once(uint32_t (*count)(void))
{
	uint32_t start = now(), first = count(), passed;
	uint16_t counted;

	do {
		counted = (uint16_t)(count() - first);
		passed = now() - start;
		if (passed > PATIENCE)
			return UINT32_MAX;
	} while (counted < ENOUGH);
	return passed * UNIT / counted;
}

/*
 * Ticks of the time stamp counter in a millisecond; 0 if the timer does not run. counts: of the
 * timer in a millisecond. The CPU is hardly taken twice, so the smaller result is the right one.
 */
static uint32_t measure(uint32_t (*count)(void), uint32_t counts)
{
	uint32_t first = measure_once(count), second = measure_once(count);

	return ((first < second ? first : second) + 1) * counts;
}

/* The count is loaded at the next clock (8254, mode 2), before which it reads as what was there. */
static uint32_t by_pit(void)
{
	uint8_t port_b = inb(PORT_B) & PORT_B_KEEP;
	uint32_t ticks;

	outb(CONTROL, CHANNEL2_MODE2);
	outb(CHANNEL2, 0);      /* 0 counts as 65536 */
	outb(CHANNEL2, 0);
	outb(PORT_B, port_b | GATE2);
	ticks = measure(pit_count, PIT_KHZ);
	outb(PORT_B, port_b);
	return ticks;
}

static uint32_t by_pm_timer(void)
{
	uint32_t fadt = acpi_find(ACPI_FADT);

	if (!fadt || acpi_end(fadt) < fadt + FADT_SIZE_1)
		return 0;
	timer_register = read32(fadt + FADT_PM_TIMER);
	return timer_register ? measure(port_count, PM_TIMER_KHZ) : 0;
}

static uint32_t by_hpet(void)
{
	uint32_t hpet = hpet_registers(), configuration, period, ticks;

	if (!hpet)
		return 0;
	period = read32(hpet + HPET_PERIOD) / 4096;
	configuration = read32(hpet + HPET_CONFIGURATION);
	timer_register = hpet + HPET_COUNTER;
	write32(hpet + HPET_CONFIGURATION, configuration | 1);
	ticks = period ? measure(memory_count, FEMTOSECONDS_4096 / period) : 0;
	write32(hpet + HPET_CONFIGURATION, configuration);
	return ticks;
}

static uint32_t by_cpuid(void)
{
	uint32_t highest = cpuid(0).eax;
	struct cpuid r = { 0 };

	if (highest >= CPUID_CRYSTAL)
		r = cpuid(CPUID_CRYSTAL);
	if (r.eax && r.ebx && r.ecx)
		return r.ecx / 1000 * r.ebx / r.eax;
	return highest >= CPUID_FREQUENCY ? (cpuid(CPUID_FREQUENCY).eax & 0xFFFF) * 1000 : 0;
}

uint32_t ticks_per_ms(void)
{
	static uint32_t (*const ways[])(void) = { by_pit, by_pm_timer, by_hpet, by_cpuid };
	static uint32_t ticks;

	for (unsigned i = 0; !ticks && i < sizeof(ways) / sizeof(*ways); i++)
		ticks = ways[i]();
	if (!ticks)
		ticks = FASTEST;
	return ticks;
}

void delay_ms(uint32_t ms)
{
	uint64_t ticks = (uint64_t)ms * ticks_per_ms(), start = rdtsc();

	while (rdtsc() - start < ticks)
		;
}
