/* SPDX-License-Identifier: MIT */
/*
 * Intel 82371SB (PIIX3) datasheet, 2.2.10 "PIRQRC", ICH datasheets, "PIRQ[n]_ROUT": bit 7
 * disables routing, bits 3:0 are the IRQ, 6:4 are 0. Linux disables what ACPI calls a link
 * by setting bit 7, and does not change the IRQ.
 */
#include "repairs/repair.h"

#include "hardware/pci.h"

#define INTERRUPT       0x3C    /* Interrupt Line, then Interrupt Pin, which is 0 for none */
#define INTEL           0x8086u
#define CLASS_ISA       0x0601u
#define ICH             PCI_ADDRESS(0, 31, 0)
#define PIRQ_A_TO_D     0x60
#define PIRQ_E_TO_H     0x68    /* on ICH only; PIIX3 has something else here */

#define NOT_ROUTED      0x80u
#define RESERVED        0x70u

/* Bit n: the firmware assigned IRQ n to some function. */
static uint32_t lines;

static void note_line(uint32_t address)
{
	uint32_t interrupt = pci_read(address, INTERRUPT);

	if (interrupt & 0xFF00 && (interrupt & 0xFF) < 16)
		lines |= 1u << (interrupt & 0xF);
}

static void route(uint32_t address, uint32_t offset)
{
	uint32_t pirqs = pci_read(address, offset), routed = pirqs;

	for (unsigned shift = 0; shift < 32; shift += 8) {
		uint32_t pirq = pirqs >> shift;

		if ((pirq & (NOT_ROUTED | RESERVED)) == NOT_ROUTED && lines >> (pirq & 0xF) & 1)
			routed &= ~(NOT_ROUTED << shift);
	}
	if (routed != pirqs)
		pci_write(address, offset, routed);
}

static void route_all(uint32_t address)
{
	if ((pci_read(address, PCI_VENDOR) & 0xFFFF) != INTEL
	    || pci_read(address, PCI_CLASS) >> 16 != CLASS_ISA)
		return;
	route(address, PIRQ_A_TO_D);
	if (address == ICH)
		route(address, PIRQ_E_TO_H);
}

/* No function has IRQ 0; an Interrupt Line of 0 means that none was assigned. */
void repair_pirq(void)
{
	pci_for_each(note_line);
	lines &= ~1u;
	pci_for_each(route_all);
}
