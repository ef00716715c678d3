/* SPDX-License-Identifier: MIT */
/*
 * GRUB on a disk: boot.img in the first sector has the number of the sector where core.img
 * starts, and core.img's first sector lists the rest. See GRUB's
 * grub-core/boot/i386/pc/{boot,diskboot}.S.
 */
#ifndef RJ_GRUB_EMBEDDED_H
#define RJ_GRUB_EMBEDDED_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/input.h"

/* boot.S, up to its code. */
struct grub_boot_img {
	uint8_t jump[3], parameters[0x57];
	uint16_t kernel_address;        /* where it loads and enters the first sector */
	uint64_t kernel_sector;         /* of core.img on the disk */
	uint8_t drive;                  /* the drive to read; FFh: the one in DL */
	uint8_t code[];
} __attribute__((packed));
static_assert(offsetof(struct grub_boot_img, kernel_address) == 0x5A, "boot.S");
static_assert(offsetof(struct grub_boot_img, code) == 0x65, "boot.S");
#define GRUB_DRIVE_ANY 0xFFu

/*
 * Whether the sector is boot.img, from GRUB 1.97 on: detected by its code, since installers
 * change its strings.
 */
bool grub_is_boot_img(const uint8_t *sector);

/* The sector where this boot.img looks for core.img. */
uint64_t grub_kernel_sector(const uint8_t *sector);

/* Whether diskboot.img is where this boot.img looks for core.img. */
bool grub_has_core(const struct rj_input *input, const uint8_t *sector);

/*
 * The whole core.img that this boot.img would read from the disk. *bytes is malloc'ed, and the
 * caller frees it; NULL if core.img cannot be used: *wrong is then a constant string that says
 * why.
 */
enum rj_err grub_embedded_core(const struct rj_input *input, const uint8_t *sector,
			       uint8_t **bytes, size_t *size, const char **wrong,
			       struct rj_error *err);

#endif
