/* SPDX-License-Identifier: MIT */
/*
 * In the place of stub/hardware/io.h, for C of the stub that works with hardware: included before it, so
 * that every access is a call of the test's, which is a model of that hardware.
 */
#ifndef RJ_IO_H
#define RJ_IO_H

#include <stdint.h>

#include "common/le.h"

void outb(uint16_t port, uint8_t value);
uint8_t inb(uint16_t port);
void outw(uint16_t port, uint16_t value);
uint16_t inw(uint16_t port);
void outl(uint16_t port, uint32_t value);
uint32_t inl(uint16_t port);
void in_words(uint16_t port, void *to, uint32_t count);
void out_words(uint16_t port, const void *from, uint32_t count);
uint8_t read8(uint32_t address);
uint16_t read16(uint32_t address);
uint32_t read32(uint32_t address);
void write8(uint32_t address, uint8_t value);
void write16(uint32_t address, uint16_t value);
void write32(uint32_t address, uint32_t value);
uint64_t rdtsc(void);
void wbinvd(void);

static inline uint64_t read64(uint32_t address)
{
	return (uint64_t)read32(address + 4) << 32 | read32(address);
}

static inline uint32_t write_dwords(uint32_t address, const void *from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		write32(address + 4 * i, le32((const uint8_t *)from + 4 * i));
	return address + 4 * count;
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

struct cpuid cpuid(uint32_t leaf);

#endif
