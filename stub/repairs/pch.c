/* SPDX-License-Identifier: MIT */
/*
 * Intel 100 Series PCH datasheet volume 2 (332691): P2SB bridge, SBREG_BAR and
 * P2SBC; ITSS private registers, "ITSS Power Reduction Control" (8254CGE).
 */
#include "repairs/pch.h"

#include <stdbool.h>

#include "hardware/io.h"
#include "hardware/pci.h"

#define INTEL 0x8086u
#define LPC  PCI_ADDRESS(0, 31, 0)
#define P2SB PCI_ADDRESS(0, 31, 1)
#define P2SBC       0xE0
#define P2SBC_HIDE  0x00000100u         /* the function does not answer reads */
#define ITSS_PORT   0xC40000u           /* port id C4h << 16 */
#define ITSS_POWER  0x3300u
#define PIT_GATED   0x04u               /* 8254CGE */

static uint32_t sideband_base(void)
{
	return pci_read(P2SB, PCI_BAR0 + 4) ? 0 : pci_read(P2SB, PCI_BAR0) & 0xFF000000;
}

void ungate_pit_clock(void)
{
	bool hidden = pci_read(P2SB, PCI_VENDOR) == PCI_NOBODY;
	uint32_t base;

	if ((pci_read(LPC, PCI_VENDOR) & 0xFFFF) != INTEL)
		return;
	if (hidden)
		pci_write(P2SB, P2SBC, 0);
	if ((pci_read(P2SB, PCI_VENDOR) & 0xFFFF) == INTEL && (base = sideband_base())) {
		uint32_t power = base + ITSS_PORT + ITSS_POWER;

		write32(power, read32(power) & ~PIT_GATED);
	}
	if (hidden)
		pci_write(P2SB, P2SBC, P2SBC_HIDE);
}
