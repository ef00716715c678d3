/* SPDX-License-Identifier: MIT */
/* PCI configuration space by mechanism #1 (PCI Local Bus Specification 3.0, 3.2.2.3.2). */
#ifndef RJ_PCI_H
#define RJ_PCI_H

#include <stdbool.h>
#include <stdint.h>

/* bus << 16 | device << 11 | function << 8, as CONFIG_ADDRESS has them. */
#define PCI_ADDRESS(bus, device, function) \
	((uint32_t)(bus) << 16 | (uint32_t)(device) << 11 | (uint32_t)(function) << 8)

/* The ports of mechanism #1. */
#define CONFIG_ADDRESS 0xCF8
#define CONFIG_DATA    0xCFC
#define CONFIG_ENABLE  0x80000000u

#define PCI_VENDOR  0x00
#define PCI_COMMAND 0x04
#define PCI_STATUS  0x06
#define PCI_CLASS   0x08        /* revision, interface, subclass, class */
#define PCI_HEADER  0x0E
#define PCI_BAR0    0x10
#define PCI_CAPABILITIES 0x34

/* Bits of the command and of the status register (6.2.2, 6.2.3). */
#define PCI_IO             0x0001u
#define PCI_MEMORY         0x0002u
#define PCI_BUS_MASTER     0x0004u
#define PCI_INTX_DISABLE   0x0400u
#define PCI_HAS_CAPABILITIES 0x0010u

#define PCI_CAPABILITY_LIMIT 48 /* as many as fit into 256 bytes */

/* PCI Power Management 1.2, 3.2: the capability's id; PMCSR's offset in it, and D0 to D3hot. */
#define PCI_POWER         0x01
#define PCI_POWER_CONTROL 4u
#define PCI_POWER_STATE   0x0003u
#define PCI_WAKE_MS       10u           /* 5.4.1 */
#define PCI_BARS          6u

#define PCI_NOBODY  0xFFFFFFFFu

uint32_t pci_read(uint32_t address, uint32_t offset);   /* offset: a multiple of 4 */
uint16_t pci_read16(uint32_t address, uint32_t offset); /* offset: a multiple of 2 */
void pci_write(uint32_t address, uint32_t offset, uint32_t value);
void pci_write16(uint32_t address, uint32_t offset, uint16_t value);

/* Calls visit for each function of each device that answers. */
void pci_for_each(void (*visit)(uint32_t address));

#define PCI_CLASS_STORAGE 0x01
#define PCI_CLASS_SDHCI   0x0805        /* class and subclass: SD Host Controller 3.0, C.3 */

/* Whether a BIOS may serve disks through it: mass storage, or an SD card host controller. */
static inline bool pci_is_disk_controller(uint32_t address)
{
	uint32_t class = pci_read(address, PCI_CLASS) >> 16;

	return class >> 8 == PCI_CLASS_STORAGE || class == PCI_CLASS_SDHCI;
}

#endif
