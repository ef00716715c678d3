/* SPDX-License-Identifier: MIT */
/*
 * Intel 82093AA I/O APIC datasheet (290566-001), 3.0 "Register Description";
 * addresses: ACPI specification 6.4, 5.2.12.3.
 */
#include "repairs/repair.h"

#include "hardware/acpi.h"
#include "hardware/io.h"

#define MADT_ENTRIES   44
#define MADT_IOAPIC    1
#define MADT_IOAPIC_SIZE 12
#define MADT_ADDRESS   4        /* in the entry */
#define DEFAULT_IOAPIC 0xFEC00000u

#define IOREGSEL 0x00u
#define IOWIN    0x10u
#define IOAPICVER 0x01u
#define IOREDTBL  0x10u         /* two registers a pin */
#define PIN_MASKED 0x10000u
#define NOBODY     0xFFFFFFFFu

static void write_register(uint32_t ioapic, uint32_t number, uint32_t value)
{
	write32(ioapic + IOREGSEL, number);
	write32(ioapic + IOWIN, value);
}

/* Masked and edge-triggered; the latter also clears the remote IRR of a pending level. */
static void mask_pins(uint32_t ioapic)
{
	uint32_t version, last;

	write32(ioapic + IOREGSEL, IOAPICVER);
	version = read32(ioapic + IOWIN);
	last = version >> 16 & 0xFF;
	if (version == NOBODY || version == 0)
		return;
	for (uint32_t pin = 0; pin <= last; pin++) {
		write_register(ioapic, IOREDTBL + 2 * pin, PIN_MASKED);
		write_register(ioapic, IOREDTBL + 2 * pin + 1, 0);
	}
}

void repair_ioapic(void)
{
	uint32_t madt = acpi_find(ACPI_MADT), entry = 0;

	if (!madt) {
		mask_pins(DEFAULT_IOAPIC);
		return;
	}
	while ((entry = acpi_entry(madt, MADT_ENTRIES, MADT_IOAPIC, MADT_IOAPIC_SIZE, entry)))
		mask_pins(read32(entry + MADT_ADDRESS));
}
