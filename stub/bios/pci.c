/* SPDX-License-Identifier: MIT */
/*
 * INT 1Ah AH=B1h: PCI BIOS Specification 2.1, 4. Configuration space by mechanism #1 (PCI Local
 * Bus Specification 3.0, 3.2.2.3.2).
 */
#include "bios/bios.h"
#include "hardware/io.h"
#include "hardware/pci.h"

#define PCI_BIOS       0x20494350u      /* "PCI " in EDX */
#define VERSION        0x0210u
#define MECHANISM_1    0x01u
#define MULTIFUNCTION  0x80u

/* AH afterwards. */
#define SUCCESSFUL     0x00u
#define UNSUPPORTED    0x81u
#define BAD_VENDOR     0x83u
#define NOT_FOUND      0x86u
#define BAD_REGISTER   0x87u

static uint32_t config_read(uint32_t address, uint32_t offset)
{
	outl(CONFIG_ADDRESS, CONFIG_ENABLE | address | (offset & 0xFC));
	return inl(CONFIG_DATA);
}

static uint32_t present(struct call *c)
{
	c->regs.edx_high = PCI_BIOS >> 16;
	c->regs.dx = PCI_BIOS & 0xFFFF;
	c->regs.al = MECHANISM_1;
	c->regs.bx = VERSION;
	c->regs.cl = bios.last_bus;
	return SUCCESSFUL;
}

static bool has_value(uint32_t address, uint32_t offset, uint32_t shift, uint32_t value)
{
	return config_read(address, offset) >> shift == value;
}

/* The index-th function whose register has this value above `shift` bits: its place in BX. */
static uint32_t find(struct call *c, uint32_t offset, uint32_t shift, uint32_t value)
{
	uint32_t index = c->regs.esi & 0xFFFF, functions = 1;

	for (uint32_t at = 0; at <= ((uint32_t)bios.last_bus << 8 | 0xFF); at++) {
		if ((at & 7) == 0)
			functions = config_read(at << 8, PCI_HEADER) >> 16 & MULTIFUNCTION ? 8 : 1;
		if ((at & 7) >= functions || config_read(at << 8, PCI_VENDOR) == PCI_NOBODY
		    || !has_value(at << 8, offset, shift, value) || index--)
			continue;
		c->regs.bx = (uint16_t)at;
		return SUCCESSFUL;
	}
	return NOT_FOUND;
}

/* CX = device, DX = vendor. */
static uint32_t find_device(struct call *c)
{
	if (c->regs.dx == 0xFFFF)
		return BAD_VENDOR;
	return find(c, PCI_VENDOR, 0, (uint32_t)c->regs.cx << 16 | c->regs.dx);
}

/* ECX = class, subclass and interface. */
static uint32_t find_class(struct call *c)
{
	return find(c, PCI_CLASS, 8, (uint32_t)(c->regs.ecx_high & 0xFF) << 16 | c->regs.cx);
}

/* 08h to 0Dh: reads, then writes, of a byte, a word and a dword. BX = place, DI = offset. */
static uint32_t access(struct call *c)
{
	struct frame *f = &c->regs;
	uint32_t width = (f->al - 8u) % 3, offset = f->di;
	uint16_t port = (uint16_t)(CONFIG_DATA + (offset & 3));

	if (offset > 0xFF || offset & ((1u << width) - 1))
		return BAD_REGISTER;
	outl(CONFIG_ADDRESS, CONFIG_ENABLE | (uint32_t)f->bx << 8 | (offset & 0xFC));
	switch (f->al) {
	case 0x08:
		f->cl = inb(port);
		break;
	case 0x09:
		f->cx = inw(port);
		break;
	case 0x0A:
		offset = inl(port);
		f->cx = (uint16_t)offset;
		f->ecx_high = (uint16_t)(offset >> 16);
		break;
	case 0x0B:
		outb(port, f->cl);
		break;
	case 0x0C:
		outw(port, f->cx);
		break;
	default:
		outl(port, (uint32_t)f->ecx_high << 16 | f->cx);
	}
	return SUCCESSFUL;
}

void pci_bios(struct call *c)
{
	uint32_t result = UNSUPPORTED;

	if (c->regs.al == 0x01)
		result = present(c);
	else if (c->regs.al == 0x02)
		result = find_device(c);
	else if (c->regs.al == 0x03)
		result = find_class(c);
	else if (c->regs.al >= 0x08 && c->regs.al <= 0x0D)
		result = access(c);
	c->regs.ah = (uint8_t)result;
	c->flags &= ~FLAG_CARRY;
	if (result)
		c->flags |= FLAG_CARRY;
}
