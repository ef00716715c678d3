/* SPDX-License-Identifier: MIT */
/*
 * Numbers as people write them. Nothing may stand behind a number, and none
 * wraps around.
 */
#ifndef RJ_NUMBER_H
#define RJ_NUMBER_H

#include <stdint.h>

#include "base/error.h"

/*
 * 31744, 0x7C00, 7C00h; K, M or G behind a decimal or 0x number multiplies it
 * by 1024 and so on. RJ_ERR_NUMBER when text is none of these, RJ_ERR_TOO_LARGE
 * when it is larger than max.
 */
enum rj_err rj_parse_number(const char *text, uint64_t max, uint64_t *value,
			    struct rj_error *err);

/*
 * SEG:OFF, both hexadecimal with or without 0x or h. RJ_ERR_FAR when text is
 * none, RJ_ERR_FAR_LARGE when a half needs more than 16 bits.
 */
enum rj_err rj_parse_far(const char *text, uint16_t *segment, uint16_t *offset,
			 struct rj_error *err);

/* A BIOS drive number: hd0 is 80h, fd0 is 0, or the number itself, up to FFh. */
enum rj_err rj_parse_drive(const char *text, uint8_t *drive, struct rj_error *err);

#endif
