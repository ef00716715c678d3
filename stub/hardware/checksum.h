/* SPDX-License-Identifier: MIT */
#ifndef RJ_CHECKSUM_H
#define RJ_CHECKSUM_H

#include <stdint.h>

#include "hardware/io.h"

/* The sum of bytes, which is 0 where a firmware's table with a checksum is whole. */
static inline uint8_t sum_of(uint32_t at, uint32_t size)
{
	uint8_t sum = 0;

	while (size--)
		sum = (uint8_t)(sum + read8(at++));
	return sum;
}

#endif
