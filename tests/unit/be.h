/* SPDX-License-Identifier: MIT */
/* Numbers in SCSI commands and their data, which are big-endian (SPC-4, 3.5). */
#ifndef RJ_BE_H
#define RJ_BE_H

#include <stdint.h>

static inline uint32_t be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void put_be32(uint8_t *at, uint32_t value)
{
	for (int i = 3; i >= 0; i--, value >>= 8)
		at[i] = (uint8_t)value;
}

#endif
