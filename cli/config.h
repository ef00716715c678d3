/* SPDX-License-Identifier: MIT */
/*
 * Configuration files: options as keys of an INI file. The keys are the long options.
 */
#ifndef RJ_CONFIG_H
#define RJ_CONFIG_H

#include "base/error.h"
#include "command.h"
#include "options.h"

/*
 * Sets the options that the file options->config has for the command,
 * except those on the command line. Sets options->config_input to the
 * file, closed again.
 */
enum rj_err config_read(struct options *options, const struct command *command,
			struct rj_error *err);

#endif
