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

/* How the machine is reset: the FADT's RESET_REG (ACPI 6.4, 4.8.3.6). */
struct rj_reset {
	uint32_t address;       /* for port CF8h first, if is_config */
	uint16_t port;          /* 0: there is no such register, or it is in memory */
	uint8_t value;
	uint8_t is_config;      /* a register in PCI configuration space */
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
