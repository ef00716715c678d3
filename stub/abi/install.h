/* SPDX-License-Identifier: MIT */
/* The interface between the stub and the installer, which runs at SERVICES. */
#ifndef RJ_INSTALL_H
#define RJ_INSTALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/bios.h"
#include "abi/boot_params.h"
#include "abi/efi_map.h"
#include "abi/manifest.h"
#include "abi/memory.h"
#include "abi/services.h"

#define RSDP_SIZE_1 20u                 /* ACPI 6.4, 5.2.5.3: below revision 2, */
#define RSDP_SIZE   36u                 /* and from it on */
#define RSDP_REVISION 15u

/* How the stub finds ACPI tables; the survey sets this. */
struct rj_acpi {
	/* As acpi_find; reaches tables above 4 GiB until the installer runs. NULL: no survey. */
	uint32_t (*find)(uint32_t signature);
	/* A copy of the RSDP, with valid checksums; in revisions 0 and 1 zeros follow its
	   RSDP_SIZE_1 bytes. The first is 0: the stub searches for one. */
	uint8_t rsdp[RSDP_SIZE];
	/* Not 0: an IOMMU in the tables was on, so that addresses in devices' registers need not
	   be physical ones. */
	uint32_t iommu_was_on;
};

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
	/* Calls INT number in real mode. */
	void (*bios_call)(struct bios_regs *regs, uint32_t number);
	bool has_no_bios;               /* until our own is installed */
	bool lacks_keyboard;            /* no keyboard answers the 8042 */
	struct rj_reset reset;
	uint32_t hpet;                  /* address of its registers; 0: none */
	struct rj_manifest *manifest;   /* followed by a table of RJ_MAX_PIECES rows */
	struct rj_acpi *acpi;
	/* As in hardware/acpi.h. */
	uint32_t (*acpi_find)(uint32_t signature);

	/* What the survey has found: the loader's memory map as a BIOS would report it, sorted
	   and without overlaps; and where base memory ends by that map. */
	struct rj_memory *memory;       /* RJ_MAX_MEMORY rows */
	uint32_t memory_count;          /* 0: the loader reports none */
	uint32_t base_memory;           /* bytes */
	/* The loader's framebuffer, if any: type is SCREEN_VESA or SCREEN_EFI, or 0. */
	struct screen_info screen;
	uint32_t smbios;                /* address of the entry point that EFI has; or 0 */
	struct rj_efi *efi;             /* NULL: no runtime services */
	uint32_t repaired;              /* bits of RJ_REPAIRS that the survey has done */
};

/* Whose interrupts there are. */
enum rj_firmware {
	RJ_FIRMWARE_ALIVE,      /* the BIOS's, which knows its drives */
	RJ_FIRMWARE_REBUILT,    /* the ROM's own vectors, so the BIOS knows no drives */
	RJ_FIRMWARE_OWN,        /* those of the services */
};

typedef void rj_installer(const struct rj_stub *stub, struct rj_services *services,
			  uint32_t firmware);

#endif
