/* SPDX-License-Identifier: MIT */
/* The interrupt vectors of real mode. */
#ifndef RJ_IVT_H
#define RJ_IVT_H

#include <stdint.h>

#include "common/bda.h"
#include "common/safe_hook.h"
#include "hardware/io.h"

static inline struct rj_far ivt_get(uint32_t number)
{
	return (struct rj_far){ read16(IVT_VECTOR(number)), read16(IVT_VECTOR(number) + 2) };
}

/* base: the physical address of the handler's segment. */
static inline void ivt_set(uint32_t number, uint32_t base, uint16_t offset)
{
	write16(IVT_VECTOR(number), offset);
	write16(IVT_VECTOR(number) + 2, (uint16_t)(base >> 4));
}

#endif
