/* SPDX-License-Identifier: MIT */
/*
 * Sets the BIOS up: 32-bit code that runs once. IBM PC/AT Technical Reference: the interrupt
 * vectors and the BIOS data area.
 */
#include <stdbool.h>
#include <stddef.h>

#include "abi/layout.h"
#include "bios/bios.h"
#include "bios/setup_keyboard.h"
#include "bios/setup_rsdt.h"
#include "bios/setup_smbios.h"
#include "bios/setup_ticks.h"
#include "common/bda.h"
#include "common/mem.h"
#include "hardware/firmware.h"
#include "hardware/io.h"
#include "hardware/ivt.h"
#include "hardware/pci.h"
#include "hardware/ports.h"
#include "int13/resident.h"

#define ENHANCED       0x10     /* a keyboard with 101 keys */
#define UART_SCRATCH   7
#define EQUIPMENT      0x0022   /* a coprocessor, 80x25 colours */

#define MASTER_MASK    0xF8     /* IRQ 0, 1 and 2 are served, */
#define SLAVE_MASK     0xFE     /* and IRQ 8 */

#define VGA_TEXT       0xB800u  /* segment */

#define PIT_HZ         1193182u /* a tick has 65536 of its counts */
#define PIT_KHZ        1193u
#define TICK_COUNTS    65536u

/* In entry.asm. */
struct vectors {
	uint8_t first, last;
	uint16_t handler;       /* 0: the end */
};
extern const struct vectors default_vectors[];
extern const uint8_t floppy_table[];
extern uint8_t font_room[];

uint32_t bios_room(const struct rj_setup *setup);
static uint8_t last_bus;

static void note_bus(uint32_t pci)
{
	last_bus = (uint8_t)(pci >> 16);        /* pci_for_each takes them in order */
}

void bios_init(const struct rj_setup *setup, uint32_t base);
void bios_start(const struct rj_setup *setup);
bool bios_wanted(const struct rj_setup *setup);

bool bios_wanted(const struct rj_setup *setup)
{
	return setup->own_bios;
}

uint32_t bios_room(const struct rj_setup *setup)
{
	return setup->screen ? RJ_FONT_BYTES : 0;
}

/* Programs such as vesamenu.c32 ask the BIOS for its font, and for vector 43h. */
static void set_font(const struct rj_setup *setup, uint32_t base)
{
	if (!setup->screen)
		return;
	memcpy(font_room, setup->screen->font, RJ_FONT_BYTES);
	bios.font = (uint16_t)((uint32_t)font_room - base);
	ivt_set(0x43, base, bios.font);
}

static void set_screen(const struct rj_setup *setup, uint32_t base)
{
	bios.cells = setup->has_vga || setup->mirrors ? VGA_TEXT << 16
		: base >> 4 << 16 | ((uint32_t)screen_text.cells - base);
	if (!setup->screen)
		return;
	if (setup->has_vga) {
		bios.vga_set_text = (uint32_t)setup->screen->vga_set_text;
		return;
	}
	bios.mirrors = setup->mirrors;
	bios.show_text = (uint32_t)setup->screen->show;
	bios.vbe = (uint32_t)setup->screen->vbe;
}

static void set_vectors(uint32_t base)
{
	for (uint32_t i = 0; i < BDA_APPLICATIONS; i += 4)
		write32(i, 0);
	for (const struct vectors *v = default_vectors; v->handler; v++)
		for (uint32_t n = v->first; n <= v->last; n++)
			ivt_set(n, base, v->handler);
	ivt_set(0x1E, base, (uint16_t)((uint32_t)floppy_table - base));
}

/* 16550D datasheet, 8.6.8: the scratch register. */
static bool is_uart(uint16_t port)
{
	outb(port + UART_SCRATCH, 0x55);
	if (inb(port + UART_SCRATCH) != 0x55)
		return false;
	outb(port + UART_SCRATCH, 0xAA);
	return inb(port + UART_SCRATCH) == 0xAA;
}

/*
 * GRUB looks for serial ports here. The equipment word has none, since DOS would set their
 * speed by INT 14h, which must not touch the console.
 */
static void set_serial_ports(void)
{
	static const uint16_t ports[] = { 0x3F8, 0x2F8, 0x3E8, 0x2E8 };
	uint32_t at = BDA;

	for (uint32_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (is_uart(ports[i])) {
			write16(at, ports[i]);
			at += sizeof(uint16_t);
		}
}

static void set_bda(const struct rj_setup *setup)
{
	write16(BDA_EBDA_SEGMENT, (uint16_t)(setup->ebda >> 4));
	write16(BDA_EQUIPMENT, EQUIPMENT);
	bda_empty_keys();
	write8(BDA_KEYBOARD, ENHANCED);
	set_serial_ports();
}

static uint32_t from_bcd(uint32_t bcd)
{
	return (bcd >> 4 & 0xF) * 10 + (bcd & 0xF);
}

/* The time of day, in ticks of 65536 counts. */
static void set_ticks(const struct rj_setup *setup)
{
	struct bios_regs r = { .eax = 0x0200 };
	uint32_t seconds;

	setup->bios_call(&r, 0x1A);
	if (r.carry)
		return;
	seconds = (from_bcd(r.ecx >> 8) * 60 + from_bcd(r.ecx)) * 60 + from_bcd(r.edx >> 8);
	/* 1193182 / 65536 in parts, which fit 32 bits */
	write32(BDA_TICKS, seconds * 18 + seconds * (PIT_HZ - 18 * TICK_COUNTS) / TICK_COUNTS);
}

void bios_init(const struct rj_setup *setup, uint32_t base)
{
	bios = (struct rj_bios){
		.ticks_per_ms = setup->host->ticks_per_ms,
		.ticks_per_tick = setup->host->ticks_per_ms * (TICK_COUNTS / PIT_KHZ)
			+ setup->host->ticks_per_ms * (TICK_COUNTS % PIT_KHZ) / PIT_KHZ,
		.uart = setup->uart,
		.ebda = (uint16_t)(setup->ebda >> 4),
	};
	keyboard_init(setup);
	pci_for_each(note_bus);
	bios.last_bus = last_bus;
	flat_place(base, setup->page_tables);
	set_vectors(base);
	set_bda(setup);
	set_screen(setup, base);
	set_font(setup, base);
	rsdt_make(setup->ebda);
	smbios_copy(setup->smbios);
}

void bios_start(const struct rj_setup *setup)
{
	set_ticks(setup);
	outb(PIC_MASTER + 1, MASTER_MASK);
	outb(PIC_SLAVE + 1, SLAVE_MASK);
	bios.polls_keys = inb(PIC_MASTER + 1) != MASTER_MASK;
	ticks_start(setup);
	channel2_check(setup);
}
