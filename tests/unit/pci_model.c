/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "fake_io.h"
#include "pci_model.h"

#define COMMAND_WRITABLE 0x0547u        /* those bits of 6.2.2 that functions here have */
#define ADDRESS_RESERVED 0x7F000003u

static struct {
	struct pci_function *functions;
	size_t count;
	void (*accessed)(void);
	uint32_t selected;              /* CONFIG_ADDRESS */
} bus;

struct pci_function pci_function(uint32_t address, uint32_t id, uint32_t class, uint16_t command)
{
	return (struct pci_function){
		.address = address,
		.space = { [PCI_VENDOR / 4] = id, [PCI_COMMAND / 4] = command, [PCI_CLASS / 4] = class },
		.writable = { [PCI_COMMAND / 4] = COMMAND_WRITABLE },
	};
}

void pci_model_start(struct pci_function *functions, size_t count, void (*accessed)(void))
{
	bus.functions = functions;
	bus.count = count;
	bus.accessed = accessed;
	bus.selected = 0;
}

struct pci_function *pci_model_at(uint32_t address)
{
	for (size_t i = 0; i < bus.count; i++)
		if (bus.functions[i].address == address)
			return &bus.functions[i];
	return NULL;
}

/* The function that is selected, and the bits of its register that the port reaches. */
static struct pci_function *reach(uint16_t port, uint32_t size, uint32_t *shift, uint32_t *mask)
{
	if (port < CONFIG_DATA || port + size > CONFIG_DATA + 4 || port % size)
		fail_msg("port %x, %u bytes", port, size);
	if (!(bus.selected & CONFIG_ENABLE))
		fail_msg("port %x is used while CONFIG_ADDRESS is %x", port, bus.selected);
	*shift = (port & 3u) * 8;
	*mask = UINT32_MAX >> (32 - 8 * size);
	return pci_model_at(bus.selected & 0x00FFFF00);
}

uint32_t pci_model_in(uint16_t port, uint32_t size)
{
	uint32_t shift, mask;
	const struct pci_function *f = reach(port, size, &shift, &mask);

	return (f ? f->space[(bus.selected & 0xFC) / 4] : PCI_NOBODY) >> shift & mask;
}

/* The status is left alone: a 1 that is written there clears the bit (6.2.3). */
static void check_write(const struct pci_function *f, uint32_t offset, uint32_t mask)
{
	if (!f)
		fail_msg("PCI %x: nobody is there, register %x is written", bus.selected, offset);
	else if (!(f->writable[offset / 4] & mask))
		fail_msg("PCI %x: register %x is written", f->address, offset);
	if (offset == PCI_COMMAND && mask >> 16)
		fail_msg("the status is written together with the command");
}

void pci_model_out(uint16_t port, uint32_t size, uint32_t value)
{
	uint32_t shift, mask, offset = bus.selected & 0xFC;
	struct pci_function *f = reach(port, size, &shift, &mask);

	mask <<= shift;
	check_write(f, offset, mask);
	mask &= f->writable[offset / 4];
	value = (f->space[offset / 4] & ~mask) | (value << shift & mask);
	f->writes++;
	if (f->before_write)
		f->before_write(offset, value);
	f->space[offset / 4] = value;
}

static void access_begins(void)
{
	if (bus.accessed)
		bus.accessed();
}

uint32_t inl(uint16_t port)
{
	access_begins();
	return pci_model_in(port, 4);
}

uint16_t inw(uint16_t port)
{
	access_begins();
	return (uint16_t)pci_model_in(port, 2);
}

void outl(uint16_t port, uint32_t value)
{
	access_begins();
	if (port != CONFIG_ADDRESS) {
		pci_model_out(port, 4, value);
		return;
	}
	if (value & ADDRESS_RESERVED)
		fail_msg("CONFIG_ADDRESS: %x is written", value);
	bus.selected = value;
}

void outw(uint16_t port, uint16_t value)
{
	access_begins();
	pci_model_out(port, 2, value);
}
