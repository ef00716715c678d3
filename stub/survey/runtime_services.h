/* SPDX-License-Identifier: MIT */
#ifndef RJ_RUNTIME_SERVICES_H
#define RJ_RUNTIME_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/efi_map.h"

/*
 * Copies what the loader says of EFI's runtime services, for a Linux that the image starts: kexec
 * hands it on in boot_params, and the stub's EFI entry as the firmware has it. loader: LOADER_*;
 * info: the copy of its information. to->info.map_size becomes 0 if there are none, or if they
 * have more than RJ_EFI_ROWS rows, which false says.
 */
bool runtime_services_keep(uint32_t loader, uint32_t info, struct rj_efi *to);

#endif
