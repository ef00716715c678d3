/* SPDX-License-Identifier: MIT */
/* hardware/acpi.c for all of physical memory, by survey/reach.h. */
#ifndef RJ_ACPI_WIDE_H
#define RJ_ACPI_WIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/install.h"

/*
 * Copies the RSDP at this address as struct rj_acpi has it, and lets acpi_wide_find begin there.
 * False: there is none with a valid checksum. If only the second one, of revision 2, is wrong, the
 * copy is one of revision 0.
 */
bool acpi_wide_take(uint64_t address, uint8_t rsdp[RSDP_SIZE]);

/* As acpi_find. A table above 4 GiB is copied to SURVEY_WORK. */
uint32_t acpi_wide_find(uint32_t signature);

#endif
