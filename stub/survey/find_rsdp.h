/* SPDX-License-Identifier: MIT */
#ifndef RJ_FIND_RSDP_H
#define RJ_FIND_RSDP_H

#include "abi/install.h"

/* What may lead to it. */
struct rsdp_search {
	uint32_t loader, info;          /* LOADER_*, and the copy of its information */
	uint64_t option;                /* rj.rsdp, or 0 */
};

/* Takes (acpi_wide.h) the RSDP that the loader or the firmware reports; returns who does, or NULL. */
const char *rsdp_find(const struct rsdp_search *search, uint8_t rsdp[RSDP_SIZE]);

/*
 * The address of SMBIOS's entry point in EFI's configuration tables, the older one if there are
 * two; 0: there is none below 4 GiB.
 */
uint32_t smbios_find(const struct rsdp_search *search);

#endif
