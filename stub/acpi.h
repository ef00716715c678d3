/* SPDX-License-Identifier: MIT */
#ifndef RJ_ACPI_H
#define RJ_ACPI_H

#include <stdint.h>

/* ACPI specification 6.4, 5.2.6. */
struct acpi_table {
	char signature[4];
	uint32_t length;        /* bytes, this header included */
	uint8_t rest[28];
};
_Static_assert(sizeof(struct acpi_table) == 36, "ACPI header");

/*
 * The table with that signature as the RSDT lists it, its checksum right, or 0.
 * The RSDP is looked for where a BIOS puts it: the EBDA's first KiB and E0000h
 * to FFFFFh (5.2.5.1).
 */
const struct acpi_table *acpi_find(const char *signature);

/* Goes through a table's list of typed entries, each of which begins with them. */
struct acpi_entry {
	uint8_t type, length;
	uint8_t bytes[];
};

/*
 * The first (after == 0) or the next entry of one type in the list that starts
 * at offset; 0 behind the last.
 */
const struct acpi_entry *acpi_entry(const struct acpi_table *table, uint32_t offset,
				    uint8_t type, const struct acpi_entry *after);

#endif
