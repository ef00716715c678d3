/* SPDX-License-Identifier: MIT */
/*
 * Linux: Documentation/arch/x86/zero-page.rst, efi_info; arch/x86/kernel/kexec-bzimage64.c. UEFI
 * 2.10, 7.2.3: only the rows with EFI_MEMORY_RUNTIME matter once the boot services have ended.
 */
#include "survey/runtime_services.h"

#include "abi/layout.h"
#include "common/units.h"
#include "survey/loader_memory.h"
#include "survey/reach.h"

#define MAP_MAX (1024 * KIB)    /* bytes; firmware has some hundred rows */

_Static_assert(sizeof(struct rj_efi) <= EFI_KEPT_SIZE, "the layout has no room");

/* Returns the number of rows; more than RJ_EFI_ROWS if they have no room, 0 if they cannot be read. */
static uint32_t keep_rows(uint64_t at, const struct efi_info *info,
			  struct efi_memory_descriptor *rows)
{
	struct efi_memory_descriptor row;
	uint32_t count = 0;

	for (uint32_t left = info->map_size; left >= info->row_size; left -= info->row_size) {
		if (!reach(&row, at, sizeof(row)))
			return 0;
		if (row.attributes & EFI_MEMORY_RUNTIME && count++ < RJ_EFI_ROWS)
			rows[count - 1] = row;
		at += info->row_size;
	}
	return count;
}

static bool has_map(const struct efi_info *efi)
{
	return (efi->signature == EFI_LOADER_32 || efi->signature == EFI_LOADER_64)
		&& efi->row_size >= sizeof(struct efi_memory_descriptor)
		&& efi->map_size <= MAP_MAX;
}

static bool keep_data(uint32_t info, struct efi_setup_data *to)
{
	uint32_t length;
	uint64_t data = setup_data_find(info, SETUP_EFI, 0, &length);

	return data && length >= sizeof(*to) && reach(to, data, sizeof(*to));
}

bool runtime_services_keep(uint32_t loader, uint32_t info, struct rj_efi *to)
{
	struct efi_info *efi = &to->info;
	uint32_t count = 0;

	if ((loader == LOADER_LINUX32 || loader == LOADER_LINUX64)
	    && reach(efi, info + offsetof(struct boot_params, efi), sizeof(*efi)) && has_map(efi))
		count = keep_rows((uint64_t)efi->map_high << 32 | efi->map, efi, to->rows);
	to->head = (struct setup_data){ .type = SETUP_EFI };
	if (keep_data(info, &to->data))
		to->head.length = sizeof(to->data);
	efi->row_size = sizeof(*to->rows);
	efi->map_size = count <= RJ_EFI_ROWS ? count * efi->row_size : 0;
	return count <= RJ_EFI_ROWS;
}
