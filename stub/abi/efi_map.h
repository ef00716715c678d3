/* SPDX-License-Identifier: MIT */
/* EFI's memory map, and the part of it that one Linux passes to the next. */
#ifndef RJ_EFI_MAP_H
#define RJ_EFI_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "abi/boot_params.h"

/* UEFI 2.10, 7.2.3 "EFI_BOOT_SERVICES.GetMemoryMap()": EFI_MEMORY_DESCRIPTOR */
struct efi_memory_descriptor {
	uint32_t type, unused;
	uint64_t start, virtual_start;
	uint64_t pages, attributes;
};
_Static_assert(offsetof(struct efi_memory_descriptor, start) == 8, "EFI_MEMORY_DESCRIPTOR");
_Static_assert(offsetof(struct efi_memory_descriptor, attributes) == 32, "EFI_MEMORY_DESCRIPTOR");
_Static_assert(sizeof(struct efi_memory_descriptor) == 40, "EFI_MEMORY_DESCRIPTOR");
#define EFI_MAP_VERSION    1u
#define EFI_MEMORY_SP      UINT64_C(0x40000)            /* for purposes of the system's own */
#define EFI_MEMORY_RUNTIME (UINT64_C(1) << 63)          /* for the runtime services */
#define EFI_PAGE           4096u

/* The runtime services, as the boot_params of the next Linux describe them. */
#define RJ_EFI_ROWS 96u
struct rj_efi {
	struct efi_info info;           /* map_size 0: there are none */
	struct setup_data head;         /* SETUP_EFI; length 0: no virtual addresses are set yet */
	struct efi_setup_data data;
	struct efi_memory_descriptor rows[RJ_EFI_ROWS];
};
_Static_assert(offsetof(struct rj_efi, rows) % 8 == 0, "rows");

#endif
