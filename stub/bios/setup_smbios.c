/* SPDX-License-Identifier: MIT */
/* SMBIOS specification 3.7 (DSP0134), 5.2: the entry points. 32-bit code that runs once. */
#include "bios/setup_smbios.h"

#include <stdbool.h>

#include "hardware/checksum.h"
#include "hardware/io.h"

#define F_SEGMENT  0xF0000u
#define F_END      0xFFF00u     /* code for a reset follows */
#define STEP       16u
#define UNUSED     256u         /* so many bytes that are all 00h or FFh belong to nothing */

#define ANCHOR_2   0x5F4D535Fu  /* "_SM_" */
#define ANCHOR_3   0x334D535Fu  /* the front of "_SM3_" */
#define LENGTH_2   5u
#define LENGTH_3   6u
#define LENGTH_MAX 32u

/* How many bytes the entry point at this address has; 0: none is there. */
static uint32_t size_of_entry(uint32_t at)
{
	uint32_t anchor = read32(at), size;

	if (anchor != ANCHOR_2 && anchor != ANCHOR_3)
		return 0;
	size = read8(at + (anchor == ANCHOR_2 ? LENGTH_2 : LENGTH_3));
	return size > LENGTH_MAX || sum_of(at, size) ? 0 : size;
}

static bool is_unused(uint32_t at)
{
	uint32_t first = read32(at);

	for (uint32_t i = 0; i < UNUSED; i += 4)
		if (read32(at + i) != first)
			return false;
	return first == 0 || first == UINT32_MAX;
}

/* The first unused place; 0: there is none, or there is an entry point already. */
static uint32_t find_place(void)
{
	uint32_t place = 0;

	for (uint32_t at = F_SEGMENT; at < F_END; at += STEP) {
		if (size_of_entry(at))
			return 0;
		if (!place && at + UNUSED <= F_END && is_unused(at))
			place = at;
	}
	return place;
}

/* Whether memory holds the value, and not only a cache. To flash memory 00h and FFh mean nothing. */
static bool holds(uint32_t at, uint32_t value)
{
	bool same = true;

	for (uint32_t i = 0; i < LENGTH_MAX; i += 4)
		write32(at + i, value);
	wbinvd();
	for (uint32_t i = 0; i < LENGTH_MAX; i += 4)
		same &= read32(at + i) == value;
	return same;
}

static bool is_ram(uint32_t at)
{
	uint32_t old = read32(at);
	bool changes = holds(at, ~old);

	return holds(at, old) && changes;
}

void smbios_copy(uint32_t entry)
{
	uint32_t size = entry ? size_of_entry(entry) : 0, place = size ? find_place() : 0;

	if (!place || !is_ram(place))
		return;
	for (uint32_t i = 0; i < size; i++)
		write8(place + i, read8(entry + i));
}
