/* SPDX-License-Identifier: MIT */
/*
 * A20 is off if an address and the one 1 MiB above it are the same byte. Two methods turn
 * it on: system control port A (PS/2 and all chipsets since; ICH datasheet, "Port 92"),
 * then the 8042's output port (IBM PC/AT Technical Reference, "Keyboard Controller",
 * commands D1h and FFh). A machine that has neither has no A20 gate either. The BIOS's
 * own call, INT 15h AX=2401h, is not tried, since it uses the same two.
 */
#include "repairs/repair.h"

#include "abi/layout.h"
#include "hardware/io.h"
#include "repairs/i8042.h"


#define I8042_WRITE_OUTPUT_PORT 0xD1
#define I8042_A20_ON  0xDF
#define I8042_NOTHING 0xFF

/* In the stub's own home; the byte 1 MiB above it is restored. */
static uint8_t probe;

bool a20_is_open(void)
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

static void by_port_a(void)
{
	outb(PORT_A, (uint8_t)((inb(PORT_A) & ~PORT_A_RESET) | PORT_A_A20));
}

static void by_i8042(void)
{
	if (i8042_command(I8042_WRITE_OUTPUT_PORT) && i8042_data(I8042_A20_ON))
		i8042_command(I8042_NOTHING);
}

void repair_a20(void)
{
	if (!a20_is_open())
		by_port_a();
	if (!a20_is_open())
		by_i8042();
}
