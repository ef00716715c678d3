/* SPDX-License-Identifier: MIT */
#ifndef RJ_COMMAND_LINE_H
#define RJ_COMMAND_LINE_H

#include "command.h"
#include "options.h"

/*
 * Reads argv, options and operands in any order, then the configuration file. Returns -1 to go
 * on with *command, or the exit status when all is done: help, version, or an error.
 */
int command_line_read(struct options *options, const struct command **command,
		      int argc, char **argv);

#endif
