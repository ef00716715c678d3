/* SPDX-License-Identifier: MIT */
/*
 * What UEFI firmware starts: it takes from the firmware what a loader of Linux reports, and
 * enters the stub as such a loader does. It has no writable globals.
 */
#ifndef RJ_EFI_H
#define RJ_EFI_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/boot_params.h"
#include "abi/efi_map.h"
#include "efi/uefi.h"

struct efi_map {
	uint8_t *rows;
	uint64_t space;                 /* bytes at rows */
	uint64_t size, row_size, key;
	uint32_t version;
	struct rj_memory *list;         /* room for the same rows as boot_params has them */
};

/* Describes the framebuffer of the screen, if there is one that has a framebuffer. */
void efi_screen(struct efi_boot_services *boot, struct screen_info *screen);

/*
 * Takes the file that is supplied to the image, and lists it as an initrd: the one that a loader
 * offers as Linux's initrd, or, for an image that boots such a file, the one that rj.file= in the
 * command line names, or rjpack.rjp or rjpack.img in the image's folder, or else a boot sector that
 * boots the first disk. Returns what is wrong, or NULL.
 */
const char *efi_supply(struct efi_boot_services *boot, const struct efi_loaded_image *image,
		       const char *line, bool needs_file, struct boot_params *params);

/* Frees the memory of that file. */
void efi_supply_free(struct efi_boot_services *boot, const struct boot_params *params);

/* Allocates memory for the firmware's memory map; what was allocated before does not change it. */
efi_status efi_map_allocate(struct efi_boot_services *boot, struct efi_map *map);

void efi_map_free(struct efi_boot_services *boot, const struct efi_map *map);

/* Reads the map; its key is valid until memory is allocated or freed. */
efi_status efi_map_read(struct efi_boot_services *boot, struct efi_map *map);

/*
 * Lists it in boot_params, and from row 129 on in setup_data; neighbours of one type are one row.
 * The map itself is named there, too, for the runtime services.
 */
void efi_map_list(const struct efi_map *map, struct boot_params *params);

/* leave.asm */
_Noreturn void efi_leave(const void *entry, struct boot_params *params);

#endif
