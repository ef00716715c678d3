/* SPDX-License-Identifier: MIT */
/*
 * Loads an rjpack image from memory and jumps to it, for kernels that run in 64-bit mode, or in
 * 32-bit mode with flat segments. Copy this header into the kernel. With a struct rj_load load:
 *	if (rj_load_open(&load, file, file_size)) ...the file is not an image...
 *	...physical = address of load.memory contiguous bytes...
 *	if (rj_load_copy(&load, their_mapping, physical, "rj.drive=hd0")) ...invalid address...
 *	rj_load_jump(&load, physical);
 *
 * At the time of the jump
 *  - no NMI or machine check occurs; CET's branch tracking is off; this is the boot CPU, or any CPU
 *    with an image packed with --bios auto or own; no other CPU is in VMX operation, which blocks
 *    INIT (SDM 3C, "Restrictions on VMX Operation"); here the 64-bit entry executes VMXOFF itself;
 *  - these bytes are mapped to their physical address, writable and executable by the kernel,
 *    and no device writes to them; nothing else need be mapped, not even the first MiB;
 *  - interrupt vectors and BIOS data (0 to 4FFh), EBDA and ROMs are as the firmware left them.
 *    An image with a snapshot (rjpack --restore) restores these, except the ROMs.
 * Everything else may be as the kernel set it up: other CPUs and interrupts on, timers, interrupt
 * controllers, IOMMU, display, control registers and MSRs set, paging of any kind, the rest of
 * memory overwritten.
 */
#ifndef RJLOAD_H
#define RJLOAD_H

#include <stdint.h>

enum rj_load_error {
	RJ_LOAD_OK,
	RJ_LOAD_CUT,            /* the file ends before the image does */
	RJ_LOAD_NO_IMAGE,       /* neither ELF nor a Linux kernel, or not rjpack's */
	RJ_LOAD_OPTIONS,        /* longer than RJ_LOAD_OPTIONS_MAX bytes */
	RJ_LOAD_PLACE           /* not in whole pages between 1 MiB and 4 GiB */
};

#define RJ_LOAD_PAGE        0x1000u
#define RJ_LOAD_OPTIONS_MAX 2047u

struct rj_load {
	uint64_t memory;                /* bytes to find and to map, in whole pages */
	const unsigned char *image;     /* in the file */
	uint64_t size;
	uint64_t params;                /* offset in memory: boot_params, then options */
};

static inline uint64_t rj_load_number(const unsigned char *at, unsigned size)
{
	return size ? at[0] | rj_load_number(at + 1, size - 1) << 8 : 0;
}

/* Finds the image. Does not trust anything in the file. (The image checks its own checksums.) */
static inline enum rj_load_error rj_load_open(struct rj_load *load, const void *file,
					      uint64_t size)
{
	const unsigned char *bytes = (const unsigned char *)file;
	uint64_t at;

	if (size < 1024)
		return RJ_LOAD_CUT;
	if (rj_load_number(bytes, 4) == 0x464C457F) {                   /* ELF: its segment */
		unsigned word = bytes[4] == 2 ? 8 : 4;                  /* ELFCLASS64 */

		at = rj_load_number(bytes + (word == 8 ? 32 : 28), word);       /* e_phoff */
		if (at > size - 56)
			return RJ_LOAD_CUT;
		load->size = rj_load_number(bytes + at + word * 4, word);       /* p_filesz */
		load->memory = rj_load_number(bytes + at + word * 5, word);     /* p_memsz */
		at = rj_load_number(bytes + at + word, word);                   /* p_offset */
	} else if (rj_load_number(bytes + 0x202, 4) == 0x53726448) {    /* "HdrS": Linux */
		at = (bytes[0x1F1] + 1u) * 512;                         /* setup_sects */
		load->size = rj_load_number(bytes + 0x1F4, 4) * 16;     /* syssize */
		load->memory = rj_load_number(bytes + 0x260, 4);        /* init_size */
	} else {
		return RJ_LOAD_NO_IMAGE;
	}
	if (at > size || load->size > size - at)
		return RJ_LOAD_CUT;
	load->image = bytes + at;
	if (load->size < 1024 || load->memory < load->size || load->memory >> 32 ||
	    rj_load_number(load->image + 8, 8) != 0x0A0D4B4341504A52)   /* "RJPACK\r\n" */
		return RJ_LOAD_NO_IMAGE;
	load->params = load->memory + -load->memory % RJ_LOAD_PAGE;
	load->memory = load->params + 2 * RJ_LOAD_PAGE;
	return RJ_LOAD_OK;
}

/* Copies the image to physical, which is mapped at `mapped`; options may be NULL. */
static inline enum rj_load_error rj_load_copy(const struct rj_load *load, void *mapped,
					      uint64_t physical, const char *options)
{
	unsigned char *to = (unsigned char *)mapped;
	uint64_t line = load->params + RJ_LOAD_PAGE;

	if (physical % RJ_LOAD_PAGE || physical < 0x100000 || physical >> 32 ||
	    (physical + load->memory - 1) >> 32)
		return RJ_LOAD_PLACE;
	for (uint64_t i = 0; i < load->memory; i++)
		to[i] = i < load->size ? load->image[i] : 0;
	for (unsigned i = 0; options && options[i]; i++) {
		if (i == RJ_LOAD_OPTIONS_MAX)
			return RJ_LOAD_OPTIONS;
		to[line + i] = (unsigned char)options[i];
	}
	for (unsigned i = 0; options && i < 4; i++)             /* cmd_line_ptr */
		to[load->params + 0x228 + i] = (unsigned char)((physical + line) >> 8 * i);
	return RJ_LOAD_OK;
}

/* Enters the image by the Linux/x86 boot protocol, with boot_params in RSI or ESI. */
__attribute__((noreturn))
static inline void rj_load_jump(const struct rj_load *load, uint64_t physical)
{
	uint64_t entry = physical + (sizeof(void *) == 8 ? 0x200 : 0);

	__asm__ volatile("cli\n\tcld\n\tjmp *%0" : : "r"((uintptr_t)entry), "a"(0),
			 "S"((uintptr_t)(physical + load->params)) : "memory");
	__builtin_unreachable();
}

#endif
