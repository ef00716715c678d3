/* SPDX-License-Identifier: MIT */
/*
 * Between the installer and the modules that stay: 16-bit code in a segment of its own, whose
 * base is the module's first byte, also when that has not stayed. A module's interface says
 * which interrupts it serves; it is set up by its own 32-bit code, which runs once. The offsets
 * in the interface are in the segment; init and room are addresses.
 */
#ifndef RJ_RESIDENT_H
#define RJ_RESIDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/bios.h"
#include "common/safe_hook.h"
#include "drivers/driver.h"

#define RJ_MAX_UNITS   12
#define RJ_MAX_MEMORY  128              /* ranges, as Linux takes them from a loader */

#define RJ_MEMORY_FREE     1            /* ACPI 6.3, table 15-374 */
#define RJ_MEMORY_RESERVED 2

/* As INT 15h AX=E820h returns it. */
struct rj_memory {
	uint64_t base, size;
	uint32_t type;
} __attribute__((packed));

/* A disk of the machine, and the name of the driver that found it. */
struct rj_found {
	struct rj_disk disk;
	const char *driver;
	bool numbered;          /* for the module that numbers them */
};

/* What the installer has found out, and does, for a module that it sets up. */
struct rj_setup {
	const struct rj_services *services;
	const struct rj_host *host;
	void (*print)(const char *format, ...);         /* also without --verbose */
	void (*fail)(const char *format, ...);          /* does not return */
	void (*bios_call)(struct bios_regs *regs, uint32_t number);
	struct rj_found *found;
	uint32_t found_count;
	uint32_t ram_disk;      /* its physical address, if there is one */
	uint32_t page_tables;   /* for CR3 while a driver runs; 0: no paging */
	bool asks_firmware;     /* the firmware still knows which drives it had */
	bool firmware_serves;   /* some of them may be on a controller that is still its own */
	bool is_verbose;
	const struct rj_memory *memory; /* without what is taken so far, the module too */
	uint32_t memory_count;
};

/* An interrupt that a module serves. */
struct rj_vector {
	uint16_t number;
	uint16_t handler;       /* offset */
	uint16_t old;           /* offset of the struct rj_far that takes the vector as it was */
};

/* The interface of a resident module. */
struct rj_resident {
	/* The bytes that it wants behind it, of setup's numbers at that time. NULL: none. */
	uint32_t (*room)(const struct rj_setup *setup);
	/* Called where the module stays, with its base; the vectors are not hooked yet. */
	void (*init)(const struct rj_setup *setup, uint32_t base);
	uint16_t changes;       /* offset of a struct rj_changes for the installer to fill in, or 0 */
	uint16_t vector_count;
	struct rj_vector vectors[];
};

#endif
