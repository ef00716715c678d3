/* SPDX-License-Identifier: MIT */
/* SDM 3A, 4.4 "PAE paging", with pages of 2 MiB (4.3, table 4-10). */
#include "hardware/paging.h"

#include <stddef.h>

#include "common/mem.h"
#include "common/units.h"
#include "hardware/io.h"

#define LARGE     0x200000u     /* bytes, a 2 MiB page */
#define ENTRIES   512u          /* of a directory, which maps 1 GiB */
#define DIRECTORIES 4u
#define PRESENT   0x01u
#define WRITABLE  0x02u
#define UNCACHED  0x18u         /* PWT and PCD */
#define IS_LARGE  0x80u
#define CR4_PAE   0x20u
#define CR0_PG    0x80000000u
#define MSR_EFER  0xC0000080u
#define EFER_LME  0x100u
#define CPUID_EXTENDED  0x80000000u
#define CPUID_ADDRESSES 0x80000008u     /* EAX bits 7:0: of a physical address */

/* Virtual addresses for the mappings: those of the firmware's flash, which no driver reads. */
#define WINDOW     0xFF000000u
#define WINDOW_END 0xFFC00000u

static uint64_t *tables;        /* the directories, then the four entries for CR3 */
static uint32_t next;          /* the end of the windows in use */

static uint32_t pointers(void)
{
	return (uint32_t)tables + DIRECTORIES * PAGE;
}

static bool build(void)
{
	tables = paging_memory(DIRECTORIES * PAGE + DIRECTORIES * sizeof(*tables));
	if (!tables)
		return false;
	for (uint32_t i = 0; i < DIRECTORIES * ENTRIES; i++)
		tables[i] = (uint64_t)i * LARGE | IS_LARGE | WRITABLE | PRESENT;
	next = WINDOW;
	for (uint32_t i = 0; i < DIRECTORIES; i++)
		tables[DIRECTORIES * ENTRIES + i] = ((uint32_t)tables + i * PAGE) | PRESENT;
	return true;
}

/*
 * Also flushes the TLB (4.10.4). LME is off, since with it this would be the paging of 64-bit
 * mode (4.1.1). A machine with registers above 4 GiB has EFER. int13/flat.asm turns the same
 * tables on and off while a payload runs, and has to put the payload's CR4 and EFER back; here
 * both are the stub's.
 */
static void turn_on(void)
{
	uint32_t scratch;

	wrmsr(MSR_EFER, rdmsr(MSR_EFER) & ~(uint64_t)EFER_LME);

	__asm__ volatile("movl %%cr4, %0\n\torl %1, %0\n\tmovl %0, %%cr4\n\t"
			 "movl %2, %%cr3\n\t"
			 "movl %%cr0, %0\n\torl %3, %0\n\tmovl %0, %%cr0"
			 : "=&r"(scratch)
			 : "i"(CR4_PAE), "r"(pointers()), "i"(CR0_PG) : "memory");
}

/* Returns a window on this page, existing or new; 0: there is no room. */
static uint32_t window_on(uint64_t page)
{
	uint64_t entry = page | UNCACHED | IS_LARGE | WRITABLE | PRESENT;
	uint32_t window = WINDOW;

	while (window < next && tables[window / LARGE] != entry)
		window += LARGE;
	if (window == WINDOW_END)
		return 0;
	tables[window / LARGE] = entry;
	if (window == next)
		next += LARGE;
	turn_on();
	return window;
}

/* A page-table entry with a larger address would fault. Each CPU with such memory has the leaf. */
static bool is_physical(uint64_t address)
{
	uint32_t bits = 0;

	if (cpuid(CPUID_EXTENDED).eax >= CPUID_ADDRESSES)
		bits = cpuid(CPUID_ADDRESSES).eax & 0x3F;
	return bits > 32 && !((uint32_t)(address >> 32) >> (bits - 32));
}

uint32_t paging_map(uint64_t physical, uint32_t size)
{
	uint32_t offset = physical & (LARGE - 1), window;

	if (physical + size <= FOUR_GIB && physical + size >= physical)
		return (uint32_t)physical;
	if (offset + size > LARGE || !is_physical(physical) || (!tables && !build()))
		return 0;
	window = window_on(physical - offset);
	return window ? window + offset : 0;
}

void paging_forget(void)
{
	next = WINDOW;
}

uint32_t paging_end(void)
{
	uint32_t scratch;

	if (!tables)
		return 0;
	__asm__ volatile("movl %%cr0, %0\n\tandl %1, %0\n\tmovl %0, %%cr0\n\t"
			 "movl %%cr4, %0\n\tandl %2, %0\n\tmovl %0, %%cr4\n\t"
			 "xorl %0, %0\n\tmovl %0, %%cr3"
			 : "=&r"(scratch) : "i"(~CR0_PG), "i"(~CR4_PAE) : "memory");
	return pointers();
}

bool paging_copy(void *to, uint64_t from, uint32_t size)
{
	uint8_t *at = to;
	uint32_t window = 1;

	while (size && window) {
		uint32_t part = LARGE - ((uint32_t)from & (LARGE - 1));

		if (part > size)
			part = size;
		window = paging_map(from, part);
		if (window)
			memcpy(at, (const void *)window, part);
		paging_forget();
		at += part;
		from += part;
		size -= part;
	}
	paging_end();
	tables = NULL;          /* that memory may be used in the meantime */
	return window;
}
