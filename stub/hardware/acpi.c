/* SPDX-License-Identifier: MIT */
#include "hardware/acpi.h"

#include <stdbool.h>

#include "abi/layout.h"
#include "hardware/firmware.h"
#include "hardware/io.h"

#define ROM_START 0xE0000u
#define ROM_END   0x100000u
#define EBDA_SEARCH 1024u

/* 5.2.5.3. One checksum covers the fields of revision 0, the other the whole structure. */
#define RSDP_RSD      0x20445352u       /* "RSD " */
#define RSDP_PTR      0x20525450u       /* "PTR " */
#define RSDP_REVISION 15u
#define RSDP_RSDT     16u
#define RSDP_SIZE     20u
#define RSDP_XSDT     24u               /* 64 bits, from revision 2 on */
#define RSDP_SIZE_2   36u

/* 5.2.6: the header of every table, with its length. No table reaches TABLE_MAX. */
#define TABLE_LENGTH  4u
#define TABLE_HEADER  36u
#define TABLE_MAX     0x100000u

#define RSDT 0x54445352u
#define XSDT 0x54445358u

/* The RSDT or the XSDT, and the size of its addresses. 0: not found yet. */
static uint32_t root, root_step;

static bool sums_to_zero(uint32_t address, uint32_t n)
{
	uint8_t sum = 0;

	while (n--)
		sum = (uint8_t)(sum + read8(address++));
	return sum == 0;
}

uint32_t acpi_end(uint32_t table)
{
	return table + read32(table + TABLE_LENGTH);
}

static bool is_table(uint32_t address, uint32_t signature)
{
	uint32_t length;

	if (address < LOW_MEMORY || address > UINT32_MAX - TABLE_MAX
	    || read32(address) != signature)
		return false;
	length = read32(address + TABLE_LENGTH);
	return length >= TABLE_HEADER && length <= TABLE_MAX && sums_to_zero(address, length);
}

static uint32_t search(uint32_t from, uint32_t end)
{
	for (uint32_t at = from; at < end; at += 16)
		if (read32(at) == RSDP_RSD && read32(at + 4) == RSDP_PTR
		    && sums_to_zero(at, RSDP_SIZE))
			return at;
	return 0;
}

static void set_root(uint32_t rsdp)
{
	if (read8(rsdp + RSDP_REVISION) >= 2 && sums_to_zero(rsdp, RSDP_SIZE_2)
	    && !read32(rsdp + RSDP_XSDT + 4)
	    && is_table(read32(rsdp + RSDP_XSDT), XSDT)) {
		root = read32(rsdp + RSDP_XSDT);
		root_step = 8;
	} else if (is_table(read32(rsdp + RSDP_RSDT), RSDT)) {
		root = read32(rsdp + RSDP_RSDT);
		root_step = 4;
	}
}

static void find_root(void)
{
	uint32_t ebda = bda_ebda();
	uint32_t rsdp = ebda >= LOW_MEMORY ? search(ebda, ebda + EBDA_SEARCH) : 0;

	if (!rsdp)
		rsdp = search(ROM_START, ROM_END);
	if (rsdp)
		set_root(rsdp);
}

uint32_t acpi_find(uint32_t signature)
{
	if (!root)
		find_root();
	if (!root)
		return 0;
	for (uint32_t at = root + TABLE_HEADER; at + root_step <= acpi_end(root); at += root_step) {
		bool is_high = root_step == 8 && read32(at + 4);

		if (!is_high && is_table(read32(at), signature))
			return read32(at);
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
