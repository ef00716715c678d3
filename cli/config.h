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
 * Sets what the file options->config has for the command, but for options that have been
 * given. options->config_input becomes the file, closed again.
 * RJ_ERR_CONFIG_*, or those of the options.
 */
enum rj_err config_read(struct options *options, const struct command *command,
			struct rj_error *err);

#endif
