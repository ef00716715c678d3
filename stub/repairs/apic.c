/* SPDX-License-Identifier: MIT */
/*
 * Intel SDM volume 3A, chapter "Advanced Programmable Interrupt Controller":
 * "Local APIC Status and Location", "Local Vector Table", "x2APIC State
 * Transitions", "Spurious Interrupt"; virtual wire: MultiProcessor
 * Specification 1.4, 3.6.2.2.
 */
#include "repairs/apic.h"

#include "abi/layout.h"
#include "hardware/io.h"
#include "repairs/repair.h"

#define CPUID_FEATURES7 7
#define EDX_ARCH_CAPABILITIES (1u << 29)
#define MSR_ARCH_CAPABILITIES 0x10A
#define XAPIC_DISABLE_KNOWN (1u << 21)
#define MSR_XAPIC_DISABLE_STATUS 0xBD
#define XAPIC_DISABLED 1u

#define APIC_VERSION  0x030
#define LVT_MASKED    0x10000u
#define LVT_EXTINT    0x08700u  /* level-triggered, as firmware sets it; the CPU ignores this */
#define LVT_NMI       0x08400u
#define SVR_ENABLED   0x001FFu  /* vector FFh, as after a reset, and enabled */
#define DFR_FLAT      0xFFFFFFFFu

#define VECTORS 256
#define INTERRUPT_GATE 0x8E00u  /* present, 32-bit */

/* SDM volume 3A, 6.11: selector and offset 15:0; offset 31:16 and flags. */
struct gate {
	uint32_t low, high;
};
_Static_assert(sizeof(struct gate) == 8, "gate");

struct interrupt_frame;

bool apic_on(void)
{
	return cpuid(CPUID_FEATURES).edx & CPUID_EDX_APIC
		&& rdmsr(MSR_APIC_BASE) & APIC_BASE_ENABLE;
}

bool apic_is_x2apic(void)
{
	return rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC;
}

static uint32_t xapic(uint32_t offset)
{
	return ((uint32_t)rdmsr(MSR_APIC_BASE) & 0xFFFFF000) + offset;
}

uint32_t apic_read(uint32_t offset)
{
	if (apic_is_x2apic())
		return (uint32_t)rdmsr(0x800 + offset / 16);
	return read32(xapic(offset));
}

void apic_write(uint32_t offset, uint32_t value)
{
	if (apic_is_x2apic())
		wrmsr(0x800 + offset / 16, value);
	else
		write32(xapic(offset), value);
}

/* On newer CPUs x2APIC mode can be locked until the next reset. */
static bool xapic_is_locked_out(void)
{
	return cpuid(0).eax >= CPUID_FEATURES7
		&& cpuid(CPUID_FEATURES7).edx & EDX_ARCH_CAPABILITIES
		&& rdmsr(MSR_ARCH_CAPABILITIES) & XAPIC_DISABLE_KNOWN
		&& rdmsr(MSR_XAPIC_DISABLE_STATUS) & XAPIC_DISABLED;
}

/* The only way from x2APIC to xAPIC mode is through the disabled state. */
static void leave_x2apic(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	if (!(base & APIC_BASE_X2APIC) || xapic_is_locked_out())
		return;
	wrmsr(MSR_APIC_BASE, base & ~(uint64_t)(APIC_BASE_X2APIC | APIC_BASE_ENABLE));
	wrmsr(MSR_APIC_BASE, (base & ~(uint64_t)APIC_BASE_X2APIC) | APIC_BASE_ENABLE);
}

static bool any(uint32_t first)
{
	for (uint32_t i = 0; i < 8; i++)
		if (apic_read(first + i * 16))
			return true;
	return false;
}

__attribute__((interrupt)) static void ignore(struct interrupt_frame *frame)
{
	(void)frame;
}

/* The gates use the memory of the services, since no piece has been moved yet. */
static void set_gates(struct idtr *idtr)
{
	struct gate *gates = (struct gate *)SERVICES;
	uint32_t handler = (uint32_t)ignore;

	for (uint32_t i = 0; i < VECTORS; i++)
		gates[i] = (struct gate){ (uint32_t)CODE32 << 16 | (handler & 0xFFFF),
					  (handler & 0xFFFF0000) | INTERRUPT_GATE };
	*idtr = (struct idtr){ VECTORS * sizeof(*gates) - 1, SERVICES };
}

/*
 * EOI ends interrupts that are in service. Those that were requested while interrupts were
 * off must be taken (SDM 3A, 11.8.4). Otherwise real mode would take each as an INT of that
 * number, and never send its EOI.
 */
static void drain(void)
{
	struct idtr old, own;

	set_gates(&own);
	__asm__ volatile("sidt %0" : "=m"(old));
	__asm__ volatile("lidt %0" : : "m"(own));
	for (unsigned i = 0; i < VECTORS && (any(APIC_ISR) || any(APIC_IRR)); i++) {
		apic_write(APIC_EOI, 0);
		__asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
	}
	__asm__ volatile("lidt %0" : : "m"(old));
	for (unsigned i = 0; i < VECTORS && any(APIC_ISR); i++)
		apic_write(APIC_EOI, 0);
}

static void mask_local_interrupts(void)
{
	static const struct {
		uint16_t offset;
		uint8_t entry;          /* exists if the highest LVT entry is at least this */
		bool masked;            /* write LVT_MASKED; otherwise 0 */
	} writes[] = {
		{ APIC_TIMER, 0, true },
		{ APIC_TIMER_COUNT, 0, false },
		{ APIC_TIMER_DIVIDE, 0, false },
		{ APIC_LINT0, 0, true },
		{ APIC_LINT1, 0, true },
		{ APIC_ERROR, 0, true },
		{ APIC_COUNTERS, 4, true },
		{ APIC_THERMAL, 5, true },
		{ APIC_CMCI, 6, true },
	};
	uint32_t highest = apic_read(APIC_VERSION) >> 16 & 0xFF;

	for (unsigned i = 0; i < sizeof(writes) / sizeof(*writes); i++)
		if (highest >= writes[i].entry)
			apic_write(writes[i].offset, writes[i].masked ? LVT_MASKED : 0);
}

/* No logical destination, flat model. In x2APIC mode the hardware sets these. */
static void reset_logical_destination(void)
{
	if (apic_is_x2apic())
		return;
	apic_write(APIC_DFR, DFR_FLAT);
	apic_write(APIC_LDR, 0);
}

/* Enables the APIC first, since a disabled one keeps every LVT entry masked. */
void repair_apic(void)
{
	if (!apic_on())
		return;
	leave_x2apic();
	apic_write(APIC_SVR, SVR_ENABLED);
	mask_local_interrupts();
	reset_logical_destination();
	apic_write(APIC_TPR, 0);
	drain();
	apic_write(APIC_LINT0, LVT_EXTINT);
	apic_write(APIC_LINT1, LVT_NMI);
	apic_write(APIC_ESR, 0);
}
