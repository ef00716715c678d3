/* SPDX-License-Identifier: MIT */
/*
 * What every driver needs: BARs and capabilities (PCI Local Bus Specification 3.0,
 * 6.2.5.1 and 6.7), and time from the time stamp counter, as interrupts are off.
 */
#include "drivers/driver.h"

#include "hardware/io.h"
#include "hardware/pci.h"

#define BAR_IO          0x1u
#define BAR_TYPE        0x7u    /* with BAR_IO; of a memory BAR, bits 2:1 are the width */
#define BAR_MEMORY64    0x4u
#define BAR_MEMORY_MASK 0xFFFFFFF0u
#define BAR_IO_MASK     0xFFFCu

#define GRACE_MS        10u
#define LAST_LOOK       UINT64_C(1)     /* in a deadline, whose lowest bit is 0 before */

static uint32_t ticks_per_ms;

static INIT uint32_t bar(uint32_t pci, unsigned number)
{
	return pci_read(pci, PCI_BAR0 + number * 4);
}

INIT uint64_t pci_memory(uint32_t pci, unsigned number)
{
	uint32_t low = bar(pci, number);
	uint64_t high = 0;

	if (low & BAR_IO)
		return 0;
	if ((low & BAR_TYPE) == BAR_MEMORY64)
		high = bar(pci, number + 1);
	return high << 32 | (low & BAR_MEMORY_MASK);
}

INIT uint16_t pci_ports(uint32_t pci, unsigned number)
{
	uint32_t low = bar(pci, number);

	return low & BAR_IO ? (uint16_t)(low & BAR_IO_MASK) : 0;
}

INIT uint32_t pci_map(uint32_t pci, uint32_t size, const struct rj_host *host)
{
	uint64_t physical = pci_memory(pci, 0);

	if (!physical)
		physical = pci_memory(pci, 1);
	return physical ? host->map(physical, size) : 0;
}

INIT void pci_enable(uint32_t pci, uint16_t bits)
{
	bits |= pci_read16(pci, PCI_COMMAND) | PCI_INTX_DISABLE;
	pci_write16(pci, PCI_COMMAND, bits);
}

/* The count ends a circular list. */
INIT uint32_t pci_capability(uint32_t pci, uint32_t offset, uint8_t id)
{
	uint32_t at;

	if (!(pci_read16(pci, PCI_STATUS) & PCI_HAS_CAPABILITIES))
		return 0;
	at = offset ? pci_read(pci, offset) >> 8 & 0xFC : pci_read(pci, PCI_CAPABILITIES) & 0xFC;
	for (unsigned i = 0; at && i < PCI_CAPABILITY_LIMIT; i++) {
		uint32_t header = pci_read(pci, at);

		if ((header & 0xFF) == id)
			return at;
		at = header >> 8 & 0xFC;
	}
	return 0;
}

/*
 * PCI Power Management 1.2, 3.2.4 and 5.4.1: from D3hot to D0, where the function may have
 * forgotten its BARs.
 */
INIT void pci_wake(uint32_t pci)
{
	uint32_t at = pci_capability(pci, 0, PCI_POWER), bars[PCI_BARS];
	uint16_t command = pci_read16(pci, PCI_COMMAND), control;

	control = at ? pci_read16(pci, at + PCI_POWER_CONTROL) : 0;
	if (!(control & PCI_POWER_STATE))
		return;
	for (uint32_t i = 0; i < PCI_BARS; i++)
		bars[i] = bar(pci, i);
	pci_write16(pci, at + PCI_POWER_CONTROL, (uint16_t)(control & ~PCI_POWER_STATE));
	delay_ms(PCI_WAKE_MS);
	for (uint32_t i = 0; i < PCI_BARS; i++)
		pci_write(pci, PCI_BAR0 + i * 4, bars[i]);
	pci_write16(pci, PCI_COMMAND, command);
}

INIT void timer_init(uint32_t per_ms)
{
	ticks_per_ms = per_ms;
}

uint64_t deadline_in(uint32_t ms)
{
	return (rdtsc() + (uint64_t)ms * ticks_per_ms + LAST_LOOK) & ~LAST_LOOK;
}

bool has_come(uint64_t time)
{
	return rdtsc() >= time;
}

bool expired(uint64_t *deadline)
{
	if (!has_come(*deadline))
		return false;
	if (*deadline & LAST_LOOK)
		return true;
	*deadline = deadline_in(GRACE_MS) | LAST_LOOK;
	return false;
}

bool wait_for_bits(uint32_t address, uint32_t mask, uint32_t value, uint32_t ms)
{
	uint64_t deadline = deadline_in(ms);

	while ((read32(address) & mask) != value) {
		if (expired(&deadline))
			return false;
		relax();
	}
	return true;
}

void delay_ms(uint32_t ms)
{
	uint64_t end = deadline_in(ms);

	while (!has_come(end))
		relax();
}
