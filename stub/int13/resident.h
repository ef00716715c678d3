/* SPDX-License-Identifier: MIT */
/*
 * The interface between the installer and resident modules: 16-bit code in a segment of its
 * own. The segment's base is the module's first byte, even if that does not stay. A module's
 * interface lists the interrupts that it serves; its own 32-bit code, which runs once, sets it
 * up. Offsets in the interface are in the segment; init and room are addresses.
 */
#ifndef RJ_RESIDENT_H
#define RJ_RESIDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/bios.h"
#include "abi/memory.h"
#include "common/safe_hook.h"
#include "drivers/driver.h"

#define RJ_MAX_FOUND   48              /* disks that drivers may find */
#define RJ_MAX_KEYBOARDS 4              /* controllers that have some */

/* A disk of the machine. */
struct rj_found {
	struct rj_disk disk;
	const char *driver;     /* the name of the driver that found it */
	bool numbered;          /* set by the module that numbers disks */
};

/* The installer's functions and data for a module that it sets up. */
struct rj_setup {
	const struct rj_services *services;
	const struct rj_host *host;
	void (*print)(const char *format, ...);         /* also without --verbose */
	void (*fail)(const char *format, ...);          /* does not return */
	void (*bios_call)(struct bios_regs *regs, uint32_t number);
	struct rj_found *found;
	uint32_t found_count;
	const struct rj_keyboards *keyboards;
	uint32_t keyboards_count;
	uint32_t ram_disk;      /* its physical address, if there is one */
	uint32_t page_tables;   /* for CR3 while a driver runs; 0: no paging */
	bool asks_firmware;     /* the firmware still knows its drives */
	bool firmware_serves;   /* and may still serve some of them */
	bool is_verbose;
	bool own_bios;          /* the firmware has none, or is not used: ours serves */
	uint16_t uart;          /* of the serial console; 0: none */
	const struct rj_screen *screen; /* with own_bios; NULL: none */
	bool has_vga;           /* the screen is a VGA's text mode */
	bool mirrors;           /* or it shows the RAM at B8000h */
	const char *keymap;     /* the keyboard's layout, rj.keymap; NULL: not set */
	uint32_t ebda;          /* with own_bios: physical address of an EBDA of 1 KiB */
	const struct rj_reset *reset;
	uint32_t hpet;          /* address of its registers; 0: none */
	uint32_t smbios;        /* address of the entry point that EFI has; 0: none */
	const struct rj_memory *memory; /* what has been allocated is reserved in it; in init
					   that includes the module */
	uint32_t memory_count;
};

/* An interrupt that a module serves. */
struct rj_vector {
	uint16_t number;
	uint16_t handler;       /* offset */
	uint16_t old;           /* offset of a struct rj_far for the old vector */
};

/* The interface of a resident module. */
struct rj_resident {
	/* Returns how many bytes the module needs after its end; setup may still change. NULL:
	   none. */
	uint32_t (*room)(const struct rj_setup *setup);
	/* Called at the module's final address, base, before the vectors are hooked. NULL:
	   nothing to do. */
	void (*init)(const struct rj_setup *setup, uint32_t base);
	/* Called when the vectors are hooked. NULL: nothing to do. */
	void (*start)(const struct rj_setup *setup);
	/* Whether this machine needs the module; setup's memory is not valid yet. NULL: yes. */
	bool (*is_wanted)(const struct rj_setup *setup);
	uint16_t changes;       /* offset of a struct rj_changes for the installer, or 0 */
	uint16_t vector_count;
	struct rj_vector vectors[];
};

#endif
