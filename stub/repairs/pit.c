/* SPDX-License-Identifier: MIT */
/* Intel 8254 datasheet (231164-005), "Programming the 8254". */
#include "repairs/repair.h"

#include "hardware/io.h"
#include "hardware/ports.h"
#include "repairs/pch.h"

#define CHANNEL0 0x40
#define CONTROL  0x43
#define LATCH_CHANNEL0 0x00
#define CHANNEL0_MODE2 0x34     /* both bytes, rate generator, binary */

/* System control port B (IBM PC/AT Technical Reference; ICH datasheet, NMI_SC). */
#define PORT_B_KEEP 0x0C        /* keep the NMI masks; gate and speaker off */

static uint16_t count(void)
{
	uint8_t low;

	outb(CONTROL, LATCH_CHANNEL0);
	low = inb(CHANNEL0);
	return (uint16_t)(low | inb(CHANNEL0) << 8);
}

static bool is_counting(void)
{
	uint16_t first = count();

	for (uint32_t i = 0; i < 1000; i++)
		if (count() != first)
			return true;
	return false;
}

static void start(void)
{
	outb(CONTROL, CHANNEL0_MODE2);
	outb(CHANNEL0, 0);      /* 0 counts as 65536 */
	outb(CHANNEL0, 0);
}

static void close_gate2(void)
{
	outb(PORT_B, inb(PORT_B) & PORT_B_KEEP);
}

void repair_pit(void)
{
	start();
	if (!is_counting()) {
		ungate_pit_clock();
		start();
	}
	close_gate2();
}
