/* SPDX-License-Identifier: MIT */
/*
 * INT 15h and INT 1Ah. RBIL: AX=2400h to 2403h, AH=C0h. Motorola MC146818A datasheet: the clock.
 */
#include <stdbool.h>
#include <stddef.h>

#include "abi/layout.h"
#include "bios/bios.h"
#include "common/bda.h"
#include "hardware/io.h"
#include "hardware/ports.h"

struct rj_bios bios;

#define UNSUPPORTED   0x86

#define A20_WAYS      0x0003    /* the keyboard controller and port 92h */

/* AH=C0h: model FCh, an AT. */
struct configuration {
	uint16_t size;
	uint8_t model, submodel, revision, features[5];
} __attribute__((packed));
/* A second 8259, a clock, INT 15h AH=4Fh, an EBDA. */
static const struct configuration configuration = { 8, 0xFC, 0, 0, { 0x74, 0x40, 0, 0, 0 } };

#define TICKS         BDA_OFFSET(BDA_TICKS)
#define MIDNIGHT      BDA_OFFSET(BDA_MIDNIGHT)

#define RTC_SECONDS   0x00
#define RTC_MINUTES   0x02
#define RTC_HOURS     0x04
#define RTC_ALARM     0x01      /* + the register of the same part of the time */
#define RTC_DAY       0x07
#define RTC_MONTH     0x08
#define RTC_YEAR      0x09
#define RTC_A         0x0A
#define RTC_B         0x0B
#define A_UPDATING    0x80
#define B_SET         0x80
#define B_ALARM       0x20      /* interrupts at that time */
#define B_BINARY      0x04
#define B_24_HOURS    0x02
#define B_DAYLIGHT    0x01
#define PM            0x80
#define CENTURY       0x20      /* there is no standard register for it */
#define UPDATE_PATIENCE 0x10000u /* an update takes 2 ms */

static void fail(struct call *c, uint8_t status)
{
	c->regs.ah = status;
	c->flags |= FLAG_CARRY;
}

static void a20(struct call *c)
{
	uint8_t port = inb(PORT_A);

	c->regs.ah = 0;
	switch (c->regs.al) {
	case 0x00:
		outb(PORT_A, port & (uint8_t)~(PORT_A_A20 | PORT_A_RESET));
		break;
	case 0x01:
		outb(PORT_A, (port | PORT_A_A20) & (uint8_t)~PORT_A_RESET);
		break;
	case 0x02:
		c->regs.al = port & PORT_A_A20 ? 1 : 0;
		break;
	case 0x03:
		c->regs.bx = A20_WAYS;
		break;
	default:
		fail(c, UNSUPPORTED);
	}
}

/* The base in a descriptor of the table at ES:SI (RBIL, AH=87h). */
static uint32_t descriptor_base(const struct frame *f, uint32_t offset)
{
	uint8_t descriptor[8];

	far_read(descriptor, (uint32_t)f->es << 16 | ((f->esi + offset) & 0xFFFF),
		 sizeof(descriptor));
	return (uint32_t)descriptor[7] << 24 | (uint32_t)descriptor[4] << 16
		| (uint32_t)descriptor[3] << 8 | descriptor[2];
}

/* AH=87h: CX words of memory. A program in virtual-8086 mode asks its monitor instead. */
static void copy_words(struct call *c)
{
	const struct frame *f = &c->regs;

	if (is_virtual()) {
		fail(c, UNSUPPORTED);
		return;
	}
	copy(descriptor_base(f, 0x18), descriptor_base(f, 0x10), f->cx * 2u);
	c->regs.ah = 0;
	c->flags |= FLAG_ZERO;
}

void int15(struct call *c)
{
	c->flags &= ~FLAG_CARRY;
	switch (c->regs.ah) {
	case 0x24:
		a20(c);
		break;
	case 0x87:
		copy_words(c);
		break;
	case 0x85:              /* the SysRq key */
	case 0x90:              /* a device waits, and its interrupt has come: for multitasking */
	case 0x91:
		c->regs.ah = 0;
		break;
	case 0xC0:
		c->regs.ah = 0;
		c->regs.bx = (uint16_t)(uintptr_t)&configuration;
		__asm__ volatile("movw %%cs, %0" : "=r"(c->regs.es));
		break;
	case 0xC1:
		c->regs.es = bios.ebda;
		break;
	default:
		fail(c, UNSUPPORTED);
	}
}

#define PCI 0xB1                /* INT 1Ah */

static uint8_t cmos(uint8_t reg)
{
	outb(CMOS_INDEX, reg);
	return inb(CMOS_DATA);
}

static void cmos_set(uint8_t reg, uint8_t value)
{
	outb(CMOS_INDEX, reg);
	outb(CMOS_DATA, value);
}

/* Waits for the end of an update. False: the clock does not run. */
static bool clock_is_steady(void)
{
	for (uint32_t i = 0; i < UPDATE_PATIENCE; i++)
		if (!(cmos(RTC_A) & A_UPDATING))
			return true;
	return false;
}

/* The clock counts in BCD or in binary; the BIOS's calls are in BCD, in 24 hours. */
static uint8_t rtc(uint8_t reg)
{
	uint8_t value = cmos(reg), b = cmos(RTC_B), pm = 0;

	if (reg == RTC_HOURS && !(b & B_24_HOURS)) {
		pm = value & PM ? 0x12 : 0;
		value &= (uint8_t)~PM;
	}
	if (b & B_BINARY)
		value = (uint8_t)(value / 10 << 4 | value % 10);
	if (reg == RTC_HOURS && !(b & B_24_HOURS)) {
		if (value == 0x12)
			value = 0;
		value = (uint8_t)(value + pm);
		if ((value & 0x0F) > 9)
			value = (uint8_t)(value + 6);
	}
	return value;
}

static void rtc_set(uint8_t reg, uint8_t bcd)
{
	bool binary = cmos(RTC_B) & B_BINARY;

	cmos_set(reg, binary ? (uint8_t)((bcd >> 4) * 10 + (bcd & 0x0F)) : bcd);
}

static void set_time(const struct frame *f)
{
	uint8_t b = (uint8_t)((cmos(RTC_B) & ~B_DAYLIGHT) | B_24_HOURS | (f->dl & B_DAYLIGHT));

	cmos_set(RTC_B, b | B_SET);
	rtc_set(RTC_HOURS, f->ch);
	rtc_set(RTC_MINUTES, f->cl);
	rtc_set(RTC_SECONDS, f->dh);
	cmos_set(RTC_B, b);
}

static void set_date(const struct frame *f)
{
	uint8_t b = cmos(RTC_B);

	cmos_set(RTC_B, b | B_SET);
	rtc_set(RTC_YEAR, f->cl);
	rtc_set(RTC_MONTH, f->dh);
	rtc_set(RTC_DAY, f->dl);
	cmos_set(RTC_B, b);
}

/* INT 4Ah at a time of each day, in 24 hours. Only one at a time. */
static void set_alarm(struct call *c)
{
	const struct frame *f = &c->regs;
	uint8_t b = cmos(RTC_B);

	if ((b & (B_ALARM | B_24_HOURS)) != B_24_HOURS) {
		c->flags |= FLAG_CARRY;
		return;
	}
	rtc_set(RTC_ALARM + RTC_HOURS, f->ch);
	rtc_set(RTC_ALARM + RTC_MINUTES, f->cl);
	rtc_set(RTC_ALARM + RTC_SECONDS, f->dh);
	cmos_set(RTC_B, (b & (uint8_t)~B_SET) | B_ALARM);
}

/* AH=00h and 01h are in entry.asm. */
void int1a(struct call *c)
{
	struct frame *f = &c->regs;

	if (f->ah == PCI) {
		pci_bios(c);
		return;
	}
	if (f->ah < 0x02 || f->ah > 0x07 || !clock_is_steady()) {
		c->flags |= FLAG_CARRY;
		return;
	}
	c->flags &= ~FLAG_CARRY;
	switch (f->ah) {
	case 0x02:
		f->ch = rtc(RTC_HOURS);
		f->cl = rtc(RTC_MINUTES);
		f->dh = rtc(RTC_SECONDS);
		f->dl = cmos(RTC_B) & B_DAYLIGHT;
		break;
	case 0x03:
		set_time(f);
		break;
	case 0x04:
		f->ch = CENTURY;
		f->cl = rtc(RTC_YEAR);
		f->dh = rtc(RTC_MONTH);
		f->dl = rtc(RTC_DAY);
		break;
	case 0x05:
		set_date(f);
		break;
	case 0x06:
		set_alarm(c);
		break;
	default:
		cmos_set(RTC_B, cmos(RTC_B) & (uint8_t)~(B_SET | B_ALARM));
	}
	f->ah = 0;
}

rj_function32 eoi_flat;

/* In virtual-8086 mode the register is out of reach: ticks stop until the next call. */
void apic_eoi(struct call *c)
{
	(void)c;
	if (!is_virtual())
		call32((rj_function32 *)(flat.base + (uintptr_t)eoi_flat), NULL, NULL);
}

void ticks_poll(struct call *c)
{
	uint64_t now = rdtsc();
	uint32_t ticks = bda_get16(TICKS) | (uint32_t)bda_get16(TICKS + 2) << 16;

	(void)c;
	while (now - bios.polled_at >= bios.ticks_per_tick) {
		bios.polled_at += bios.ticks_per_tick;
		if (++ticks >= TICKS_IN_A_DAY) {
			ticks = 0;
			bda_put(MIDNIGHT, (uint8_t)(bda_get(MIDNIGHT) + 1));
		}
	}
	bda_put16(TICKS, (uint16_t)ticks);
	bda_put16(TICKS + 2, (uint16_t)(ticks >> 16));
}
