/* SPDX-License-Identifier: MIT */
/*
 * UHCI Design Guide 1.1, 5.2.1 "Legacy Support"; OHCI 1.0a, 7.1.2 "HcControl"; EHCI 1.0,
 * 2.1.7 "USBLEGSUP", 2.2.4 "HCCPARAMS"; xHCI 1.2, 5.3.6 "HCCPARAMS1", 7.1 "USB Legacy Support".
 */
#include "repairs/usb.h"

#include "hardware/io.h"
#include "hardware/pci.h"

enum { UHCI = 0x00, OHCI = 0x10, EHCI = 0x20, XHCI = 0x30 };    /* programming interface */

#define UHCI_LEGSUP      0xC0
#define UHCI_SMI_ENABLES 0x003Fu
#define OHCI_CONTROL     0x04u
#define OHCI_SMM         0x0100u        /* InterruptRouting */
#define EHCI_HCCPARAMS   0x08u
#define XHCI_HCCPARAMS1  0x10u

#define LEGACY_SUPPORT   1u             /* id of this capability, in the low byte */
#define OWNED_BY_BIOS    0x00010000u
#define OWNED_BY_OS      0x01000000u
#define XHCI_CAPABILITIES 64u           /* the list may be circular */

/* The address of the controller's registers, or 0 if they are above 4 GiB or off. */
static uint32_t registers(uint32_t address)
{
	uint32_t bar = pci_read(address, PCI_BAR0);

	if (!(pci_read16(address, PCI_COMMAND) & PCI_MEMORY) || bar & 1
	    || (bar & 4 && pci_read(address, PCI_BAR0 + 4)))
		return 0;
	return bar & ~15u;
}

static enum usb_owner semaphore(uint32_t capability)
{
	if ((capability & 0xFF) != LEGACY_SUPPORT)
		return USB_UNKNOWN;
	if (capability & OWNED_BY_OS)
		return USB_OS;
	return capability & OWNED_BY_BIOS ? USB_FIRMWARE : USB_UNKNOWN;
}

static enum usb_owner ehci_owner(uint32_t address, uint32_t base)
{
	uint32_t at = read32(base + EHCI_HCCPARAMS) >> 8 & 0xFC;

	return at ? semaphore(pci_read(address, at)) : USB_UNKNOWN;
}

static enum usb_owner xhci_owner(uint32_t base)
{
	uint32_t next = read32(base + XHCI_HCCPARAMS1) >> 16;
	uint32_t capability = 0;

	for (unsigned i = 0; next && i < XHCI_CAPABILITIES; i++) {
		base += next * 4;
		capability = read32(base);
		if ((capability & 0xFF) == LEGACY_SUPPORT)
			break;
		next = capability >> 8 & 0xFF;
	}
	return semaphore(capability);
}

enum usb_owner usb_owner(uint32_t address)
{
	uint8_t interface = (uint8_t)(pci_read(address, PCI_CLASS) >> 8);
	uint32_t base;

	if (interface == UHCI)
		return pci_read16(address, UHCI_LEGSUP) & UHCI_SMI_ENABLES ? USB_FIRMWARE
									   : USB_UNKNOWN;
	base = registers(address);
	if (!base)
		return USB_UNKNOWN;
	if (interface == OHCI)
		return read32(base + OHCI_CONTROL) & OHCI_SMM ? USB_FIRMWARE : USB_UNKNOWN;
	if (interface == EHCI)
		return ehci_owner(address, base);
	return interface == XHCI ? xhci_owner(base) : USB_UNKNOWN;
}
