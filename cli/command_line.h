/* SPDX-License-Identifier: MIT */
#ifndef RJ_COMMAND_LINE_H
#define RJ_COMMAND_LINE_H

#include "command.h"
#include "options.h"

/*
 * Reads argv, with options and operands in any order, then the configuration file. Returns
 * -1 if *command is to run, or the exit status after help, version or an error.
 */
int command_line_read(struct options *options, const struct command **command,
		      int argc, char **argv);

#endif
