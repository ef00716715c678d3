/* SPDX-License-Identifier: MIT */
/*
 * Numbers as users write them. Trailing text is an error, and no number wraps around.
 */
#ifndef RJ_NUMBER_H
#define RJ_NUMBER_H

#include <stdint.h>

#include "base/error.h"

/*
 * 31744, 0x7C00 or 7C00h. The suffix K, M or G multiplies a decimal or 0x number by 1024,
 * 1024^2 or 1024^3. RJ_USAGE if text is none of these, RJ_BAD if the number is larger than
 * max.
 */
enum rj_err rj_parse_number(const char *text, uint64_t max, uint64_t *value,
			    struct rj_error *err);

/*
 * SEG:OFF, both hexadecimal, with or without 0x or h. RJ_USAGE if text is not in this form,
 * RJ_BAD if a half needs more than 16 bits.
 */
enum rj_err rj_parse_far(const char *text, uint16_t *segment, uint16_t *offset,
			 struct rj_error *err);

/* A BIOS drive number: hd0 is 80h, fd0 is 0; or the number itself, up to FFh. */
enum rj_err rj_parse_drive(const char *text, uint8_t *drive, struct rj_error *err);

#endif
