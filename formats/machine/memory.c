/* SPDX-License-Identifier: MIT */
/*
 * Facts about memory: where System RAM is, and how much of it is free.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "common/units.h"
#include "machine/firmware_map.h"
#include "machine/iomem.h"
#include "machine/machine.h"

#define IOMEM      "/proc/iomem"
#define ZEROS      2u                   /* "00000000-00000000": without privileges */
#define FIRMWARE_ROWS RJ_ROOT_NAMES

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

	if (rj_iomem_is(text, RJ_IOMEM_CRASH, &from, &end))
		memory->crash = (struct rj_machine_range){ from, end };
	if (!rj_iomem_is(text, RJ_IOMEM_RAM, &from, &end))
		return true;
	if (end < ZEROS) {
		memory->zeros = true;
		return false;
	}
	add_ram(memory, from, end);
	return true;
}

static void read_firmware_map(struct rj_machine *machine)
{
	static struct rj_memory rows[FIRMWARE_ROWS];
	size_t count = rj_firmware_map(&machine->root, rows, FIRMWARE_ROWS);

	for (size_t i = 0; i < count; i++)
		if (rows[i].type == RJ_MEMORY_FREE)
			add_ram(&machine->memory, rows[i].base, rows[i].base + rows[i].size);
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
		read_firmware_map(machine);
		memory->source = memory->ram_count ? RJ_MEMORY_FIRMWARE : RJ_MEMORY_NONE;
	}
	rj_root_lines(&machine->root, "/proc/meminfo", meminfo_row, &memory->available);
}
