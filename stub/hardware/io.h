/* SPDX-License-Identifier: MIT */
/* Instructions that C cannot express, and access to memory by physical address. */
#ifndef RJ_IO_H
#define RJ_IO_H

#include <stdint.h>

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void outw(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint16_t inw(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* Move count words between a port and memory. */
static inline void in_words(uint16_t port, void *to, uint32_t count)
{
	__asm__ volatile("rep insw" : "+D"(to), "+c"(count) : "d"(port) : "memory");
}

static inline void out_words(uint16_t port, const void *from, uint32_t count)
{
	__asm__ volatile("rep outsw" : "+S"(from), "+c"(count) : "d"(port) : "memory");
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint64_t value;

	__asm__ volatile("rdmsr" : "=A"(value) : "c"(msr));
	return value;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "A"(value));
}

/* The time stamp counter. */
static inline uint64_t rdtsc(void)
{
	uint64_t value;

	__asm__ volatile("rdtsc" : "=A"(value));
	return value;
}

/* Writes the caches back and empties them. */
static inline void wbinvd(void)
{
	__asm__ volatile("wbinvd" : : : "memory");
}

#define CPUID_FEATURES 1
#define CPUID_EDX_SSE  (1u << 25)       /* SDM 2A, "CPUID" */

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(0));
	return r;
}

/* The operand of LIDT and SIDT (SDM volume 3A, 3.5.1). */
struct idtr {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));
_Static_assert(sizeof(struct idtr) == 6, "idtr");

/* Read or write memory at a physical address, once, with the width in the name. */
static inline uint8_t read8(uint32_t address)
{
	/* cppcheck-suppress nullPointer; the vectors begin at 0 */
	return *(const volatile uint8_t *)address;
}

static inline uint16_t read16(uint32_t address)
{
	return *(const volatile uint16_t *)address;
}

static inline uint32_t read32(uint32_t address)
{
	/* cppcheck-suppress nullPointer; the vectors begin at 0 */
	return *(const volatile uint32_t *)address;
}

static inline uint64_t read64(uint32_t address)
{
	return (uint64_t)read32(address + 4) << 32 | read32(address);
}

static inline void write8(uint32_t address, uint8_t value)
{
	*(volatile uint8_t *)address = value;
}

static inline void write16(uint32_t address, uint16_t value)
{
	*(volatile uint16_t *)address = value;
}

static inline void write32(uint32_t address, uint32_t value)
{
	/* cppcheck-suppress nullPointer; the vectors begin at 0 */
	*(volatile uint32_t *)address = value;
}

/* Returns the address after the last one. */
static inline uint32_t write_dwords(uint32_t address, const void *from, uint32_t count)
{
	__asm__ volatile("rep movsl" : "+D"(address), "+S"(from), "+c"(count) : : "memory");
	return address;
}

#endif
