/* SPDX-License-Identifier: MIT */
#ifndef RJ_SETUP_SMBIOS_H
#define RJ_SETUP_SMBIOS_H

#include <stdint.h>

/*
 * Programs search F0000h to FFFFFh for SMBIOS's entry point, but EFI has it elsewhere, at this
 * address (0: it has none). Copies it, if there is none and a test shows that RAM is there.
 */
void smbios_copy(uint32_t entry);

#endif
