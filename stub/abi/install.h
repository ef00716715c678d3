/* SPDX-License-Identifier: MIT */
/* Between the stub and the installer, which is unpacked to SERVICES and called there. */
#ifndef RJ_INSTALL_H
#define RJ_INSTALL_H

#include <stddef.h>
#include <stdint.h>

#include "abi/bios.h"
#include "abi/manifest.h"
#include "abi/services.h"

/* What of the stub the installer uses, so that it is not carried twice. */
struct rj_stub {
	void (*print)(const char *format, ...);
	void (*fail)(const char *format, ...);  /* does not return */
	uint32_t (*ticks_per_ms)(void); /* of the time stamp counter */
	uint32_t (*crc32)(uint32_t crc, const void *bytes, size_t size);
	/* The value of NAME=VALUE on the loader's command line, or NULL. */
	const char *(*boot_option)(const char *name);
	/* For a PCI function that is left to the firmware's INT 13h, if it is a disk controller. */
	void (*give_to_firmware)(uint32_t pci);
	/* Unpacks (common/packed.h) what has been checked; returns the first byte behind it. */
	void *(*unpack)(void *to, const void *packed);
	/* INT number of the firmware's, in real mode. */
	void (*bios_call)(struct bios_regs *regs, uint32_t number);
	struct rj_manifest *manifest;   /* its table behind it has RJ_MAX_PIECES rows */
};

/* firmware_lost: the vectors are the ROM's own, so the firmware knows no drives. */
typedef void rj_installer(const struct rj_stub *stub, struct rj_services *services,
			  uint32_t firmware_lost);

#endif
