/* SPDX-License-Identifier: MIT */
/*
 * ACPI tables (ACPI specification 6.4, 5.2). A table is passed as the address at which it can be
 * read: its own, or that of a copy if it is above 4 GiB, which is valid until the next call.
 */
#ifndef RJ_ACPI_H
#define RJ_ACPI_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/install.h"

/*
 * 5.2.5.3, the RSDP. One checksum covers the fields of revision 0, the other the whole structure.
 */
#define RSDP_CHECKSUM 8u
#define RSDP_RSDT     16u
#define RSDP_XSDT     24u               /* 64 bits, from revision 2 on */
#define RSDP_CHECKSUM_2 32u

/* 5.2.6: the header of every table, with its length. No table reaches TABLE_MAX. */
#define TABLE_LENGTH  4u
#define TABLE_CHECKSUM 9u
#define TABLE_HEADER  36u
#define TABLE_MAX     0x100000u

/* Signatures, as a dword. */
#define ACPI_RSDT 0x54445352u
#define ACPI_XSDT 0x54445358u
#define ACPI_FADT 0x50434146u   /* FACP */
#define ACPI_MADT 0x43495041u   /* APIC */
#define ACPI_HPET 0x54455048u
#define ACPI_DMAR 0x52414D44u
#define ACPI_IVRS 0x53525649u

/* Where acpi_find looks, before where a BIOS puts the RSDP. */
extern struct rj_acpi acpi;

/*
 * The address of the RSDP where a BIOS puts it: if the BIOS data area is one's, in the EBDA's first
 * KiB, and from E0000h to FFFFFh (5.2.5.1). 0: there is none.
 */
uint32_t acpi_search(bool has_bda);

/*
 * The first table with this signature in the XSDT, or in the RSDT if no XSDT can be reached; 0
 * if there is none. Its length and checksum are valid.
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
