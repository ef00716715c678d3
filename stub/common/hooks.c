/* SPDX-License-Identifier: MIT */
#include "common/hooks.h"

#include <stdbool.h>

#include "abi/layout.h"
#include "common/bda.h"
#include "common/mem.h"
#include "common/safe_hook.h"

#define HOOKS_MAX    16u        /* the chain may be circular */

/* IBM PC/AT Technical Reference: INT 1Eh as POST leaves it, and the equipment word. */
#define ROM_FLOPPY_TABLE 0xF000EFC7u

static uintptr_t base;

static struct rj_far *vector(uint32_t number)
{
	return (struct rj_far *)(base + IVT_VECTOR(number));
}

/* Unaligned, since 40:13 is odd. */
struct word {
	uint16_t value;
} __attribute__((packed));

static struct word *word(uint32_t address)
{
	return (struct word *)(base + address);
}

/* A pointer to an address that other software has stored; NULL if that cannot be right. */
static void *at(uint32_t address, uint32_t size)
{
	if (address < LOW_MEMORY || address >= HIGH_MEMORY - size)
		return NULL;
	return (void *)(base + address);
}

static struct rj_safe_hook *first_hook(void)
{
	const struct rj_far *int13 = vector(0x13);
	struct rj_safe_hook *hook = at(((uint32_t)int13->segment << 4) + int13->offset,
				       sizeof(*hook));

	if (!hook || memcmp(hook->signature, RJ_HOOK_SIGNATURE, sizeof(hook->signature)) != 0)
		return NULL;
	return hook;
}

/* Does not touch values that another program has changed since. */
static void undo(const struct rj_safe_hook *hook)
{
	const struct rj_changes *changes = at(hook->changes, sizeof(*changes));

	for (uint32_t i = 0; changes && i < changes->count && i < RJ_CHANGES_MAX; i++) {
		const struct rj_change *c = &changes->rows[i];
		void *p = (void *)(base + c->address);

		if (c->address < LOW_MEMORY && c->size <= sizeof(c->old)
		    && memcmp(p, &c->ours, c->size) == 0)
			memcpy(p, &c->old, c->size);
	}
}

static void one_floppy_less(void)
{
	struct word *equipment = word(BDA_EQUIPMENT);

	if (equipment->value & EQUIPMENT_FLOPPIES)
		equipment->value = (uint16_t)(equipment->value - (1u << EQUIPMENT_FLOPPIES_SHIFT));
	else
		equipment->value &= (uint16_t)~EQUIPMENT_FLOPPY;
}

static void undo_memdisk(const struct rj_memdisk *memdisk)
{
	uint8_t *hard_disks = (uint8_t *)(base + BDA_HARD_DISKS);

	*vector(0x15) = memdisk->mbft.old_int15;
	word(BDA_BASE_MEMORY)->value = memdisk->mbft.old_base_memory;
	if (!(memdisk->drive & 0x80))
		one_floppy_less();
	else if (memdisk->drives && memdisk->drives == *hard_disks)
		--*hard_disks;
}

/* All vectors that another tool has hooked point into the segment of its INT 13h. */
static void undo_other(const struct rj_safe_hook *hook)
{
	const struct rj_memdisk *memdisk = at(hook->mbft, sizeof(*memdisk));
	uint16_t segment = vector(0x13)->segment;

	if (memdisk && vector(0x15)->segment == segment
	    && memcmp(memdisk->mbft.signature, RJ_MBFT_SIGNATURE, 4) == 0)
		undo_memdisk(memdisk);
	if (vector(0x1E)->segment == segment)
		*vector(0x1E) = (struct rj_far){ (uint16_t)ROM_FLOPPY_TABLE,
						 ROM_FLOPPY_TABLE >> 16 };
	*vector(0x13) = hook->old_int13;
}

uint32_t hooks_remove(uintptr_t memory)
{
	const struct rj_safe_hook *hook;
	uint32_t count = 0;

	base = memory;
	while (count < HOOKS_MAX && (hook = first_hook())) {
		if (hook->magic == RJ_CHANGES_MAGIC)
			undo(hook);
		if (hook == first_hook())
			undo_other(hook);
		count++;
	}
	return count;
}
