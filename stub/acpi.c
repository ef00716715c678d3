/* SPDX-License-Identifier: MIT */
#include "acpi.h"

#include <stdbool.h>
#include <stddef.h>

#include "firmware.h"
#include "io.h"
#include "mem.h"

#define ROM_START 0xE0000u
#define ROM_END   0x100000u
#define EBDA_SEARCH 1024u

/* 5.2.5.3; the part that every revision has. */
struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt;
};
_Static_assert(sizeof(struct rsdp) == 20, "RSDP");

static bool sums_to_zero(const void *bytes, uint32_t n)
{
	const uint8_t *p = bytes;
	uint8_t sum = 0;

	while (n--)
		sum = (uint8_t)(sum + *p++);
	return sum == 0;
}

static const struct rsdp *search(uint32_t from, uint32_t end)
{
	for (uint32_t at = from; at < end; at += 16) {
		const struct rsdp *rsdp = (const void *)at;

		if (memcmp(rsdp->signature, "RSD PTR ", 8) == 0 && sums_to_zero(rsdp, sizeof(*rsdp)))
			return rsdp;
	}
	return NULL;
}

const struct acpi_table *acpi_find(const char *signature)
{
	uint32_t ebda = bda_ebda();
	const struct rsdp *rsdp = ebda ? search(ebda, ebda + EBDA_SEARCH) : NULL;
	const struct acpi_table *rsdt;

	if (!rsdp)
		rsdp = search(ROM_START, ROM_END);
	if (!rsdp)
		return NULL;
	rsdt = (const void *)rsdp->rsdt;
	for (uint32_t at = sizeof(*rsdt); at + 4 <= rsdt->length; at += 4) {
		const struct acpi_table *table = (const void *)read32(rsdp->rsdt + at);

		if (memcmp(table->signature, signature, 4) == 0 && sums_to_zero(table, table->length))
			return table;
	}
	return NULL;
}

const struct acpi_entry *acpi_entry(const struct acpi_table *table, uint32_t offset,
				    uint8_t type, const struct acpi_entry *after)
{
	uint32_t end = (uint32_t)table + table->length;
	uint32_t at = after ? (uint32_t)after + after->length : (uint32_t)table + offset;

	while (at + sizeof(struct acpi_entry) <= end) {
		const struct acpi_entry *entry = (const void *)at;

		if (entry->length < sizeof(*entry))
			break;
		if (entry->type == type)
			return entry;
		at += entry->length;
	}
	return NULL;
}
