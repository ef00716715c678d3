/* SPDX-License-Identifier: MIT */
#include "hardware/acpi.h"

#include <stdbool.h>

#include "abi/layout.h"
#include "hardware/firmware.h"
#include "hardware/io.h"

#define ROM_START 0xE0000u
#define ROM_END   0x100000u
#define EBDA_SEARCH 1024u

#define RSDP_RSD  0x20445352u   /* "RSD " */
#define RSDP_PTR  0x20525450u   /* "PTR " */

#ifndef ACPI_WIDE       /* survey/acpi_wide.c has these for all of memory, and includes the rest */
struct rj_acpi acpi;

typedef uint32_t acpi_address;
#define ACPI_MAX UINT32_MAX
#define get32 read32

static acpi_address join(uint32_t low, uint32_t high)
{
	return high ? 0 : low;
}

static bool sums_to_zero(acpi_address address, uint32_t n)
{
	uint8_t sum = 0;

	while (n--)
		sum = (uint8_t)(sum + read8(address++));
	return sum == 0;
}

static uint32_t in_place(acpi_address table)
{
	return table;
}

static acpi_address rsdp_address(void)
{
	return acpi.rsdp[0] ? (uint32_t)(uintptr_t)acpi.rsdp : acpi_search(true);
}

static uint32_t find(uint32_t signature);

uint32_t acpi_find(uint32_t signature)
{
	return acpi.find ? acpi.find(signature) : find(signature);
}
#endif

/* The RSDT or the XSDT, and the size of its addresses. 0: not found yet. */
static acpi_address root;
static uint32_t root_step;

uint32_t acpi_end(uint32_t table)
{
	return table + read32(table + TABLE_LENGTH);
}

static bool is_table(acpi_address address, uint32_t signature)
{
	uint32_t length;

	if (address < LOW_MEMORY || address > ACPI_MAX - TABLE_MAX || get32(address) != signature)
		return false;
	length = get32(address + TABLE_LENGTH);
	return length >= TABLE_HEADER && length <= TABLE_MAX && sums_to_zero(address, length);
}

static bool is_rsdp(acpi_address at)
{
	return get32(at) == RSDP_RSD && get32(at + 4) == RSDP_PTR && sums_to_zero(at, RSDP_SIZE_1);
}

static uint32_t search(uint32_t from, uint32_t end)
{
	for (uint32_t at = from; at < end; at += 16)
		if (is_rsdp(at))
			return at;
	return 0;
}

uint32_t acpi_search(bool has_bda)
{
	uint32_t ebda = has_bda ? bda_ebda() : 0;
	uint32_t rsdp = ebda >= LOW_MEMORY ? search(ebda, ebda + EBDA_SEARCH) : 0;

	return rsdp ? rsdp : search(ROM_START, ROM_END);
}

static bool has_xsdt(acpi_address rsdp)
{
	return (get32(rsdp + RSDP_REVISION) & 0xFF) >= 2 && sums_to_zero(rsdp, RSDP_SIZE);
}

static void set_root(acpi_address rsdp)
{
	acpi_address xsdt = join(get32(rsdp + RSDP_XSDT), get32(rsdp + RSDP_XSDT + 4));

	if (has_xsdt(rsdp) && is_table(xsdt, ACPI_XSDT)) {
		root = xsdt;
		root_step = 8;
	} else if (is_table(get32(rsdp + RSDP_RSDT), ACPI_RSDT)) {
		root = get32(rsdp + RSDP_RSDT);
		root_step = 4;
	}
}

static void find_root(void)
{
	acpi_address rsdp = rsdp_address();

	if (rsdp)
		set_root(rsdp);
}

static uint32_t find(uint32_t signature)
{
	acpi_address table, end;

	if (!root)
		find_root();
	if (!root)
		return 0;
	end = root + get32(root + TABLE_LENGTH);
	for (acpi_address at = root + TABLE_HEADER; at + root_step <= end; at += root_step) {
		table = join(get32(at), root_step == 8 ? get32(at + 4) : 0);
		if (is_table(table, signature))
			return in_place(table);
	}
	return 0;
}

uint32_t acpi_entry(uint32_t table, uint32_t offset, uint8_t type, uint32_t size, uint32_t after)
{
	uint32_t end = acpi_end(table), length;
	uint32_t at = after ? after + read8(after + 1) : table + offset;

	for (; at + 2 <= end; at += length) {
		length = read8(at + 1);
		if (length < 2 || length > end - at)
			return 0;
		if (read8(at) == type && length >= size)
			return at;
	}
	return 0;
}
