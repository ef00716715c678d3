/* SPDX-License-Identifier: MIT */
/*
 * A model of PCI configuration space by mechanism #1 (PCI Local Bus Specification 3.0, 3.2.2.3.2 and
 * 6.2), behind fake_io.h: it is inl(), outl(), inw() and outw(). It fails the test if another port is
 * used, or if something is written that a function does not let itself be written.
 */
#ifndef RJ_PCI_MODEL_H
#define RJ_PCI_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hardware/pci.h"

#define PCI_DWORDS 64u

struct pci_function {
	uint32_t address;               /* as PCI_ADDRESS */
	uint32_t space[PCI_DWORDS];     /* its registers */
	/* The bits that a write changes. A register without any must not be written. */
	uint32_t writable[PCI_DWORDS];
	/* Called before a write, with what the register will be; NULL: nothing more is checked. */
	void (*before_write)(uint32_t offset, uint32_t value);
	unsigned writes;
};

/* A function with this id (device << 16 | vendor), class as PCI_CLASS has it, and command. */
struct pci_function pci_function(uint32_t address, uint32_t id, uint32_t class, uint16_t command);

/* Whether all these bits are on in the function's command. */
static inline bool pci_function_has(const struct pci_function *f, uint32_t bits)
{
	return (f->space[PCI_COMMAND / 4] & bits) == bits;
}

static inline uint16_t pci_function_command(const struct pci_function *f)
{
	return (uint16_t)f->space[PCI_COMMAND / 4];
}

/*
 * The machine has these functions from now on; they stay the caller's, who may change them. At each
 * access accessed is called, before anything happens, if it is not NULL.
 */
void pci_model_start(struct pci_function *functions, size_t count, void (*accessed)(void));

/* The function at this address; NULL: none. */
struct pci_function *pci_model_at(uint32_t address);

/* An access to a port, of size bytes; for tests that have inb() and outb() of their own. */
uint32_t pci_model_in(uint16_t port, uint32_t size);
void pci_model_out(uint16_t port, uint32_t size, uint32_t value);

#endif
