/* SPDX-License-Identifier: MIT */
/* Options on the loader's command line: words NAME=VALUE, of which the last counts. */
#ifndef RJ_OPTIONS_H
#define RJ_OPTIONS_H

#include "abi/manifest.h"

/* Keeps a copy of the command line, up to COMMAND_LINE_SIZE bytes with its NUL. */
void options_read(const char *line);

/* The value of an option, or NULL: it is not there. */
const char *boot_option(const char *name);

/*
 * Puts rj.drive, rj.console and rj.on_error in the place of what was packed. The
 * name of one whose value is not understood, or NULL.
 */
const char *options_apply(struct rj_manifest *manifest);

#endif
