/* SPDX-License-Identifier: MIT */
#include "survey/memory_map.h"

#include <stdbool.h>

#include "abi/layout.h"
#include "common/units.h"

#define ROM_START 0xF0000u
#define ALL_TYPES 0u

/* UEFI firmware reserves single pages in base memory, for waking up and starting CPUs. On QEMU's
   Q35 it reserves SMRAM at the CPUs' first SMBASE, 128 KiB from 30000h (SDM 3C, 32.11). */
#define HOLE_MAX  0x20000u

struct list {
	struct rj_memory *rows;
	uint32_t count, max;
	uint32_t left_out;              /* a type that gets no rows above 1 MiB */
};

static void append(struct list *list, uint64_t from, uint64_t end, uint32_t type)
{
	struct rj_memory *next = list->rows + list->count, *last = next - 1;

	if (from >= HIGH_MEMORY && type == list->left_out)
		return;
	if (list->count && list->count <= list->max && last->type == type
	    && last->base + last->size == from)
		last->size += end - from;
	else if (list->count++ < list->max)
		*next = (struct rj_memory){ from, end - from, type };
}

/* The type that the map gets: no other than these need be told apart. */
static uint32_t known(uint32_t type)
{
	return type == RJ_MEMORY_FREE || type == RJ_MEMORY_ACPI || type == RJ_MEMORY_NVS
		? type : RJ_MEMORY_RESERVED;
}

/* The more restrictive type of two. */
static uint32_t stricter(uint32_t a, uint32_t b)
{
	if (a == RJ_MEMORY_RESERVED || b == RJ_MEMORY_RESERVED)
		return RJ_MEMORY_RESERVED;
	return a > b ? a : b;
}

static uint64_t end_of(const struct rj_memory *row)
{
	return row->size > UINT64_MAX - row->base ? UINT64_MAX : row->base + row->size;
}

/* The type at an address, 0 if no row has it; *next becomes the next address where that may
   change, if it is below *next. */
static uint32_t type_at(const struct rj_memory *from, uint32_t count, uint64_t at, uint64_t *next)
{
	bool is_held = false;
	uint32_t type = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t base = from[i].base, end = end_of(&from[i]);
		uint64_t edge = at < base ? base : end;

		if (at >= end || base == end)
			continue;
		if (edge < *next)
			*next = edge;
		if (at >= base && from[i].type == RJ_MEMORY_HELD)
			is_held = true;
		else if (at >= base)
			type = stricter(type, known(from[i].type));
	}
	return is_held ? RJ_MEMORY_FREE : type;
}

/* Appends the rows of a range; where there are none, a row of type otherwise, unless that is 0. */
static void sweep(struct list *list, const struct rj_memory *from, uint32_t count, uint64_t at,
		  uint64_t end, uint32_t otherwise)
{
	while (at < end) {
		uint64_t next = end;
		uint32_t type = type_at(from, count, at, &next);

		if (type || otherwise)
			append(list, at, next, type ? type : otherwise);
		at = next;
	}
}

static uint32_t normalise(const struct rj_memory *from, uint32_t count, struct list *list)
{
	list->count = 0;
	append(list, 0, PAGE, RJ_MEMORY_FREE);
	sweep(list, from, count, PAGE, VIDEO_MEMORY, RJ_MEMORY_RESERVED);
	append(list, ROM_START, HIGH_MEMORY, RJ_MEMORY_RESERVED);
	sweep(list, from, count, HIGH_MEMORY, UINT64_MAX, 0);
	return list->count;
}

uint32_t memory_normalise(const struct rj_memory *from, uint32_t count, struct rj_memory *rows,
			  uint32_t max)
{
	struct list list = { rows, 0, max, ALL_TYPES };

	if (!count || normalise(from, count, &list) <= max)
		return list.count;
	list.left_out = RJ_MEMORY_RESERVED;
	return normalise(from, count, &list);
}

uint32_t memory_base_end(const struct rj_memory *rows, uint32_t count)
{
	uint32_t end = 0;

	for (uint32_t i = 0; i < count && rows[i].base < VIDEO_MEMORY; i++)
		if (rows[i].type == RJ_MEMORY_FREE && rows[i].base <= end + HOLE_MAX)
			end = (uint32_t)(rows[i].base + rows[i].size);
	return end;
}
