/* SPDX-License-Identifier: MIT */
/*
 * ACPI tables (ACPI specification 6.4, 5.2). A table is passed as its physical address, which is
 * below 4 GiB, and is read in place.
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
 * The first table with this signature in the XSDT, or in the RSDT if no XSDT can be reached;
 * 0 if there is none. Its length and checksum are valid. The RSDP is searched for where a BIOS
 * puts it: in the EBDA's first KiB and from E0000h to FFFFFh (5.2.5.1).
 */
uint32_t acpi_find(uint32_t signature);

/* The end of a table that acpi_find returned. */
uint32_t acpi_end(uint32_t table);

/*
 * The first (after == 0) or the next entry of a type in a table's list of typed entries, which
 * starts at offset. An entry begins with its type and length, a byte each. At least size bytes
 * of the returned entry are in the table. 0: there are no more.
 */
uint32_t acpi_entry(uint32_t table, uint32_t offset, uint8_t type, uint32_t size, uint32_t after);

#endif
