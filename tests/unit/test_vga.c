/* SPDX-License-Identifier: MIT */
/* VGA text mode, on a model of a VGA's registers and of the adapters that have more. */
#include "unit.h"

#include "fake_io.h"
#include "hardware/pci.h"
#include "screen/font.h"
#include "screen/vga.h"

#define TEXT 0xB8000u

static struct {
	uint8_t sequencer[8], graphics[16], crtc[0x100], attribute[0x20], pel[256 * 3], misc;
	uint8_t indices[4];             /* of 3C4h, 3CEh, 3D4h, 3DEh */
	uint8_t attribute_index;
	uint8_t matrox[8];
	bool attribute_data;            /* the next write to 3C0h */
	size_t pel_at;
	uint8_t font[256 * 32];
	uint8_t text[8192];
	bool answers, holds, has_dispi;
	uint16_t dispi_index, dispi_enable;
	uint32_t id, class;
	uint16_t command;
	unsigned resets;                /* of QXL */
} vga;

uint32_t pci_read(uint32_t address, uint32_t offset)
{
	(void)address;
	return offset == PCI_VENDOR ? vga.id : offset == PCI_CLASS ? vga.class << 8 : vga.command;
}

void pci_for_each(void (*visit)(uint32_t address))
{
	visit(0x1000);
}

uint32_t pci_capability(uint32_t pci, uint32_t offset, uint8_t id)
{
	(void)pci, (void)offset, (void)id;
	return 0;
}

uint64_t pci_memory(uint32_t pci, unsigned number)
{
	(void)pci, (void)number;
	return 0;
}

uint16_t pci_ports(uint32_t pci, unsigned number)
{
	(void)pci, (void)number;
	return 0xC000;
}

static uint8_t *indexed(uint16_t port)
{
	if (port == 0x3C5)
		return &vga.sequencer[vga.indices[0] & 7];
	if (port == 0x3CF)
		return &vga.graphics[vga.indices[1] & 15];
	return &vga.crtc[vga.indices[2]];
}

static void attribute_out(uint8_t value)
{
	if (vga.attribute_data)
		vga.attribute[vga.attribute_index & 0x1F] = value;
	else
		vga.attribute_index = value;
	vga.attribute_data = !vga.attribute_data;
}

/* CRTC 00h to 07h are protected by bit 7 of 11h. */
static void crtc_out(uint8_t value)
{
	if (vga.indices[2] > 7 || !(vga.crtc[0x11] & 0x80))
		*indexed(0x3D5) = value;
}

void outb(uint16_t port, uint8_t value)
{
	switch (port) {
	case 0x3C0: attribute_out(value); break;
	case 0x3C2: vga.misc = value; break;
	case 0x3C4: vga.indices[0] = value; break;
	case 0x3CE: vga.indices[1] = value; break;
	case 0x3D4: vga.indices[2] = value; break;
	case 0x3C5: case 0x3CF: *indexed(port) = value; break;
	case 0x3D5: crtc_out(value); break;
	case 0x3C6: break;
	case 0x3C8: vga.pel_at = value * 3u; break;
	case 0x3C9: vga.pel[vga.pel_at++] = value; break;
	case 0x3DE: vga.indices[3] = value; break;
	case 0x3DF: vga.matrox[vga.indices[3] & 7] = value; break;
	case 0xC005: vga.resets++; break;
	default: fail_msg("port %x is written", port);
	}
}

uint8_t inb(uint16_t port)
{
	if (port == 0x3DA)
		vga.attribute_data = false;
	if (port == 0x3D5)
		return vga.answers ? *indexed(port) : 0xFF;
	return 0;
}

void outw(uint16_t port, uint16_t value)
{
	if (port == 0x1CE)
		vga.dispi_index = value;
	else if (port == 0x1CF && vga.dispi_index == 4)
		vga.dispi_enable = value;
	else
		fail_msg("port %x is written", port);
}

uint16_t inw(uint16_t port)
{
	assert_int_equal(port, 0x1CF);
	return vga.dispi_index == 0 && vga.has_dispi ? 0xB0C5 : 0xFFFF;
}

void outl(uint16_t port, uint32_t value)
{
	assert_in_range(port, 0xC000, 0xC001);
	(void)value;
}

/* Plane 2 is reached at A0000h with these registers only. */
void write8(uint32_t address, uint8_t value)
{
	if (address >= 0xA0000 && address < 0xA0000 + sizeof(vga.font)) {
		assert_int_equal(vga.sequencer[2], 4);
		assert_int_equal(vga.sequencer[4] & 4, 4);
		assert_int_equal(vga.graphics[6] & 0x0C, 4);
		vga.font[address - 0xA0000] = value;
	}
}

uint16_t read16(uint32_t address)
{
	assert_in_range(address, TEXT, TEXT + sizeof(vga.text) - 2);
	return vga.holds ? le16(vga.text + (address - TEXT)) : 0xFFFF;
}

void write16(uint32_t address, uint16_t value)
{
	assert_in_range(address, TEXT, TEXT + sizeof(vga.text) - 2);
	le_store(vga.text + (address - TEXT), value, 2);
}

static const struct rj_host host = { .map = NULL };

static int fresh(void **state)
{
	(void)state;
	memset(&vga, 0, sizeof(vga));
	vga.id = 0x11111234;
	vga.class = 0x030000;
	vga.command = PCI_IO | PCI_MEMORY;
	vga.answers = vga.holds = vga.has_dispi = true;
	vga.dispi_enable = 0x41;
	vga.crtc[0x11] = 0x80;
	vga.attribute_data = true;
	vga.matrox[3] = 0x80;
	memset(vga.text, 0x21, sizeof(vga.text));
	return 0;
}

static void text_mode(void **state)
{
	(void)state;
	assert_true(vga_start(&host, false));
	assert_int_equal(vga.dispi_enable, 0);
	assert_int_equal(vga.misc, 0x67);
	assert_int_equal(vga.sequencer[2], 3);          /* planes 0 and 1, odd and even */
	assert_int_equal(vga.sequencer[4], 2);
	assert_int_equal(vga.graphics[6], 0x0E);        /* 32 KiB from B8000h */
	assert_int_equal(vga.crtc[0x01], 79);           /* columns - 1 */
	assert_int_equal(vga.crtc[0x09] & 0x1F, 15);    /* lines of a character - 1 */
	assert_int_equal(vga.crtc[0x12] | (vga.crtc[0x07] & 2) << 7, 399);
	assert_int_equal(vga.crtc[0x13], 40);           /* words of a row */
	assert_int_equal(vga.attribute[0x06], 0x14);
	assert_int_equal(vga.attribute[0x10], 0x0C);
	assert_int_equal(vga.attribute_index, 0x20);    /* the display is on */
	assert_memory_equal(vga.pel + 3 * 0x14, "\x2A\x15\x00", 3);     /* brown */
	assert_memory_equal(vga.pel + 3 * 0x3F, "\x3F\x3F\x3F", 3);
	for (unsigned c = 0; c < 256; c++)
		assert_memory_equal(vga.font + 32 * c, rj_font[c], 16);
	for (size_t i = 0; i < sizeof(vga.text); i++)
		assert_int_equal(vga.text[i], 0x21);    /* the test has put it back */
}

static void refused(void **state)
{
	(void)state;
	vga.id = 0x56788086;
	assert_false(vga_start(&host, false));
	assert_int_equal(vga.misc, 0);
	fresh(NULL);
	vga.class = 0x038000;                           /* no VGA */
	assert_false(vga_start(&host, false));
	fresh(NULL);
	vga.command = PCI_MEMORY;
	assert_false(vga_start(&host, false));
	fresh(NULL);
	vga.answers = false;
	assert_false(vga_start(&host, false));
	assert_int_equal(vga.dispi_enable, 0x41);       /* as it was */
	fresh(NULL);
	vga.holds = false;
	assert_false(vga_start(&host, false));
}

static void without_dispi(void **state)
{
	(void)state;
	vga.has_dispi = false;
	assert_true(vga_start(&host, false));
	assert_int_equal(vga.dispi_enable, 0x41);       /* not written */
}

static void others(void **state)
{
	static const uint32_t ids[] = { 0x00B81013, 0x01001B36, 0x10501AF4, 0x040515AD };

	(void)state;
	FOR_EACH(i, ids) {
		fresh(NULL);
		vga.id = ids[i];
		assert_true(vga_start(&host, false));
		assert_int_equal(vga.graphics[6], 0x0E);
		assert_int_equal(vga.resets, ids[i] == 0x01001B36);
	}
}

/* Only if the user asks for text mode. */
static void untried(void **state)
{
	static const uint32_t ids[] = { 0x20001A03, 0x0522102B, 0x0538102B };

	(void)state;
	FOR_EACH(i, ids) {
		fresh(NULL);
		vga.id = ids[i];
		vga.crtc[0xB6] = 0x07;
		assert_false(vga_start(&host, false));
		assert_int_equal(vga.misc, 0);
		assert_true(vga_start(&host, true));
		assert_int_equal(vga.graphics[6], 0x0E);
		assert_int_equal(vga.crtc[0xB6], ids[i] == 0x20001A03 ? 0x04 : 0x07);
		assert_int_equal(vga.matrox[3], ids[i] == 0x20001A03 ? 0x80 : 0);
	}
}

/* With a VGA that decodes addresses, what is at B8000h may be graphics. */
static void ram_at_text_memory(void **state)
{
	(void)state;
	assert_false(vga_memory_is_ram());
	vga.command = 0;
	assert_true(vga_memory_is_ram());
	vga.holds = false;
	assert_false(vga_memory_is_ram());
	fresh(NULL);
	vga.class = 0x038000;
	assert_true(vga_memory_is_ram());
	for (size_t i = 0; i < sizeof(vga.text); i++)
		assert_int_equal(vga.text[i], 0x21);
}

UNIT_MAIN(cmocka_unit_test_setup(text_mode, fresh), cmocka_unit_test_setup(refused, fresh),
	  cmocka_unit_test_setup(without_dispi, fresh), cmocka_unit_test_setup(others, fresh),
	  cmocka_unit_test_setup(untried, fresh), cmocka_unit_test_setup(ram_at_text_memory, fresh))
