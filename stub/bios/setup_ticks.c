/* SPDX-License-Identifier: MIT */
/*
 * Finds what makes the interrupts that count ticks: the 8254, the HPET in its place, or the
 * local APIC's timer. What counts is whether 40:6C moves: clocks may be gated, and interrupts
 * may not be routed.
 *
 *   8254: Intel 8254 datasheet (231164-005); port 61h: ICH datasheet, NMI_SC
 *   HPET: IA-PC HPET specification 1.0a, 2.3
 *   local APIC: SDM 3A, 10.5.4 "APIC Timer", 10.12 "x2APIC"
 */
#include "bios/setup_ticks.h"

#include <stddef.h>

#include "bios/bios.h"
#include "common/bda.h"
#include "hardware/io.h"
#include "hardware/ports.h"

#define TEST_MS        200u     /* more than three ticks */
#define TEST_STEP      10u

#define CHANNEL2       0x42
#define CONTROL        0x43
#define CHANNEL2_MODE0 0xB0     /* both bytes, the output rises at 0 */
#define PORT_B_GATE2   0x01
#define PORT_B_KEEP    0x0C     /* the NMI masks */
#define PORT_B_OUT2    0x20
#define CHANNEL2_COUNT 1193u    /* 1 ms */
#define CHANNEL2_MS    50u      /* after which nothing will come */

#define HPET_CAPABILITIES  0x000u
#define HPET_PERIOD        0x004u       /* femtoseconds */
#define HPET_CONFIGURATION 0x010u
#define HPET_COUNTER       0x0F0u
#define HPET_TIMER0        0x100u
#define HPET_COMPARATOR0   0x108u
#define CAP_LEGACY         0x8000u      /* can take the 8254's and the clock's interrupts */
#define CONF_ENABLE        0x1u
#define CONF_LEGACY        0x2u
#define TIMER_ENABLE       0x0004u
#define TIMER_PERIODIC     0x0008u
#define TIMER_CAN_PERIODIC 0x0010u
#define TIMER_SET_PERIOD   0x0040u      /* the next write of the comparator sets the period */
#define TICK_FS            54925419000000ull    /* femtoseconds */

#define MSR_APIC_BASE      0x1Bu
#define APIC_X2            0x400u
#define APIC_ON            0x800u
#define APIC_BASE          0xFEE00000u
#define MSR_X2             0x800u       /* + a register's offset / 16 */
#define LVT_TIMER          0x320u
#define TIMER_INITIAL      0x380u
#define TIMER_CURRENT      0x390u
#define TIMER_DIVIDE       0x3E0u
#define DIVIDE_BY_16       0x3u
#define LVT_PERIODIC       0x20000u
#define LVT_MASKED         0x10000u
#define MEASURED_MS        10u

/* Waits by INT 15h AH=86h, which lets interrupts in. */
static void wait(const struct rj_setup *setup, uint32_t ms)
{
	struct bios_regs r = { .eax = 0x8600, .ecx = ms * 1000 >> 16, .edx = ms * 1000 & 0xFFFF };

	setup->bios_call(&r, 0x15);
}

static bool ticks_move(const struct rj_setup *setup)
{
	uint32_t before = read32(BDA_TICKS);

	for (uint32_t ms = 0; ms < TEST_MS && read32(BDA_TICKS) == before; ms += TEST_STEP)
		wait(setup, TEST_STEP);
	return read32(BDA_TICKS) != before;
}

static bool by_8254(const struct rj_setup *setup)
{
	return ticks_move(setup);
}

/* The quotient must fit 32 bits. */
static uint32_t divide(uint64_t value, uint32_t by)
{
	uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);

	__asm__("divl %2" : "+a"(low), "+d"(high) : "rm"(by) : "cc");
	return low;
}

static bool by_hpet(const struct rj_setup *setup)
{
	uint32_t hpet = setup->hpet, period, counts;

	if (!hpet || !(read32(hpet + HPET_CAPABILITIES) & CAP_LEGACY)
	    || !(read32(hpet + HPET_TIMER0) & TIMER_CAN_PERIODIC))
		return false;
	period = read32(hpet + HPET_PERIOD);
	if (period <= TICK_FS >> 32)
		return false;
	counts = divide(TICK_FS, period);
	write32(hpet + HPET_CONFIGURATION, 0);
	write32(hpet + HPET_COUNTER, 0);
	write32(hpet + HPET_COUNTER + 4, 0);
	write32(hpet + HPET_TIMER0, TIMER_ENABLE | TIMER_PERIODIC | TIMER_SET_PERIOD);
	write32(hpet + HPET_COMPARATOR0, counts);
	write32(hpet + HPET_COMPARATOR0, counts);
	write32(hpet + HPET_CONFIGURATION, CONF_ENABLE | CONF_LEGACY);
	if (ticks_move(setup))
		return true;
	write32(hpet + HPET_CONFIGURATION, 0);
	write32(hpet + HPET_TIMER0, 0);
	return false;
}

static bool is_x2(void)
{
	return rdmsr(MSR_APIC_BASE) & APIC_X2;
}

static void apic_write(uint32_t offset, uint32_t value)
{
	if (is_x2())
		wrmsr(MSR_X2 + offset / 16, value);
	else
		write32(APIC_BASE + offset, value);
}

static uint32_t apic_read(uint32_t offset)
{
	return is_x2() ? (uint32_t)rdmsr(MSR_X2 + offset / 16) : read32(APIC_BASE + offset);
}

/*
 * The vector must be above 15 (10.5.2), so that its handler calls that of IRQ 0. The timer's speed
 * is measured by the time stamp counter, since the wait may take longer.
 */
static bool by_apic(const struct rj_setup *setup)
{
	uint32_t counted, took;

	if (!(rdmsr(MSR_APIC_BASE) & APIC_ON))
		return false;
	apic_write(TIMER_DIVIDE, DIVIDE_BY_16);
	apic_write(LVT_TIMER, LVT_MASKED | APIC_TIMER_VECTOR);
	apic_write(TIMER_INITIAL, UINT32_MAX);
	took = -(uint32_t)rdtsc();
	wait(setup, MEASURED_MS);
	counted = UINT32_MAX - apic_read(TIMER_CURRENT);
	took += (uint32_t)rdtsc();
	apic_write(LVT_TIMER, LVT_PERIODIC | APIC_TIMER_VECTOR);
	apic_write(TIMER_INITIAL, divide((uint64_t)counted * bios.ticks_per_tick, took));
	if (ticks_move(setup))
		return true;
	apic_write(LVT_TIMER, LVT_MASKED);
	apic_write(TIMER_INITIAL, 0);
	return false;
}

void ticks_start(const struct rj_setup *setup)
{
	static const struct {
		bool (*start)(const struct rj_setup *setup);
		const char *name;
	} sources[] = {
		{ by_8254, "the 8254" }, { by_hpet, "the HPET" }, { by_apic, "the local APIC" },
	};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (sources[i].start(setup)) {
			setup->host->print("timer interrupts by %s", sources[i].name);
			return;
		}
	bios.polls_ticks = 1;
	bios.polled_at = rdtsc();
	setup->print("no timer interrupts; programs that wait for one hang");
}

void channel2_check(const struct rj_setup *setup)
{
	uint8_t port_b = inb(PORT_B);
	uint64_t ticks = (uint64_t)setup->host->ticks_per_ms * CHANNEL2_MS, start;
	bool answers = port_b == 0xFF;  /* programs see that there is no such port */
	bool is_late;

	outb(PORT_B, (port_b & PORT_B_KEEP) | PORT_B_GATE2);
	outb(CONTROL, CHANNEL2_MODE0);
	outb(CHANNEL2, CHANNEL2_COUNT & 0xFF);
	outb(CHANNEL2, CHANNEL2_COUNT >> 8);
	start = rdtsc();
	do {
		is_late = rdtsc() - start >= ticks;     /* read before the look */
		answers = answers || inb(PORT_B) & PORT_B_OUT2;
	} while (!answers && !is_late);
	outb(PORT_B, port_b & PORT_B_KEEP);
	if (!answers)
		setup->print("channel 2 of the 8254 does not count; GRUB and memtest86+ hang");
}
