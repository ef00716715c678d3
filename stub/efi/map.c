/* SPDX-License-Identifier: MIT */
/*
 * UEFI 2.10, 7.2.3 "EFI_BOOT_SERVICES.GetMemoryMap()"; ACPI 6.4, 15.4 "UEFI Assumptions".
 * Linux: Documentation/arch/x86/boot.rst, SETUP_E820_EXT.
 */
#include "common/mem.h"
#include "efi/efi.h"

#define SPARE_ROWS 16u                  /* for what allocating and leaving may add */

_Static_assert(sizeof(struct rj_memory) <= sizeof(struct efi_memory_descriptor),
	       "room for the list");

efi_status efi_map_read(struct efi_boot_services *boot, struct efi_map *map)
{
	map->size = map->space;
	return boot->get_memory_map(&map->size, map->rows, &map->key, &map->row_size,
				    &map->version);
}

efi_status efi_map_allocate(struct efi_boot_services *boot, struct efi_map *map)
{
	efi_status status;

	map->space = 0;
	status = efi_map_read(boot, map);
	if (status != EFI_BUFFER_TOO_SMALL)
		return status ? status : EFI_LOAD_ERROR;
	map->space = map->size + SPARE_ROWS * map->row_size;
	status = boot->allocate_pool(EFI_LOADER_DATA, 2 * map->space, (void **)&map->rows);
	map->list = (void *)(map->rows + map->space);
	return status;
}

void efi_map_free(struct efi_boot_services *boot, const struct efi_map *map)
{
	if (map->rows)
		boot->free_pool(map->rows);
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

/* Adds a row to a list of count rows; returns how many it has then. */
static uint32_t add(struct rj_memory *list, uint32_t count, const struct rj_memory *row)
{
	struct rj_memory *last = list + count - 1;

	if (count && last->type == row->type && last->base + last->size == row->base) {
		last->size += row->size;
		return count;
	}
	list[count] = *row;
	return count + 1;
}

/* Makes setup_data of the rows that boot_params have no room for: its header is over the last one
   that they have. */
static void list_more(const struct rj_memory *more, uint32_t count, struct boot_params *params)
{
	const struct setup_data header = { 0, SETUP_E820_EXT, count * (uint32_t)sizeof(*more) };
	uint8_t *at = (uint8_t *)more - sizeof(header);

	memcpy(at, &header, sizeof(header));
	params->header.setup_data = (uintptr_t)at;
}

static void name_map(const struct efi_map *map, struct efi_info *efi)
{
	uint64_t at = (uintptr_t)map->rows;

	efi->row_size = (uint32_t)map->row_size;
	efi->row_version = map->version;
	efi->map = (uint32_t)at;
	efi->map_high = (uint32_t)(at >> 32);
	efi->map_size = (uint32_t)map->size;
}

void efi_map_list(const struct efi_map *map, struct boot_params *params)
{
	uint32_t count = 0, first;

	for (uint64_t at = 0; at + map->row_size <= map->size; at += map->row_size) {
		const struct efi_memory_descriptor *from = (const void *)(map->rows + at);
		struct rj_memory row = { from->start, from->pages * EFI_PAGE, type_of(from) };

		count = add(map->list, count, &row);
	}
	name_map(map, &params->efi);
	first = count < BOOT_PARAMS_E820_MAX ? count : BOOT_PARAMS_E820_MAX;
	memcpy(params->e820, map->list, first * sizeof(*map->list));
	params->e820_count = (uint8_t)first;
	if (count > BOOT_PARAMS_E820_MAX)
		list_more(map->list + first, count - first, params);
}
