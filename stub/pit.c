/* SPDX-License-Identifier: MIT */
/* Intel 8254 datasheet (231164-005), "Programming the 8254". */
#include "repair.h"

#include "io.h"
#include "pch.h"
#include "ports.h"

#define CHANNEL0 0x40
#define CHANNEL2 0x42
#define CONTROL  0x43
#define LATCH_CHANNEL0 0x00
#define CHANNEL0_MODE2 0x34     /* both bytes, rate generator, binary */
#define CHANNEL2_MODE0 0xB0     /* both bytes, interrupt on terminal count */

/* System control port B (IBM PC/AT Technical Reference; ICH datasheet, NMI_SC). */
#define GATE2      0x01
#define OUT2       0x20
#define PORT_B_KEEP 0x0C        /* the NMI masks; gate and speaker off */

#define HZ         1193182u
#define STEP_MS    10u          /* fits 16 bits of counts */
#define PATIENCE   1000000u     /* reads of port B, about 1 us each */

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

static void delay_step(void)
{
	const uint32_t counts = HZ / (1000 / STEP_MS);

	outb(PORT_B, (inb(PORT_B) & PORT_B_KEEP) | GATE2);
	outb(CONTROL, CHANNEL2_MODE0);
	outb(CHANNEL2, (uint8_t)counts);
	outb(CHANNEL2, counts >> 8);
	for (uint32_t i = 0; i < PATIENCE && !(inb(PORT_B) & OUT2); i++)
		;
}

void delay_ms(uint32_t ms)
{
	for (uint32_t t = 0; t < ms; t += STEP_MS)
		delay_step();
	close_gate2();
}
