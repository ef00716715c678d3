/* SPDX-License-Identifier: MIT */
/*
 * Motorola MC146818A datasheet, registers A to C. NMI mask: IBM PC/AT Technical
 * Reference, port 70h bit 7 (which cannot be read, so every write sets it), and Intel
 * ICH datasheet, "NMI_EN" and "NMI_SC".
 */
#include "repairs/repair.h"

#include "hardware/io.h"
#include "hardware/ports.h"

#define REGISTER_A 0x0A
#define A_DIVIDERS 0x26         /* 32768 Hz, 1024 interrupts a second: as POST sets it */
#define REGISTER_B 0x0B
#define REGISTER_C 0x0C         /* a read clears pending interrupts */
#define REGISTER_D 0x0D         /* harmless to select */
#define B_INTERRUPTS 0x70       /* periodic, alarm, update ended */

#define PORT_B_NMI_CLEAR 0x0C   /* 1 turns parity and channel check off */

static uint8_t cmos_read(uint8_t reg)
{
	outb(CMOS_INDEX, reg);
	return inb(CMOS_DATA);
}

void repair_rtc(void)
{
	uint8_t b = cmos_read(REGISTER_B);

	outb(CMOS_DATA, b & (uint8_t)~B_INTERRUPTS);
	cmos_read(REGISTER_C);
	outb(CMOS_INDEX, REGISTER_A);
	outb(CMOS_DATA, A_DIVIDERS);
}

/* A data access must follow each write to the index port. */
void repair_nmi(void)
{
	uint8_t b = inb(PORT_B) & 0x03;

	outb(PORT_B, b | PORT_B_NMI_CLEAR);
	outb(PORT_B, b);
	outb(CMOS_INDEX, REGISTER_D);
	inb(CMOS_DATA);
}
