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
#include "abi/install.h"

struct rj_linux_start {
	const struct rj_stub *stub;
	const struct rj_memory *memory;         /* the memory map for the kernel */
	uint32_t memory_count;
	uint32_t rsdp;          /* its physical address; 0: the kernel searches for it */
	bool has_text;          /* INT 10h serves a text mode; otherwise stub->screen counts */
};

struct rj_linux {
	/* Makes boot_params of the kernel's setup part. */
	void (*fill)(struct boot_params *params, const struct rj_linux_start *start);
	/* Enters the kernel at code32_start; does not return. */
	void (*enter)(uint32_t code32_start, const struct boot_params *params);
};

/* linux_fill is in a file of its own, which the host tests compile too. */
void linux_fill(struct boot_params *params, const struct rj_linux_start *start);

#endif
