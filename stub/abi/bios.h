/* SPDX-License-Identifier: MIT */
#ifndef RJ_BIOS_H
#define RJ_BIOS_H

#include <stdint.h>

/* The registers of a firmware call, in and out; carry: CF on return. */
struct bios_regs {
	uint32_t eax, ebx, ecx, edx, esi, edi;
	uint16_t ds, es;
	uint32_t carry;
};

/* INT 15h AX=E801h counts blocks of this many bytes from this address up. */
#define E801_BLOCK 0x10000u
#define E801_START 0x1000000u

/* An address below 1 MiB as a segment with an offset below 16. */
static inline uint16_t segment_of(const void *p)
{
	return (uint16_t)((uintptr_t)p >> 4);
}

static inline uint16_t offset_of(const void *p)
{
	return (uintptr_t)p & 0xF;
}

#endif
