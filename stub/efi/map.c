/* SPDX-License-Identifier: MIT */
/* UEFI 2.10, 7.2.3 "EFI_BOOT_SERVICES.GetMemoryMap()"; ACPI 6.4, 15.4 "UEFI Assumptions". */
#include "efi/efi.h"

#define SPARE_ROWS 16u                  /* for what allocating and leaving may add */

efi_status efi_map_read(struct efi_boot_services *boot, struct efi_map *map)
{
	uint32_t version;

	map->size = map->space;
	return boot->get_memory_map(&map->size, map->rows, &map->key, &map->row_size, &version);
}

efi_status efi_map_allocate(struct efi_boot_services *boot, struct efi_map *map)
{
	efi_status status;

	map->space = 0;
	status = efi_map_read(boot, map);
	if (status != EFI_BUFFER_TOO_SMALL)
		return status ? status : EFI_LOAD_ERROR;
	map->space = map->size + SPARE_ROWS * map->row_size;
	return boot->allocate_pool(EFI_LOADER_DATA, map->space, (void **)&map->rows);
}

/* What the firmware's drivers use is free once they have ended. */
static uint32_t type_of(const struct efi_memory_descriptor *row)
{
	switch (row->type) {
	case EFI_LOADER_CODE:
	case EFI_LOADER_DATA:
	case EFI_BOOT_SERVICES_CODE:
	case EFI_BOOT_SERVICES_DATA:
	case EFI_CONVENTIONAL_MEMORY:
		return (row->attributes & EFI_MEMORY_SP) ? RJ_MEMORY_RESERVED : RJ_MEMORY_FREE;
	case EFI_ACPI_RECLAIM_MEMORY:
		return RJ_MEMORY_ACPI;
	case EFI_ACPI_MEMORY_NVS:
		return RJ_MEMORY_NVS;
	case EFI_UNUSABLE_MEMORY:
		return RJ_MEMORY_UNUSABLE;
	case EFI_PERSISTENT_MEMORY:
		return RJ_MEMORY_PERSISTENT;
	default:
		return RJ_MEMORY_RESERVED;
	}
}

/* Adds a row if there is room: what no row lists is not used. */
static void add(struct boot_params *params, const struct rj_memory *row)
{
	struct rj_memory *last = &params->e820[params->e820_count];

	if (params->e820_count && last[-1].type == row->type
	    && last[-1].base + last[-1].size == row->base)
		last[-1].size += row->size;
	else if (params->e820_count < BOOT_PARAMS_E820_MAX) {
		*last = *row;
		params->e820_count++;
	}
}

void efi_map_list(const struct efi_map *map, struct boot_params *params)
{
	for (uint64_t at = 0; at + map->row_size <= map->size; at += map->row_size) {
		const struct efi_memory_descriptor *from = (const void *)(map->rows + at);
		struct rj_memory row = { from->start, from->pages * EFI_PAGE, type_of(from) };

		add(params, &row);
	}
}
