/* SPDX-License-Identifier: MIT */
/*
 * PCI Local Bus Specification 3.0: 6.2.2 command register, 6.7 capabilities,
 * 6.8.1.3 MSI and 6.8.2.3 MSI-X message control.
 */
#include "hardware/pci.h"

#include <stdbool.h>

#include "repairs/repair.h"
#include "repairs/usb.h"

#define CAPABILITY_MSI   0x05
#define CAPABILITY_MSIX  0x11
#define MSI_ENABLE       0x0001u        /* in the control word, after id and next pointer */
#define MSIX_ENABLE      0x8000u

#define CLASS_BRIDGE  0x06
#define CLASS_VGA     0x0300            /* class and subclass */
#define CLASS_USB     0x0C03

static uint16_t video_adapter;

static void note_video_adapter(uint32_t address)
{
	if (pci_read(address, PCI_CLASS) >> 16 == CLASS_VGA)
		video_adapter = (uint16_t)(address >> 8);
}

uint16_t pci_video_adapter(void)
{
	pci_for_each(note_video_adapter);
	return video_adapter;
}

static void clear16(uint32_t address, uint32_t offset, uint16_t bits)
{
	uint16_t value = pci_read16(address, offset);

	if (value & bits)
		pci_write16(address, offset, (uint16_t)(value & ~bits));
}

static void message_interrupts_off(uint32_t address)
{
	uint32_t at;

	if (!(pci_read16(address, PCI_STATUS) & PCI_HAS_CAPABILITIES))
		return;
	at = pci_read(address, PCI_CAPABILITIES) & 0xFC;
	for (unsigned i = 0; at && i < PCI_CAPABILITY_LIMIT; i++) {
		uint32_t header = pci_read(address, at);
		uint8_t id = (uint8_t)header;

		if (id == CAPABILITY_MSI || id == CAPABILITY_MSIX)
			clear16(address, at + 2, id == CAPABILITY_MSI ? MSI_ENABLE : MSIX_ENABLE);
		at = header >> 8 & 0xFC;
	}
}

/*
 * Whether a function keeps its Bus Master bit because the firmware may use it. Without this
 * bit, a device that was not stopped cannot go on writing to the old system's memory. Loaders
 * that enter in real mode need the firmware; those that enter in 64-bit mode are operating
 * systems. USB controllers report their owner; for disk controllers, INT 13h turns the bit on
 * again if it uses them (pci_firmware_disk_on).
 */
static bool firmware_may_use(uint32_t address)
{
	enum usb_owner owner;

	if (entered_by == LOADER_LINUX16)
		return true;
	if (pci_is_disk_controller(address))
		return !entered_from_64bit();
	if (pci_read(address, PCI_CLASS) >> 16 != CLASS_USB)
		return false;
	owner = usb_owner(address);
	return owner == USB_FIRMWARE || (owner == USB_UNKNOWN && !entered_from_64bit());
}

static void repair_function(uint32_t address)
{
	uint16_t command;

	message_interrupts_off(address);
	command = pci_read16(address, PCI_COMMAND) & (uint16_t)~PCI_INTX_DISABLE;
	if (pci_read(address, PCI_CLASS) >> 24 == CLASS_BRIDGE)
		command |= PCI_BUS_MASTER;
	else if (!firmware_may_use(address))
		command &= (uint16_t)~PCI_BUS_MASTER;
	pci_write16(address, PCI_COMMAND, command);
}

void repair_pci(void)
{
	pci_for_each(repair_function);
}

void pci_firmware_disk_on(uint32_t address)
{
	if (pci_is_disk_controller(address))
		pci_write16(address, PCI_COMMAND,
			    pci_read16(address, PCI_COMMAND) | PCI_BUS_MASTER);
}
