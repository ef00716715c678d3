/* SPDX-License-Identifier: MIT */
/*
 * Starts a Linux kernel by the 32-bit boot protocol, which needs no BIOS: Linux,
 * Documentation/arch/x86/boot.rst, "32-bit Boot Protocol". A module of its own.
 */
#ifndef RJ_LINUX_H
#define RJ_LINUX_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/boot_params.h"
#include "abi/efi_map.h"
#include "abi/install.h"

struct rj_linux_start {
	const struct rj_stub *stub;
	void (*print)(const char *format, ...); /* with --verbose */
	const struct rj_memory *memory;         /* the memory map for the kernel */
	uint32_t memory_count;
	struct rj_efi *efi;     /* in reserved memory; NULL: no runtime services */
	uint32_t ebda;          /* of our own BIOS, with the RSDP; 0: the kernel searches for it */
	bool has_text;          /* INT 10h serves a text mode; otherwise stub->screen counts */
};

struct rj_linux {
	/* Enters the kernel if rj.linux or the lack of a BIOS says so; otherwise returns. */
	void (*start)(const struct rj_linux_start *start);
};

/* Makes boot_params of the kernel's setup part. */
void linux_fill(struct boot_params *params, const struct rj_linux_start *start);

/* Enters the kernel at code32_start; does not return. */
void linux_enter(uint32_t code32_start, const struct boot_params *params);

#endif
