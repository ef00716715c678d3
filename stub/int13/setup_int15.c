/* SPDX-License-Identifier: MIT */
/*
 * Sets INT 15h up: 32-bit code that runs once. ACPI 6.3, 15.1: AX=E820h. RBIL: AX=E801h
 * and AH=88h, for older programs.
 */
#include "abi/layout.h"
#include "common/mem.h"
#include "common/units.h"
#include "int13/int15.h"
#include "int13/resident.h"

#define MAX_88    0xFC00u       /* KiB: 63 MiB, as most firmware returns at most */

/* How many rows may be added after the module's size is known. */
#define ROWS_TO_COME 4u

/* In int15_entry.asm. */
extern struct rj_int15 int15;
extern uint8_t int15_table[];

uint32_t int15_room(const struct rj_setup *setup);
void int15_init(const struct rj_setup *setup, uint32_t base);

uint32_t int15_room(const struct rj_setup *setup)
{
	return (setup->memory_count + ROWS_TO_COME) * sizeof(struct rj_memory);
}

/* Returns how many bytes of free RAM begin at address, in one range, up to limit. */
static uint32_t free_from(const struct rj_setup *setup, uint32_t address, uint32_t limit)
{
	for (uint32_t i = 0; i < setup->memory_count; i++) {
		const struct rj_memory *row = &setup->memory[i];
		uint64_t end = row->base + row->size;

		if (row->type == RJ_MEMORY_FREE && row->base <= address && end > address)
			return (uint32_t)(end > limit ? limit : end) - address;
	}
	return 0;
}

void int15_init(const struct rj_setup *setup, uint32_t base)
{
	uint32_t above_1m = free_from(setup, HIGH_MEMORY, E801_START) / KIB, above_16m = 0;
	uint32_t kib;

	if (above_1m == (E801_START - HIGH_MEMORY) / KIB)
		above_16m = free_from(setup, E801_START, UINT32_MAX) / E801_BLOCK;
	kib = above_1m + above_16m * (E801_BLOCK / KIB);
	memcpy(int15_table, setup->memory, setup->memory_count * sizeof(struct rj_memory));
	int15.table = (uint16_t)((uint32_t)int15_table - base);
	int15.count = (uint16_t)setup->memory_count;
	int15.kib_above_1m = (uint16_t)above_1m;
	int15.blocks_above_16m = (uint16_t)above_16m;
	int15.kib_88 = (uint16_t)(kib < MAX_88 ? kib : MAX_88);
}
