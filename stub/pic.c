/* SPDX-License-Identifier: MIT */
/* Intel 8259A datasheet (231468-003), "Initialization Command Words". */
#include "repair.h"

#include "io.h"
#include "ports.h"

#define ICW1_INIT 0x11  /* edge triggered, cascade, ICW4 follows */
#define ICW4_8086 0x01

/* IRQ 0, 1, 2, 6 and 12, 13, 14 open: what POST leaves on an IBM-compatible PC. */
#define MASTER_MASK 0xB8
#define SLAVE_MASK  0x8E

/*
 * ICW1 also clears the in-service and mask registers and the edge latches. No
 * ELCR write: single machines are known to lose devices by one.
 */
static void init(uint16_t chip, uint8_t vector, uint8_t cascade, uint8_t mask)
{
	outb(chip, ICW1_INIT);
	outb(chip + 1, vector);
	outb(chip + 1, cascade);
	outb(chip + 1, ICW4_8086);
	outb(chip + 1, mask);
}

void repair_pic(void)
{
	init(PIC_MASTER, 0x08, 1 << 2, MASTER_MASK);
	init(PIC_SLAVE, 0x70, 2, SLAVE_MASK);
}
