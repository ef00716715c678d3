/* SPDX-License-Identifier: MIT */
#include "survey/acpi_wide.h"

#include "abi/layout.h"
#include "common/mem.h"
#include "common/units.h"
#include "survey/reach.h"

#define CHUNK 256u              /* bytes that are summed at once */

typedef uint64_t acpi_address;
#define ACPI_MAX UINT64_MAX

static uint64_t taken;

static uint32_t get32(uint64_t address)
{
	uint32_t value = 0;

	reach(&value, address, sizeof(value));
	return value;
}

static uint64_t join(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

static bool sums_to_zero(uint64_t address, uint32_t n)
{
	uint8_t bytes[CHUNK], sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (i % CHUNK == 0
		    && !reach(bytes, address + i, n - i < CHUNK ? n - i : CHUNK))
			return false;
		sum = (uint8_t)(sum + bytes[i % CHUNK]);
	}
	return sum == 0;
}

static uint32_t in_place(uint64_t table)
{
	uint32_t length = get32(table + sizeof(uint32_t));

	if (table + length <= FOUR_GIB)
		return (uint32_t)table;
	return length <= SURVEY - SURVEY_WORK && reach((void *)SURVEY_WORK, table, length)
		? SURVEY_WORK : 0;
}

static uint64_t rsdp_address(void)
{
	return taken;
}

#define ACPI_WIDE
#include "hardware/acpi.c"

bool acpi_wide_take(uint64_t address, uint8_t rsdp[RSDP_SIZE])
{
	memset(rsdp, 0, RSDP_SIZE);
	root = taken = 0;
	if (!is_rsdp(address))
		return false;
	taken = address;
	if (has_xsdt(address))
		return reach(rsdp, address, RSDP_SIZE);
	reach(rsdp, address, RSDP_SIZE_1);
	rsdp[RSDP_CHECKSUM] = (uint8_t)(rsdp[RSDP_CHECKSUM] + rsdp[RSDP_REVISION]);
	rsdp[RSDP_REVISION] = 0;
	return true;
}

uint32_t acpi_wide_find(uint32_t signature)
{
	return find(signature);
}
