/* SPDX-License-Identifier: MIT */
/* The interface between the stub and the installer, which runs at SERVICES. */
#ifndef RJ_INSTALL_H
#define RJ_INSTALL_H

#include <stddef.h>
#include <stdint.h>

#include "abi/bios.h"
#include "abi/manifest.h"
#include "abi/services.h"

/* The stub's functions and data that the installer uses; so an image has them only once. */
struct rj_stub {
	void (*print)(const char *format, ...);
	void (*fail)(const char *format, ...);  /* does not return */
	uint32_t (*ticks_per_ms)(void); /* ticks of the time stamp counter */
	uint32_t (*crc32)(uint32_t crc, const void *bytes, size_t size);
	/* Returns the value of NAME=VALUE on the loader's command line, or NULL. */
	const char *(*boot_option)(const char *name);
	/* Leaves a PCI function to the firmware's INT 13h, if it is a disk controller. */
	void (*give_to_firmware)(uint32_t pci);
	/* Unpacks checked data (common/packed.h); returns the first byte after the result. */
	void *(*unpack)(void *to, const void *packed);
	/* Calls the firmware's INT number in real mode. */
	void (*bios_call)(struct bios_regs *regs, uint32_t number);
	struct rj_manifest *manifest;   /* followed by a table of RJ_MAX_PIECES rows */
};

/* firmware_lost: the vectors are the ROM's own, so the firmware knows no drives. */
typedef void rj_installer(const struct rj_stub *stub, struct rj_services *services,
			  uint32_t firmware_lost);

#endif
