/* SPDX-License-Identifier: MIT */
/*
 * How a CD boots: "El Torito" Bootable CD-ROM Format Specification 1.0, on ISO 9660, as
 * BIOSes read it.
 */
#ifndef RJ_BOOT_CATALOG_H
#define RJ_BOOT_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/bytes.h"

#define CD_SECTOR        2048u
#define CD_DRIVE         0xE0u          /* the number of the first CD drive, as in SeaBIOS */
#define FIRST_DESCRIPTOR 16u            /* ISO 9660, 8.1: the sector of the first descriptor */

enum el_torito_media { EL_TORITO_CD, EL_TORITO_1200, EL_TORITO_1440, EL_TORITO_2880,
		       EL_TORITO_HARD_DISK, EL_TORITO_MEDIA_COUNT };

/* An entry of the boot catalog that a PC can boot. */
struct el_torito_boot {
	enum el_torito_media media;
	uint16_t load_segment;          /* never 0 */
	uint16_t sector_count;          /* sectors of 512 bytes, as in the entry */
	uint32_t lba;                   /* in sectors of the CD */
	bool bad_sum;                   /* the catalog's checksum is wrong; BIOSes ignore this */
};

enum boot_catalog {
	BOOT_FOUND,
	BOOT_NO_RECORD,                 /* no boot record */
	BOOT_NO_CATALOG,                /* the catalog is not in the file */
	BOOT_NO_VALIDATION,             /* its first entry is not a validation entry */
	BOOT_NO_ENTRY,                  /* no entry is for a PC */
	BOOT_MEDIA,                     /* the entry's media type is unknown */
	BOOT_OUTSIDE,                   /* the entry's image is not in the file */
	BOOT_CATALOG_COUNT
};

/* Whether there is a volume descriptor in the first sector for one, or a boot record. */
bool boot_catalog_is_iso(const struct rj_bytes *bytes);

/* Finds the first entry that a PC can boot. Sets boot if the result is BOOT_FOUND. */
enum boot_catalog boot_catalog_find(const struct rj_bytes *bytes, struct el_torito_boot *boot);

#endif
