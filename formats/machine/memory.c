/* SPDX-License-Identifier: MIT */
/*
 * Facts about memory: where System RAM is, and how much of it is free.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "common/units.h"
#include "machine/iomem.h"
#include "machine/machine.h"

#define IOMEM      "/proc/iomem"
#define MEMMAP     "/sys/firmware/memmap"
#define MEMMAP_RAM "System RAM"
#define ZEROS      2u                   /* "00000000-00000000": without privileges */

static void add_ram(struct rj_machine_memory *memory, uint64_t from, uint64_t end)
{
	uint64_t high = from < HIGH_MEMORY ? HIGH_MEMORY : from;
	uint64_t low = end > FOUR_GIB ? FOUR_GIB : end;

	if (end <= from)
		return;
	if (memory->ram_count < RJ_MACHINE_RAM)
		memory->ram[memory->ram_count++] = (struct rj_machine_range){ from, end };
	if (end <= VIDEO_MEMORY && end > memory->base)
		memory->base = end;
	if (low > high && low - high > memory->largest)
		memory->largest = low - high;
}

static bool iomem_row(void *context, char *text)
{
	struct rj_machine_memory *memory = context;
	uint64_t from, end;

	if (!rj_iomem_ram(text, &from, &end))
		return true;
	if (end < ZEROS) {
		memory->zeros = true;
		return false;
	}
	add_ram(memory, from, end);
	return true;
}

static bool memmap_entry(void *context, const char *name)
{
	struct rj_machine *machine = context;
	char path[PATH_MAX], type[sizeof(MEMMAP_RAM) + 1];
	uint64_t from, end;

	snprintf(path, sizeof(path), MEMMAP "/%s/type", name);
	if (!rj_root_word(&machine->root, path, type, sizeof(type)) ||
	    strcmp(type, MEMMAP_RAM) != 0)
		return true;
	snprintf(path, sizeof(path), MEMMAP "/%s/start", name);
	if (!rj_root_number(&machine->root, path, 16, &from))
		return true;
	snprintf(path, sizeof(path), MEMMAP "/%s/end", name);
	if (rj_root_number(&machine->root, path, 16, &end) && end < UINT64_MAX)
		add_ram(&machine->memory, from, end + 1);
	return true;
}

/* "MemAvailable:     181236 kB" */
static bool meminfo_row(void *context, char *text)
{
	static const char name[] = "MemAvailable:";
	uint64_t *available = context;
	char *end;

	if (strncmp(text, name, strlen(name)) != 0)
		return true;
	*available = strtoull(text + strlen(name), &end, 10);
	*available = *available > UINT64_MAX >> 10 ? UINT64_MAX : *available << 10;
	return false;
}

void rj_machine_memory(struct rj_machine *machine)
{
	struct rj_machine_memory *memory = &machine->memory;

	rj_root_lines(&machine->root, IOMEM, iomem_row, memory);
	memory->source = memory->ram_count ? RJ_MEMORY_IOMEM : RJ_MEMORY_NONE;
	if (memory->ram_count == 0) {
		rj_root_names(&machine->root, MEMMAP, memmap_entry, machine);
		memory->source = memory->ram_count ? RJ_MEMORY_FIRMWARE : RJ_MEMORY_NONE;
	}
	rj_root_lines(&machine->root, "/proc/meminfo", meminfo_row, &memory->available);
}
