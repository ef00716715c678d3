/* SPDX-License-Identifier: MIT */
/* Options on the loader's command line, NAME=VALUE each. If one is repeated, the last counts. */
#ifndef RJ_BOOT_OPTIONS_H
#define RJ_BOOT_OPTIONS_H

#include "abi/manifest.h"

/* Keeps a copy of the command line, up to COMMAND_LINE_SIZE bytes with its NUL. */
void options_read(const char *line);

/* The value of an option, or NULL if it is not on the command line. */
const char *boot_option(const char *name);

/*
 * Replaces what was packed by rj.drive, rj.console and rj.on_error. Returns the name of
 * an option with an invalid value, or NULL.
 */
const char *options_apply(struct rj_manifest *manifest);

#endif
