/* SPDX-License-Identifier: MIT */
/* Options on the loader's command line, NAME=VALUE each. If one is repeated, the last counts. */
#ifndef RJ_BOOT_OPTIONS_H
#define RJ_BOOT_OPTIONS_H

#include "abi/manifest.h"

/* The value of a digit, in either case; base if it is none. base: 10 or 16. */
static inline uint32_t option_digit(char c, uint32_t base)
{
	uint32_t digit = (uint8_t)c - '0';

	if (digit > 9)
		digit = ((uint8_t)c | 0x20u) - 'a' < 6 ? ((uint8_t)c | 0x20u) - 'a' + 10 : base;
	return digit < base ? digit : base;
}

/* Keeps a copy of the command line, up to COMMAND_LINE_SIZE bytes with its NUL. */
void options_read(const char *line);

/* The value of an option, or NULL if it is not on the command line. */
const char *boot_option(const char *name);

/*
 * Replaces what was packed by rj.bios, rj.drive, rj.console and rj.on_error. Returns the name of
 * an option with an invalid value, or NULL.
 */
const char *options_apply(struct rj_manifest *manifest);

#endif
