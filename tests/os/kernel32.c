/* SPDX-License-Identifier: MIT */
/*
 * A system in 32-bit protected mode with paging, started by a multiboot2 loader at 16 MiB.
 * The system starts the image that its loader put at 32 MiB, with rjload.h. Only memory above the
 * first 4 MiB is mapped.
 */
#include "rjload.h"

#define IMAGE       0x2000000u
#define LARGE_PAGE  0x400000u
#define PDE_LARGE   0x83u           /* present, writable, 4 MiB (SDM 3A, 4.3) */
#define CR4_PSE     0x10u
#define CR0_PG      0x80000000u
#define TAG_END     0u              /* Multiboot2 specification 2.0, 3.6 */
#define TAG_MODULE  3u

_Noreturn void kernel_main(const uint32_t *info);

static uint32_t directory[1024] __attribute__((aligned(4096)));

static void start_paging(void)
{
	for (uint32_t i = 1; i < 1024; i++)
		directory[i] = i * LARGE_PAGE | PDE_LARGE;
	__asm__ volatile("mov %0, %%cr4\n\tmov %1, %%cr3\n\tmov %2, %%cr0" : :
			 "r"(CR4_PSE), "r"(directory), "r"(CR0_PG | 0x10011u) : "memory");
}

_Noreturn void kernel_main(const uint32_t *info)
{
	const uint32_t *tag = info + 2;
	struct rj_load load;

	while (tag[0] != TAG_MODULE && tag[0] != TAG_END)
		tag += (tag[1] + 7) / 8 * 2;
	if (tag[0] == TAG_MODULE &&
	    !rj_load_open(&load, (const void *)tag[2], tag[3] - tag[2]) &&
	    !rj_load_copy(&load, (void *)IMAGE, IMAGE, "rj.drive=hd1")) {
		start_paging();
		rj_load_jump(&load, IMAGE);
	}
	for (;;)
		__asm__ volatile("hlt");
}
