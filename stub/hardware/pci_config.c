/* SPDX-License-Identifier: MIT */
/* PCI Local Bus Specification 3.0: 3.2.2.3.2 mechanism #1, 6.1 configuration space. */
#include "hardware/pci.h"

#include "hardware/io.h"

#define HEADER_MULTIFUNCTION 0x0080u

uint32_t pci_read(uint32_t address, uint32_t offset)
{
	outl(CONFIG_ADDRESS, CONFIG_ENABLE | address | (offset & 0xFC));
	return inl(CONFIG_DATA);
}

uint16_t pci_read16(uint32_t address, uint32_t offset)
{
	return (uint16_t)(pci_read(address, offset) >> (offset & 2) * 8);
}

void pci_write(uint32_t address, uint32_t offset, uint32_t value)
{
	outl(CONFIG_ADDRESS, CONFIG_ENABLE | address | (offset & 0xFC));
	outl(CONFIG_DATA, value);
}

/* 16 bits wide, since a write of all 32 to the command would clear bits in the status. */
void pci_write16(uint32_t address, uint32_t offset, uint16_t value)
{
	outl(CONFIG_ADDRESS, CONFIG_ENABLE | address | (offset & 0xFC));
	outw((uint16_t)(CONFIG_DATA + (offset & 2)), value);
}

void pci_for_each(void (*visit)(uint32_t address))
{
	for (uint32_t slot = 0; slot < 256 * 32; slot++) {
		uint32_t functions = 1;

		for (uint32_t f = 0; f < functions; f++) {
			uint32_t address = slot << 11 | f << 8;

			if (pci_read(address, PCI_VENDOR) == PCI_NOBODY)
				continue;
			if (f == 0 && pci_read16(address, PCI_HEADER) & HEADER_MULTIFUNCTION)
				functions = 8;
			visit(address);
		}
	}
}
