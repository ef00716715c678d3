/* SPDX-License-Identifier: MIT */
/* Intel 8259A datasheet (231468-003), "Initialization Command Words". */
#include "repairs/repair.h"

#include "hardware/io.h"
#include "hardware/ports.h"

#define ICW1_INIT 0x11  /* edge triggered, cascade, ICW4 follows */
#define ICW4_8086 0x01

/*
 * IRQ 0, 1, 2, 6, 8, 12, 13 and 14 are unmasked, as SeaBIOS leaves them. Bochs' BIOS and IBM's
 * listing differ only in IRQ 8, which they unmask when INT 15h AH=83h and 86h need it; SeaBIOS
 * relies on it being unmasked. All of them mask IRQ 15: users of a second IDE channel poll it,
 * as our driver does, or unmask it.
 */
#define MASTER_MASK 0xB8
#define SLAVE_MASK  0x8E

/*
 * ICW1 also clears the in-service and mask registers and the edge latches. The ELCR is not
 * written, since some machines are known to lose devices then.
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
