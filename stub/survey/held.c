/* SPDX-License-Identifier: MIT */
#include "survey/held.h"

#include "abi/layout.h"
#include "common/bda.h"
#include "common/own_bios.h"
#include "common/units.h"
#include "hardware/io.h"

#define CRC_FROM offsetof(struct rj_held, base_memory)

/* NULL: there is none, or it is damaged. */
static const struct rj_held *find(const struct rj_stub *stub)
{
	uint32_t ebda = (uint32_t)read16(BDA_EBDA_SEGMENT) << 4;
	const struct rj_held *held;

	if (ebda < STUB_HOME || ebda > VIDEO_MEMORY - RJ_EBDA_SIZE)
		return NULL;
	held = &((const struct rj_ebda *)ebda)->held;
	if (held->magic != RJ_HELD_MAGIC || held->count > RJ_HELD_MAX
	    || stub->crc32(0, &held->base_memory, sizeof(*held) - CRC_FROM) != held->crc)
		return NULL;
	return held;
}

uint32_t held_rows(const struct rj_stub *stub, struct rj_memory *rows, uint32_t max)
{
	const struct rj_held *held = find(stub);
	uint32_t count = 0;

	/* After a reset the machine has another map. */
	if (!held || stub->base_memory / KIB != held->base_memory / KIB)
		return 0;
	while (count < held->count && count < max) {
		rows[count] = (struct rj_memory){ held->rows[count].base, held->rows[count].size,
						  RJ_MEMORY_HELD };
		count++;
	}
	return count;
}
