/* SPDX-License-Identifier: MIT */
/*
 * IBM PC/AT Technical Reference (6280070), "ROM BIOS": the interrupt list, the
 * BIOS data area, and the entry points of the listing (ORG), which compatible BIOSes keep.
 */
#include "hardware/firmware.h"

#include "abi/layout.h"
#include "common/bda.h"
#include "hardware/io.h"
#include "hardware/ports.h"

#define CMOS_EQUIPMENT   0x14

#define ROM_SEGMENT      0xF000u
#define ROM              0xF0000u
#define RESET_VECTOR     (ROM + 0xFFF0)
#define FAR_JUMP         0xEA
#define IRET             0xFF53u
#define BASE_MEMORY_MAX  (VIDEO_MEMORY / 1024)

struct vector {
	uint8_t number;
	bool essential; /* for any payload. INT 10h is not: a UEFI machine may have a shim for it */
	uint16_t offset;
};

static const struct vector entry_points[] = {
	{ 0x02, false, 0xE2C3 }, { 0x05, false, 0xFF54 }, { 0x08, true, 0xFEA5 },
	{ 0x09, true, 0xE987 }, { 0x0E, false, 0xEF57 }, { 0x10, false, 0xF065 },
	{ 0x11, false, 0xF84D }, { 0x12, true, 0xF841 }, { 0x13, true, 0xE3FE },
	{ 0x14, false, 0xE739 }, { 0x15, true, 0xF859 }, { 0x16, true, 0xE82E },
	{ 0x17, false, 0xEFD2 }, { 0x19, true, 0xE6F2 }, { 0x1A, true, 0xFE6E },
	{ 0x1D, false, 0xF0A4 }, { 0x1E, false, 0xEFC7 }, { 0x40, false, 0xEC59 },
};
#define ENTRY_POINTS (sizeof(entry_points) / sizeof(*entry_points))

uint32_t bda_ebda(void)
{
	return (uint32_t)read16(BDA_EBDA_SEGMENT) << 4;
}

uint32_t bda_base_memory(void)
{
	return read16(BDA_BASE_MEMORY) * 1024u;
}

static bool is_code(uint32_t address)
{
	uint8_t first = read8(address);

	return first != 0 && first != 0xFF;
}

static uint32_t vector(uint32_t number)
{
	return ((uint32_t)read16(number * 4 + 2) << 4) + read16(number * 4);
}

/* Whether the vector may lead to the firmware: to its ROM or to memory that it reserved. */
static bool vector_is_plausible(uint32_t number)
{
	uint32_t address = vector(number);

	return address >= bda_base_memory() && address < HIGH_MEMORY && is_code(address);
}

/* Other programs hook some of a BIOS's interrupts; only a BIOS in base memory, which an
   earlier stub installed and whose memory may be overwritten now, serves all from there. */
static bool vectors_are_plausible(void)
{
	bool any_in_rom = false;

	for (unsigned i = 0; i < ENTRY_POINTS; i++) {
		if (!entry_points[i].essential)
			continue;
		if (!vector_is_plausible(entry_points[i].number))
			return false;
		any_in_rom |= vector(entry_points[i].number) >= VIDEO_ROM;
	}
	return any_in_rom;
}

static bool rom_has_entry_points(void)
{
	if (read8(RESET_VECTOR) != FAR_JUMP)
		return false;
	for (unsigned i = 0; i < ENTRY_POINTS; i++)
		if (entry_points[i].essential && !is_code(ROM + entry_points[i].offset))
			return false;
	return true;
}

uint32_t int13_in_base_memory(void)
{
	uint32_t address = vector(0x13), end = bda_ebda() >= LOW_MEMORY ? bda_ebda() : VIDEO_MEMORY;

	return address < end ? address : 0;
}

enum firmware firmware_state(void)
{
	uint32_t kib = read16(BDA_BASE_MEMORY);

	if (vectors_are_plausible() && kib && kib <= BASE_MEMORY_MAX)
		return FIRMWARE_ALIVE;
	return rom_has_entry_points() ? FIRMWARE_LOST : FIRMWARE_NONE;
}

static void set_vector(uint32_t number, uint16_t offset)
{
	write16(number * 4, offset);
	write16(number * 4 + 2, ROM_SEGMENT);
}

/* Lets base memory end at the lowest possible EBDA, since the true one is no longer known. */
static void rebuild_bda(void)
{
	outb(CMOS_INDEX, CMOS_EQUIPMENT);
	write16(BDA_EQUIPMENT, inb(CMOS_DATA));
	if (!read16(BDA_BASE_MEMORY))
		write16(BDA_BASE_MEMORY, EBDA_FLOOR / 1024);
	bda_empty_keys();
}

void firmware_rebuild(void)
{
	for (uint32_t i = 0; i < IVT_VECTORS; i++)
		set_vector(i, IRET);
	for (uint32_t i = 0; i < ENTRY_POINTS; i++)
		set_vector(entry_points[i].number, entry_points[i].offset);
	rebuild_bda();
	outb(PIC_SLAVE + 1, 0xFF);
}
