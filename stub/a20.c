/* SPDX-License-Identifier: MIT */
/*
 * A20 is closed when an address and the one 1 MiB above it are the same byte.
 * The methods: system control port A (PS/2 and all chipsets since; ICH
 * datasheet, "Port 92"), then the 8042's output port (IBM PC/AT Technical
 * Reference, "Keyboard Controller", commands D1h and FFh).
 */
#include "repair.h"

#include "io.h"
#include "layout.h"

#define PORT_A        0x92
#define PORT_A_A20    0x02
#define PORT_A_KEEP   0xFE    /* all but bit 0, which resets the machine */

#define KBC_DATA      0x60
#define KBC_COMMAND   0x64      /* read: status */
#define KBC_INPUT_FULL 0x02
#define KBC_WRITE_OUTPUT_PORT 0xD1
#define KBC_A20_ON    0xDF
#define KBC_NO_COMMAND 0xFF
#define KBC_PATIENCE  100000u

/* In the stub's own home; the byte 1 MiB above is put back. */
static uint8_t probe;

static bool a20_is_open(void)
{
	volatile uint8_t *low = &probe;
	volatile uint8_t *high = low + HIGH_MEMORY;
	uint8_t saved = *high;
	bool same;

	*low = 0x55;
	*high = 0xAA;
	same = *low == 0xAA;
	*high = saved;
	return !same;
}

static void kbc_wait(void)
{
	for (uint32_t i = 0; i < KBC_PATIENCE && inb(KBC_COMMAND) & KBC_INPUT_FULL; i++)
		;
}

static void kbc_put(uint16_t port, uint8_t byte)
{
	kbc_wait();
	outb(port, byte);
}

bool open_a20(void)
{
	if (a20_is_open())
		return true;
	outb(PORT_A, (inb(PORT_A) & PORT_A_KEEP) | PORT_A_A20);
	if (a20_is_open())
		return true;
	kbc_put(KBC_COMMAND, KBC_WRITE_OUTPUT_PORT);
	kbc_put(KBC_DATA, KBC_A20_ON);
	kbc_put(KBC_COMMAND, KBC_NO_COMMAND);
	kbc_wait();
	return a20_is_open();
}
