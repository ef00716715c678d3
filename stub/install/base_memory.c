/* SPDX-License-Identifier: MIT */
#include "install/base_memory.h"

#include <stdbool.h>

#include "abi/layout.h"
#include "common/bda.h"
#include "common/mem.h"
#include "common/own_bios.h"
#include "common/units.h"
#include "hardware/io.h"
#include "hardware/ivt.h"
#include "install/memory.h"
#include "install/modules.h"
#include "int13/int13.h"

#define HOLE_MIN     0x10000u   /* single pages in base memory are usual */
#define ROWS_TO_COME 6u         /* that may be added to the memory map later */

uint32_t base_memory_top(void)
{
	uint32_t top = read16(BDA_BASE_MEMORY) * KIB, theirs = (uint32_t)read16(BDA_EBDA_SEGMENT) << 4;

	return theirs >= LOW_MEMORY && theirs < top ? theirs : top;
}

static bool leads_into(uint32_t from, uint32_t end)
{
	for (uint32_t i = 0; i < IVT_VECTORS; i++) {
		struct rj_far to = ivt_get(i);
		uint32_t address = ((uint32_t)to.segment << 4) + to.offset;

		if (address >= from && address < end)
			return true;
	}
	return false;
}

uint32_t base_memory_for_tables(void)
{
	uint32_t rows;

	memory_map(&rows);
	return (rows + ROWS_TO_COME) * (uint32_t)sizeof(struct rj_memory)
		+ RJ_MAX_FOUND * (uint32_t)sizeof(struct rj_unit);
}

uint32_t base_memory_end(const struct rj_stub *stub, const struct rj_services *services)
{
	uint32_t told = base_memory_top(), end = memory_free_end(told);

	if (told >= SERVICES_SCRATCH_END + modules_size(services) + base_memory_for_tables()
	    || end == told || leads_into(told, end))
		return told;
	stub->print("the BDA says that base memory ends at %x; it is free up to %x", told, end);
	return end;
}

void base_memory_tell_of_holes(const struct rj_stub *stub)
{
	uint32_t rows;

	for (const struct rj_memory *row = memory_map(&rows); rows--; row++)
		if (row->type != RJ_MEMORY_FREE && row->size >= HOLE_MIN
		    && row->base + row->size <= STUB_HOME)
			stub->print("base memory has a hole, %x + %x, which the payload must not use",
				    (uint32_t)row->base, (uint32_t)row->size);
}

uint32_t base_memory_make_ebda(const struct rj_stub *stub)
{
	uint32_t end = memory_free_end(SERVICES_SCRATCH_END);
	struct rj_ebda *to = (struct rj_ebda *)((end - RJ_EBDA_SIZE) & -KIB);

	if (end == SERVICES_SCRATCH_END)
		stub->fail("the memory map has no base memory at %x", SERVICES_SCRATCH_END);
	memset(to, 0, sizeof(*to));
	to->kib = RJ_EBDA_SIZE / KIB;
	memcpy(to->rsdp, stub->acpi->rsdp, sizeof(to->rsdp));
	memory_lower((uint32_t)to);
	return (uint32_t)to;
}
