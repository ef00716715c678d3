/* SPDX-License-Identifier: MIT */
/*
 * How a CD boots: "El Torito" Bootable CD-ROM Format Specification 1.0, on ISO 9660.
 */
#ifndef RJ_EL_TORITO_H
#define RJ_EL_TORITO_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "input.h"

#define CD_SECTOR 2048u
#define CD_DRIVE  0xE0u           /* the number of the first, as SeaBIOS counts them */

enum el_torito_media { EL_TORITO_CD, EL_TORITO_1200, EL_TORITO_1440, EL_TORITO_2880,
		       EL_TORITO_HARD_DISK, EL_TORITO_MEDIA_COUNT };

/* An entry of the boot catalog that a PC can boot. */
struct el_torito_boot {
	enum el_torito_media media;
	uint16_t load_segment;          /* never 0 */
	uint16_t sector_count;          /* of 512 bytes, as the entry has it */
	uint32_t lba;                   /* in sectors of the CD */
};

/* Whether the file has an ISO 9660 volume descriptor where a CD has the first. */
bool el_torito_is_iso(const struct rj_input *input);

/*
 * The first such entry. RJ_ERR_ISO_BOOT: there is no boot record; _ISO_CATALOG: the
 * catalog is damaged; _ISO_ENTRY: it has none; _ISO_BOUNDS: it leads out of the file.
 */
enum rj_err el_torito_find(const struct rj_input *input, struct el_torito_boot *boot,
			   struct rj_error *err);

#endif
