/* SPDX-License-Identifier: MIT */
#ifndef RJ_SETUP_RSDT_H
#define RJ_SETUP_RSDT_H

#include <stdint.h>

/*
 * Old programs read only the RSDT, which newer firmware may leave out (ACPI 6.4, 5.2.5.3). If so,
 * makes one of the XSDT in the EBDA, a struct rj_ebda, and the RSDP there point to it.
 */
void rsdt_make(uint32_t ebda);

#endif
