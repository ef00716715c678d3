/* SPDX-License-Identifier: MIT */
/* The disks that --drive-map numbers: parses and prints them. */
#ifndef RJ_FORMATS_DRIVE_MAP_H
#define RJ_FORMATS_DRIVE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/services.h"
#include "base/error.h"

/* The forms that a disk's unit on its controller can have, for help and errors. */
#define RJ_UNIT_FORM(word, form) " /" #word form
#define RJ_UNIT_FORMS RJ_UNIT_WORDS(RJ_UNIT_FORM)

#define RJ_UNIT_TEXT 32         /* of a unit, with the NUL */

/* Writes a unit as --drive-map names it, such as port5 or usb2.1/lun3; returns the text. */
const char *rj_unit_format(uint8_t word, uint32_t unit, char text[RJ_UNIT_TEXT]);

/* The word that names a unit of a driver's controllers; RJ_UNIT_none: there is none. */
uint8_t rj_unit_word(uint8_t driver, uint32_t unit);

/* Parses a USB disk's PORT[.PORT...][/lunN]; false if it is not in this form. */
bool rj_usb_unit(const char *text, uint32_t *unit);

/*
 * Parses NUMBER=pci:[0000:]BB:DD.F and a unit, in one of RJ_UNIT_FORMS or none, and appends it
 * to services->map, which has neither the number nor the disk yet.
 */
enum rj_err rj_drive_map_add(struct rj_services *services, const char *text,
			     struct rj_error *err);

#endif
