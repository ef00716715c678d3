/* SPDX-License-Identifier: MIT */
#include "install/changes.h"

#include <stddef.h>

#include "abi/layout.h"
#include "common/bda.h"
#include "common/mem.h"
#include "common/units.h"
#include "hardware/io.h"
#include "hardware/ivt.h"
#include "install/memory.h"

static uint8_t as_found[LOW_MEMORY];       /* the IVT and the BDA */

void changes_begin(void)
{
	for (uint32_t i = 0; i < sizeof(as_found); i++)
		as_found[i] = read8(i);
}

static void note_change(const struct rj_stub *stub, struct rj_changes *changes,
			uint32_t address, uint32_t size)
{
	uint32_t old = 0, ours = read32(address) & UINT32_MAX >> (32 - 8 * size);

	memcpy(&old, as_found + address, size);
	if (old == ours)
		return;
	if (changes->count == RJ_CHANGES_MAX)
		stub->fail("more than %u changes to the IVT and the BDA", RJ_CHANGES_MAX);
	changes->rows[changes->count++] = (struct rj_change){ (uint16_t)address, (uint16_t)size,
							      old, ours };
}

void changes_note(const struct rj_stub *stub, struct rj_changes *changes)
{
	for (uint32_t i = 0; i < IVT_VECTORS; i++)
		note_change(stub, changes, IVT_VECTOR(i), sizeof(struct rj_far));
	note_change(stub, changes, BDA_EQUIPMENT, sizeof(uint16_t));
	note_change(stub, changes, BDA_BASE_MEMORY, sizeof(uint16_t));
	note_change(stub, changes, BDA_HARD_DISKS, sizeof(uint8_t));
}

static void add_held(struct rj_held *held, uint64_t from, uint64_t end)
{
	if (from < end && held->count < RJ_HELD_MAX)
		held->rows[held->count++] = (struct rj_held_range){ (uint32_t)from,
								    (uint32_t)(end - from) };
}

void changes_note_held(const struct rj_stub *stub, struct rj_held *held)
{
	const struct rj_memory *theirs = stub->memory, *ours;
	uint32_t count;

	ours = memory_map(&count);
	for (uint32_t i = 0; i < stub->memory_count; i++)
		for (uint32_t j = 0; j < count; j++) {
			uint64_t from = theirs[i].base > ours[j].base ? theirs[i].base : ours[j].base;
			uint64_t end = theirs[i].base + theirs[i].size;

			if (theirs[i].type != RJ_MEMORY_FREE || ours[j].type != RJ_MEMORY_RESERVED)
				continue;
			if (ours[j].base + ours[j].size < end)
				end = ours[j].base + ours[j].size;
			add_held(held, from, end);
		}
	held->magic = RJ_HELD_MAGIC;
	held->base_memory = read16(BDA_BASE_MEMORY) * KIB;
	held->crc = stub->crc32(0, &held->base_memory,
				sizeof(*held) - offsetof(struct rj_held, base_memory));
}
