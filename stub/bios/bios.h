/* SPDX-License-Identifier: MIT */
/*
 * The module "bios": the interrupts of a PC BIOS, for machines that have none. 16-bit code in
 * a segment of its own, CS = DS = ES = SS; C runs with interrupts off, on the module's stack.
 *
 *   IBM PC/AT Technical Reference, 6280070
 *   IBM PS/2 and PC BIOS Interface Technical Reference, 1991
 */
#ifndef RJ_BIOS_MODULE_H
#define RJ_BIOS_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/bios.h"
#include "int13/far.h"
#include "int13/frame.h"
#include "screen/screen.h"

/* A call: the caller's registers, and the flags that it gets back. */
struct call {
	struct frame regs;
	uint32_t flags;
};
_Static_assert(offsetof(struct call, flags) == 40, "flags");

/* Of the local APIC's timer, where it counts ticks. */
#define APIC_TIMER_VECTOR 0x6F

#define FLAG_CARRY 0x0001u
#define FLAG_ZERO  0x0040u

/* The set-up fills this in. */
struct rj_bios {
	uint32_t ticks_per_ms;  /* of the time stamp counter */
	uint32_t ticks_per_tick;/* of the time stamp counter in 1/18.2 s */
	uint64_t polled_at;     /* when polled ticks were last counted */
	uint16_t uart;          /* the console's I/O address; 0: none */
	uint16_t ebda;          /* segment */
	uint16_t font;          /* offset of RJ_FONT_BYTES in the module's segment; 0: none */
	uint32_t cells;         /* where text is, as segment << 16 | offset */
	uint32_t show_text, vbe, vga_set_text;  /* struct rj_screen's, for call32; 0: none */
	uint8_t polls_ticks;    /* no interrupt counts ticks */
	uint8_t polls_keys;     /* there is no 8259, so that keys do not interrupt */
	uint8_t last_bus;       /* of PCI */
	uint8_t mirrors;        /* the framebuffer shows the RAM at B8000h */
};

extern struct rj_bios bios;

/* How a machine is reset by Ctrl-Alt-Del; the set-up fills this in. */
struct rj_resetter {
	struct rj_reset by;
	uint32_t delay;         /* of the time stamp counter, after each attempt */
};

extern struct rj_resetter resetter;

/* What the screen shows. */
extern struct rj_text screen_text;

/* The cells at bios.cells, by their numbers from 0: attribute << 8 | character. */
uint16_t cell_get(uint32_t cell);
void cell_put(uint32_t cell, uint16_t value);
void cells_move(uint32_t to, uint32_t from, uint32_t count);    /* the first one first */
void cells_fetch(uint32_t first, uint32_t count);               /* to screen_text.cells */

/* The handlers; each is called from its vector in entry.asm. */
void int10(struct call *c);
void int15(struct call *c);
void int16(struct call *c);
void int1a(struct call *c);

/* INT 1Ah AH=B1h. */
void pci_bios(struct call *c);

/* A scan code, after INT 15h AH=4Fh. */
extern uint8_t scan_code;

/* Translates it. Returns enum rj_key_action. */
uint32_t key_scan(struct call *c);

enum rj_key_action {
	KEY_NOTHING,
	KEY_BREAK,              /* call INT 1Bh */
	KEY_PRINT,              /* call INT 05h */
	KEY_SYSTEM,             /* call INT 15h AX=8500h */
	KEY_RESET,              /* Ctrl-Alt-Del */
	KEY_PAUSE               /* wait for another key */
};

/* Takes what has arrived on the serial console. */
void serial_poll(struct call *c);

/* Shows what programs have written to the RAM at B8000h. */
void mirror(struct call *c);

/* Counts ticks by the time stamp counter. */
void ticks_poll(struct call *c);

/* Ends an interrupt of the local APIC. */
void apic_eoi(struct call *c);

/* Puts a key into the BDA's buffer: scan code << 8 | character. False: it is full. */
bool key_put(uint16_t key);

#endif
