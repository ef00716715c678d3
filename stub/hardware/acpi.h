/* SPDX-License-Identifier: MIT */
/*
 * ACPI's tables (ACPI specification 6.4, 5.2). They are physical addresses here, below 4 GiB,
 * and are read in place.
 */
#ifndef RJ_ACPI_H
#define RJ_ACPI_H

#include <stdint.h>

/* Signatures, as a dword. */
#define ACPI_FADT 0x50434146u   /* FACP */
#define ACPI_MADT 0x43495041u   /* APIC */
#define ACPI_HPET 0x54455048u
#define ACPI_DMAR 0x52414D44u
#define ACPI_IVRS 0x53525649u

/*
 * The first table with that signature that the XSDT, or the RSDT where there is none in reach,
 * lists; 0: none. Its length and its checksum are right. The RSDP is looked for where a
 * BIOS puts it: the EBDA's first KiB and E0000h to FFFFFh (5.2.5.1).
 */
uint32_t acpi_find(uint32_t signature);

/* Where a table that acpi_find has found ends. */
uint32_t acpi_end(uint32_t table);

/*
 * The first (after == 0) or the next entry of one type in a table's list of typed entries, which
 * starts at offset: a byte each for type and length, then others. At least size bytes of it
 * are in the table. 0: there are no more.
 */
uint32_t acpi_entry(uint32_t table, uint32_t offset, uint8_t type, uint32_t size, uint32_t after);

#endif
