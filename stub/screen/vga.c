/* SPDX-License-Identifier: MIT */
/*
 * IBM VGA Technical Reference: registers and their values in mode 3 with 8x16 characters, of 9
 * pixels each. An adapter whose driver has left it in a mode of its own is first told to be a VGA
 * again:
 *
 *   bochs      docs/specs/standard-vga.rst of QEMU; the Bochs VBE extensions' enable register
 *   Cirrus     CL-GD5446 Technical Reference Manual: SR7 "Extended Sequencer Mode", CR1B
 *   QXL        spice-protocol, qxl_dev.h: QXL_IO_RESET returns to VGA mode
 *   virtio     Virtual I/O Device 1.1, 5.7: virtio-vga is a VGA until a scanout is set
 *   VMware     SVGA II device interface: SVGA_REG_ENABLE
 *   AST        Linux, drivers/gpu/drm/ast/ast_reg.h and ast_mode.c: there is no public datasheet
 *   Matrox     MGA-G200 Specification: CRTCEXT0 and CRTCEXT3
 *
 * The last two have never been tried: they are used only if the user asks for text mode.
 */
#include "screen/vga.h"

#include <stddef.h>

#include "hardware/io.h"
#include "hardware/pci.h"
#include "screen/font.h"

#define MISC_WRITE      0x3C2
#define ATTRIBUTE       0x3C0           /* index and data by turns */
#define SEQUENCER       0x3C4
#define PEL_MASK        0x3C6
#define PEL_INDEX       0x3C8
#define PEL_DATA        0x3C9
#define GRAPHICS        0x3CE
#define CRTC            0x3D4
#define INPUT_STATUS    0x3DA           /* a read makes the next write to 3C0 an index */
#define PALETTE_ON      0x20

#define MISC_TEXT       0x67            /* 28.322 MHz, colour addresses, memory, 400 lines */
#define TEXT_MEMORY     0xB8000u
#define FONT_MEMORY     0xA0000u
#define FONT_SPACING    32u             /* bytes of a character in plane 2 */
#define PEL_COUNT       64u

static const uint8_t sequencer[] = { 0x03, 0x00, 0x03, 0x00, 0x02 };
static const uint8_t crtc[] = {
	0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0x00, 0x00, 0x00,
	0x00, 0x9C, 0x8E, 0x8F, 0x28, 0x1F, 0x96, 0xB9, 0xA3, 0xFF };
static const uint8_t graphics[] = { 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0E, 0x0F, 0xFF };
static const uint8_t attribute[] = {
	0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E,
	0x3F, 0x0C, 0x00, 0x0F, 0x08, 0x00 };

static void put(uint16_t index_port, uint8_t index, uint8_t value)
{
	outb(index_port, index);
	outb(index_port + 1, value);
}

static void put_all(uint16_t index_port, const uint8_t *values, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		put(index_port, (uint8_t)i, values[i]);
}

/* The colours' lower bits are two thirds of the intensity, the upper ones one third. */
static void set_colours(void)
{
	outb(PEL_MASK, 0xFF);
	outb(PEL_INDEX, 0);
	for (uint32_t i = 0; i < PEL_COUNT; i++)
		for (uint32_t bit = 3; bit-- > 0;)
			outb(PEL_DATA, (uint8_t)((i >> bit & 1) * 0x2A + (i >> (bit + 3) & 1) * 0x15));
}

/* The font is in plane 2, which only graphics modes can reach. */
static void load_font(void)
{
	put(SEQUENCER, 2, 0x04);
	put(SEQUENCER, 4, 0x06);
	put(GRAPHICS, 4, 0x02);
	put(GRAPHICS, 5, 0x00);
	put(GRAPHICS, 6, 0x04);         /* 64 KiB from A0000h */
	for (uint32_t c = 0; c < RJ_FONT_GLYPHS; c++)
		for (uint32_t line = 0; line < RJ_FONT_HEIGHT; line++)
			write8(FONT_MEMORY + c * FONT_SPACING + line, rj_font[c][line]);
}

void vga_set_text(void *unused, const void *unused_too)
{
	(void)unused, (void)unused_too;
	put(SEQUENCER, 0, 0x01);        /* reset, while the clock changes */
	outb(MISC_WRITE, MISC_TEXT);
	put_all(SEQUENCER, sequencer, sizeof(sequencer));
	load_font();
	put_all(SEQUENCER, sequencer, sizeof(sequencer));
	put_all(GRAPHICS, graphics, sizeof(graphics));
	put(CRTC, 0x11, 0x0E);          /* 00h to 07h can be written */
	put_all(CRTC, crtc, sizeof(crtc));
	set_colours();
	inb(INPUT_STATUS);
	for (uint32_t i = 0; i < sizeof(attribute); i++) {
		outb(ATTRIBUTE, (uint8_t)i);
		outb(ATTRIBUTE, attribute[i]);
	}
	outb(ATTRIBUTE, PALETTE_ON);
}

#define DISPI_INDEX     0x1CE
#define DISPI_DATA      0x1CF
#define DISPI_ID        0               /* indices */
#define DISPI_ENABLE    4
#define DISPI_IS(id)    (((id) & 0xFFF0) == 0xB0C0)

/* All of QEMU's VGAs have these registers, and UEFI's driver uses them. */
static INIT void bochs_leave(void)
{
	outw(DISPI_INDEX, DISPI_ID);
	if (!DISPI_IS(inw(DISPI_DATA)))
		return;
	outw(DISPI_INDEX, DISPI_ENABLE);
	outw(DISPI_DATA, 0);
}

static INIT void cirrus_leave(uint32_t pci, const struct rj_host *host)
{
	(void)pci, (void)host;
	put(SEQUENCER, 0x06, 0x12);     /* unlocks the extensions */
	put(SEQUENCER, 0x07, 0x00);
	put(GRAPHICS, 0x09, 0x00);      /* banks */
	put(GRAPHICS, 0x0A, 0x00);
	put(GRAPHICS, 0x0B, 0x00);
	put(CRTC, 0x1B, 0x00);
	put(CRTC, 0x1D, 0x00);
	for (uint32_t i = 0; i < 4; i++)
		inb(PEL_MASK);          /* the fourth read opens the hidden register */
	outb(PEL_MASK, 0x00);
}

#define QXL_PORTS 3u            /* BAR */
#define QXL_RESET 5u

static INIT void qxl_leave(uint32_t pci, const struct rj_host *host)
{
	uint16_t ports = pci_ports(pci, QXL_PORTS);

	(void)host;
	if (ports)
		outb((uint16_t)(ports + QXL_RESET), 0);
}

#define AST_REGISTERS 1u        /* BAR */
#define AST_CRTC      0x3D4u    /* in it: the ports 380h to 3FFh, which a driver switches off */
#define AST_UNLOCK    0xA880u   /* register 80h, the key in the upper byte */
#define AST_PORTS_ON  0x04A1u

static INIT void ast_open(uint32_t pci, const struct rj_host *host)
{
	uint64_t memory = pci_memory(pci, AST_REGISTERS);
	uint32_t at = memory ? host->map(memory + AST_CRTC, sizeof(uint16_t)) : 0;

	if (!at)
		return;
	write16(at, AST_UNLOCK);
	write16(at, AST_PORTS_ON);
}

/* Syncs, which a driver switches off, and colours of text. */
static INIT void ast_leave(uint32_t pci, const struct rj_host *host)
{
	static const INIT_DATA struct {
		uint8_t index, keeps;
	} clears[] = { { 0xA0, 0x8F }, { 0xA3, 0xF0 }, { 0xA8, 0xFD }, { 0xB6, 0xFC } };

	(void)pci, (void)host;
	for (size_t i = 0; i < sizeof(clears) / sizeof(clears[0]); i++) {
		outb(CRTC, clears[i].index);
		outb(CRTC + 1, inb(CRTC + 1) & clears[i].keeps);
	}
}

static INIT void plain_leave(uint32_t pci, const struct rj_host *host)
{
	(void)pci, (void)host;
}

#define CAPABILITY_VENDOR 0x09
#define VIRTIO_COMMON     1u            /* the structure's type, its BAR and offset (4.1.4) */
#define VIRTIO_TYPE       3u
#define VIRTIO_BAR        4u
#define VIRTIO_OFFSET     8u
#define VIRTIO_STATUS     0x14u

static INIT void virtio_leave(uint32_t pci, const struct rj_host *host)
{
	uint32_t at = 0;

	while ((at = pci_capability(pci, at, CAPABILITY_VENDOR)) != 0) {
		uint64_t memory = pci_memory(pci, pci_read(pci, at + VIRTIO_BAR) & 0xFF);
		uint32_t common = memory ? host->map(memory + pci_read(pci, at + VIRTIO_OFFSET), 64) : 0;

		if (pci_read(pci, at) >> (8 * VIRTIO_TYPE) == VIRTIO_COMMON && common) {
			write8(common + VIRTIO_STATUS, 0);
			return;
		}
	}
}

static INIT void vmware_leave(uint32_t pci, const struct rj_host *host)
{
	uint16_t ports = pci_ports(pci, 0);

	(void)host;
	outl(ports, 1);                 /* SVGA_REG_ENABLE */
	outl((uint16_t)(ports + 1), 0);
}

#define MGA_CRTCEXT 0x3DE

static INIT void matrox_leave(uint32_t pci, const struct rj_host *host)
{
	(void)pci, (void)host;
	put(MGA_CRTCEXT, 0, 0x00);      /* the start address */
	put(MGA_CRTCEXT, 3, 0x00);      /* a VGA's modes */
}

struct adapter {
	uint32_t id;                    /* device << 16 | vendor */
	void (*leave)(uint32_t pci, const struct rj_host *host);
};

static INIT_DATA const struct adapter tried[] = {
	{ 0x11111234, plain_leave }, { 0x00B81013, cirrus_leave }, { 0x01001B36, qxl_leave },
	{ 0x10501AF4, virtio_leave }, { 0x040515AD, vmware_leave },
};

#define AST 0x20001A03u

static INIT_DATA const struct adapter untried[] = {
	{ AST, ast_leave }, { 0x0522102B, matrox_leave }, { 0x0524102B, matrox_leave },
	{ 0x0530102B, matrox_leave }, { 0x0532102B, matrox_leave }, { 0x0533102B, matrox_leave },
	{ 0x0534102B, matrox_leave }, { 0x0536102B, matrox_leave }, { 0x0538102B, matrox_leave },
};

static const struct adapter *found;
static uint32_t found_pci;
static bool takes_untried;

static INIT void find(uint32_t pci, const struct adapter *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].id == pci_read(pci, PCI_VENDOR)) {
			found = &list[i];
			found_pci = pci;
		}
}

#define CLASS_VGA 0x030000u

static INIT void note_adapter(uint32_t pci)
{
	if (found || pci_read(pci, PCI_CLASS) >> 8 != CLASS_VGA
	    || (pci_read(pci, PCI_COMMAND) & (PCI_IO | PCI_MEMORY)) != (PCI_IO | PCI_MEMORY))
		return;
	find(pci, tried, sizeof(tried) / sizeof(tried[0]));
	if (takes_untried)
		find(pci, untried, sizeof(untried) / sizeof(untried[0]));
}

/* Whether a register that all VGAs have keeps what is written. After a reset, it has another port. */
static INIT bool answers(void)
{
	outb(MISC_WRITE, MISC_TEXT);
	put(CRTC, 0x0F, 0x5A);
	outb(CRTC, 0x0F);
	if (inb(CRTC + 1) != 0x5A)
		return false;
	outb(CRTC + 1, 0xA5);
	return inb(CRTC + 1) == 0xA5;
}

static INIT bool holds(uint32_t at)
{
	uint16_t old = read16(at);
	bool same;

	write16(at, 0x55AA);
	same = read16(at) == 0x55AA;
	write16(at, 0xAA55);
	same = same && read16(at) == 0xAA55;
	write16(at, old);
	return same;
}

static INIT bool text_memory_holds(void)
{
	return holds(TEXT_MEMORY) && holds(TEXT_MEMORY + 4096);
}

INIT bool vga_start(const struct rj_host *host, bool may_be_untried)
{
	found = NULL;
	takes_untried = may_be_untried;
	pci_for_each(note_adapter);
	if (!found)
		return false;
	if (found->id == AST)
		ast_open(found_pci, host);
	if (!answers())
		return false;
	found->leave(found_pci, host);
	bochs_leave();
	vga_set_text(NULL, NULL);
	return text_memory_holds();
}

static bool decodes;

static INIT void note_decoding(uint32_t pci)
{
	decodes |= pci_read(pci, PCI_CLASS) >> 8 == CLASS_VGA
		&& pci_read(pci, PCI_COMMAND) & (PCI_IO | PCI_MEMORY);
}

INIT bool vga_memory_is_ram(void)
{
	decodes = false;
	pci_for_each(note_decoding);
	return !decodes && text_memory_holds();
}
