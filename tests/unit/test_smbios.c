/* SPDX-License-Identifier: MIT */
/* The copy of SMBIOS's entry point, to memory that is RAM, a ROM, or a ROM in a cache. */
#include "unit.h"

#include "bios/setup_smbios.h"
#include "fake_io.h"

#define F_SEGMENT 0xF0000u
#define ENTRY     0x7F00000u
#define PLACE     0x400u

enum kind { RAM, ROM, CACHED_ROM };

static uint8_t rom[0x10000], cache[0x10000], entry[64];
static enum kind kind;
static unsigned writes;

static const uint8_t *byte(uint32_t address)
{
	if (address >= ENTRY && address < ENTRY + sizeof(entry))
		return entry + (address - ENTRY);
	assert_between(address, F_SEGMENT, F_SEGMENT + sizeof(rom) - 1);
	return (kind == CACHED_ROM ? cache : rom) + (address - F_SEGMENT);
}

uint8_t read8(uint32_t address)
{
	return *byte(address);
}

uint32_t read32(uint32_t address)
{
	return le32(byte(address));
}

void write8(uint32_t address, uint8_t value)
{
	assert_between(address, F_SEGMENT, F_SEGMENT + sizeof(rom) - 1);
	writes++;
	if (kind != ROM)
		(kind == RAM ? rom : cache)[address - F_SEGMENT] = value;
}

void write32(uint32_t address, uint32_t value)
{
	for (uint32_t i = 0; i < 4; i++)
		write8(address + i, (uint8_t)(value >> 8 * i));
}

void wbinvd(void)
{
	memcpy(cache, rom, sizeof(rom));
}

/* An entry point of that size at at. */
static void put_entry(uint8_t *at, const char *anchor, uint8_t size)
{
	uint8_t sum = 0;

	memset(at, 0x11, size);
	memcpy(at, anchor, strlen(anchor));
	at[strlen(anchor)] = 0;
	at[strlen(anchor) + 1] = size;
	for (unsigned i = 0; i < size; i++)
		sum = (uint8_t)(sum + at[i]);
	at[strlen(anchor)] = (uint8_t)-sum;
}

/* Code, with room of one value at PLACE. */
static void fresh(enum kind memory, uint8_t room)
{
	kind = memory;
	writes = 0;
	memset(rom, 0xA5, sizeof(rom));
	memset(rom + PLACE, room, 0x200);
	memcpy(cache, rom, sizeof(rom));
	put_entry(entry, "_SM_", 31);
}

static void copies(void **state)
{
	static const struct {
		const char *name, *anchor;
		uint8_t size, room;
	} rows[] = {
		{ "SMBIOS 2 into FFh", "_SM_", 31, 0xFF }, { "SMBIOS 2 into 00h", "_SM_", 31, 0 },
		{ "SMBIOS 3", "_SM3_", 24, 0xFF },
	};

	(void)state;
	FOR_EACH(i, rows) {
		uint8_t expected[sizeof(rom)];

		fresh(RAM, rows[i].room);
		put_entry(entry, rows[i].anchor, rows[i].size);
		memcpy(expected, rom, sizeof(rom));
		memcpy(expected + PLACE, entry, rows[i].size);
		smbios_copy(ENTRY);
		assert_memory_equal(rom, expected, sizeof(rom));
	}
}

/* A place that is no RAM gets its old value back, and nothing is written where there is none. */
static void does_not(void **state)
{
	uint8_t before[sizeof(rom)];

	(void)state;
	fresh(CACHED_ROM, 0xFF);
	smbios_copy(ENTRY);
	assert_memory_equal(cache, rom, sizeof(rom));
	fresh(ROM, 0);
	memcpy(before, rom, sizeof(rom));
	smbios_copy(ENTRY);
	assert_memory_equal(rom, before, sizeof(rom));
	fresh(RAM, 0x5A);                       /* no room */
	smbios_copy(ENTRY);
	fresh(RAM, 0xFF);                       /* one is there */
	put_entry(rom + 0x5F0, "_SM3_", 24);
	smbios_copy(ENTRY);
	fresh(RAM, 0xFF);
	entry[20] ^= 1;                         /* its checksum is wrong */
	smbios_copy(ENTRY);
	smbios_copy(0);
	assert_int_equal(writes, 0);
}

UNIT_MAIN(cmocka_unit_test(copies), cmocka_unit_test(does_not))
