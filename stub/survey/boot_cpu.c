/* SPDX-License-Identifier: MIT */
/*
 * With a BIOS: MultiProcessor Specification 1.4, B.4 and B.5: the warm reset vector and the
 * CMOS shutdown code; IBM PC/AT Technical Reference, shutdown code 0Ah. Without: ACPI 6.4,
 * 5.2.12.2 "Processor Local APIC" and 5.2.12.12 "Processor Local x2APIC". Intel SDM volume 3A,
 * "Interrupt Command Register (ICR)".
 */
#include "survey/boot_cpu.h"

#include "abi/layout.h"
#include "abi/repairs.h"
#include "common/units.h"
#include "hardware/acpi.h"
#include "hardware/firmware.h"
#include "hardware/io.h"
#include "hardware/ports.h"
#include "repairs/apic.h"

#define SHUTDOWN_CODE     0x8Fu         /* CMOS, with NMI off */
#define JUMP_BY_VECTOR    0x0Au         /* without an end of interrupt */
#define PATIENCE_MS       1000u
#define INIT_MS           10u           /* B.4: before the next IPI */
#define ICR_INIT          0x04500u      /* asserted */
#define ICR_STARTUP       0x04600u      /* with the page's number */
#define ICR_PENDING       0x01000u      /* xAPIC mode only */
#define ICR_LOOPS         100000u
#define STARTUP_PAGE      SERVICES_END  /* below the stack */
#define HALT_FOR_GOOD     0xFDEBF4FAu   /* CLI; HLT; JMP to the HLT */
#define MSR_X2APIC_ICR    0x830u

#define MADT_ENTRIES      44u
#define LOCAL_APIC        0u
#define LOCAL_X2APIC      9u
#define X2APIC_SIZE       16u
#define ENABLED           1u
#define LOST              0x524A0000u   /* reserved flags, which systems ignore: our mark */

/* swap_cpu.asm */
uint32_t swap_cpu(uint32_t ticks, void (*send)(void));
extern char swap_entry[];

static void send(uint32_t id, uint32_t command)
{
	if (apic_is_x2apic()) {
		wrmsr(MSR_X2APIC_ICR, (uint64_t)id << 32 | command);
		return;
	}
	apic_write(APIC_ICR_HIGH, id << 24);
	apic_write(APIC_ICR, command);
	for (uint32_t i = 0; i < ICR_LOOPS && apic_read(APIC_ICR) & ICR_PENDING; i++)
		;
}

/* The first CPU's entry in the MADT, or the one after this; 0 at the end. */
static uint32_t next_cpu(uint32_t madt, uint32_t after)
{
	uint32_t end = madt + read32(madt + 4), length;
	uint32_t at = after ? after + read8(after + 1) : madt + MADT_ENTRIES;

	for (; at + 2 <= end; at += length) {
		length = read8(at + 1);
		if (length < 2 || length > end - at)
			return 0;
		if ((read8(at) == LOCAL_APIC && length >= 8)
		    || (read8(at) == LOCAL_X2APIC && length >= X2APIC_SIZE))
			return at;
	}
	return 0;
}

static uint32_t id_of(uint32_t cpu)
{
	return read8(cpu) == LOCAL_APIC ? read8(cpu + 3) : read32(cpu + 4);
}

static uint32_t flags_at(uint32_t cpu)
{
	return cpu + (read8(cpu) == LOCAL_APIC ? 4 : 8);
}

static uint32_t own_id(void)
{
	return apic_read(APIC_ID) >> (apic_is_x2apic() ? 0 : 24);
}

/* An earlier image has marked the boot CPU; otherwise the MADT names it first (5.2.12.1). */
static uint32_t find_boot_cpu(uint32_t madt)
{
	for (uint32_t cpu = next_cpu(madt, 0); cpu; cpu = next_cpu(madt, cpu))
		if (read32(flags_at(cpu)) == LOST)
			return cpu;
	return next_cpu(madt, 0);
}

static uint8_t swap_shutdown_code(uint8_t code)
{
	uint8_t old;

	outb(CMOS_INDEX, SHUTDOWN_CODE);
	old = inb(CMOS_DATA);
	outb(CMOS_INDEX, SHUTDOWN_CODE);
	outb(CMOS_DATA, code);
	return old;
}

static uint32_t boot_id;

/*
 * After an INIT the boot CPU runs the firmware's reset code and ignores the start-up IPI. That
 * is for emulators in which a halted CPU does not notice the INIT alone. Another CPU would halt.
 */
static void reset_boot_cpu(void)
{
	write32(STARTUP_PAGE, HALT_FOR_GOOD);
	send(boot_id, ICR_INIT);
	send(boot_id, ICR_STARTUP | STARTUP_PAGE / PAGE);
}

static void fetch_boot_cpu(const struct rj_stub *stub)
{
	uint32_t vector = read32(BDA_WARM_RESET), ticks = stub->ticks_per_ms() * PATIENCE_MS;
	uint32_t madt = stub->acpi_find(ACPI_MADT), cpu = madt ? find_boot_cpu(madt) : 0;
	uint8_t code = swap_shutdown_code(JUMP_BY_VECTOR);
	bool came;

	boot_id = cpu ? id_of(cpu) : 0;
	write32(BDA_WARM_RESET, (uint32_t)STUB_HOME << 12 | ((uint32_t)swap_entry - STUB_HOME));
	came = swap_cpu(ticks, reset_boot_cpu);
	write32(BDA_WARM_RESET, vector);
	swap_shutdown_code(code);
	if (!came)
		stub->fail("the firmware does not send the boot CPU back; reset the machine, or have "
			   "the loader switch to that CPU");
}

static void stop_others(const struct rj_stub *stub, uint32_t madt, uint32_t boot)
{
	uint32_t self = own_id(), end;

	for (uint32_t cpu = next_cpu(madt, 0); cpu; cpu = next_cpu(madt, cpu))
		if (cpu != boot && id_of(cpu) != self && read32(flags_at(cpu)) & ENABLED)
			send(id_of(cpu), ICR_INIT);
	end = (uint32_t)rdtsc() + stub->ticks_per_ms() * INIT_MS;
	while ((int32_t)(end - (uint32_t)rdtsc()) > 0)
		;
}

/* Linux takes the CPU that is named first for the boot CPU. */
static void name_first(uint32_t madt, uint32_t self)
{
	uint32_t first = next_cpu(madt, 0), cpu = first;

	while (cpu && id_of(cpu) != self)
		cpu = next_cpu(madt, cpu);
	if (!cpu || read8(cpu) != read8(first) || read8(cpu + 1) != read8(first + 1))
		return;
	for (uint32_t i = 0; i < read8(first + 1); i++) {
		uint8_t byte = read8(cpu + i);

		write8(cpu + i, read8(first + i));
		write8(first + i, byte);
	}
}

static void correct_sum(uint32_t table)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < read32(table + 4); i++)
		sum = (uint8_t)(sum + read8(table + i));
	write8(table + 9, (uint8_t)(read8(table + 9) - sum));
}

static void stay(const struct rj_stub *stub)
{
	uint32_t madt = stub->acpi_find(ACPI_MADT), boot = madt ? find_boot_cpu(madt) : 0;

	if (!boot || madt == SURVEY_WORK)
		stub->fail("not started on the boot CPU, and no MADT below 4 GiB names that; the "
			   "loader must switch to it first");
	stop_others(stub, madt, boot);
	write32(flags_at(boot), LOST);
	name_first(madt, own_id());
	correct_sum(madt);
	stub->print("started on CPU %u; without a BIOS the boot CPU cannot be used until the next reset",
		    own_id());
}

void boot_cpu_take(const struct rj_stub *stub, uint32_t *repaired)
{
	if (!apic_on() || rdmsr(MSR_APIC_BASE) & APIC_BASE_BSP)
		return;
	if (firmware_state() != FIRMWARE_NONE) {
		fetch_boot_cpu(stub);
		return;
	}
	stay(stub);
	*repaired |= 1u << RJ_REPAIR_smp;
}
