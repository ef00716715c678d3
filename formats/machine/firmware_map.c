/* SPDX-License-Identifier: MIT */
/* Linux: Documentation/ABI/testing/sysfs-firmware-memmap; arch/x86/kernel/e820.c. */
#include "machine/firmware_map.h"

#include <stdio.h>
#include <string.h>

#define MEMMAP   "/sys/firmware/memmap"
#define TYPE_MAX 40

struct reading {
	const struct rj_root *root;
	struct rj_memory *rows;
	size_t count, max;
};

static uint32_t type_of(const char *name)
{
	static const struct { const char *name; uint32_t type; } types[] = {
		{ "System RAM", RJ_MEMORY_FREE }, { "ACPI Tables", RJ_MEMORY_ACPI },
		{ "ACPI Non-volatile Storage", RJ_MEMORY_NVS },
		{ "Unusable memory", RJ_MEMORY_UNUSABLE },
		{ "Persistent Memory", RJ_MEMORY_PERSISTENT },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(name, types[i].name) == 0)
			return types[i].type;
	return RJ_MEMORY_RESERVED;
}

static bool read_address(const struct rj_root *root, const char *name, const char *file,
			 uint64_t *address)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), MEMMAP "/%s/%s", name, file);
	return rj_root_number(root, path, 16, address);
}

static bool take_entry(void *context, const char *name)
{
	struct reading *reading = context;
	char path[PATH_MAX], type[TYPE_MAX];
	uint64_t from, last;

	snprintf(path, sizeof(path), MEMMAP "/%s/type", name);
	if (rj_root_word(reading->root, path, type, sizeof(type)) &&
	    read_address(reading->root, name, "start", &from) &&
	    read_address(reading->root, name, "end", &last) && from <= last && last < UINT64_MAX)
		reading->rows[reading->count++] = (struct rj_memory){ from, last - from + 1,
								      type_of(type) };
	return reading->count < reading->max;
}

size_t rj_firmware_map(const struct rj_root *root, struct rj_memory *rows, size_t max)
{
	struct reading reading = { root, rows, 0, max };

	if (max)
		rj_root_names(root, MEMMAP, take_entry, &reading);
	return reading.count;
}
