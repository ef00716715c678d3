/* SPDX-License-Identifier: MIT */
/*
 * Options that only some payload kinds accept. Each is a struct payload_option in the file of
 * its kind, or in partition_options.c if several kinds accept it; a kind lists its options in
 * payload_kind.options.
 */
#ifndef RJ_PAYLOAD_OPTION_H
#define RJ_PAYLOAD_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/input.h"
#include "image/plan.h"

#define RJ_LIST_MAX 16          /* values of a repeatable option */

struct payload_option {
	const char *name;       /* without the dashes */
	const char *argument;   /* as --help shows it; NULL: none */
	const char *help;
	const char *words;      /* for completions: the allowed arguments; or NULL */
	bool file;              /* the argument names a file, which is opened for the kind */
	bool device;            /* ... or a block device, which is opened too */
	bool repeats;           /* up to RJ_LIST_MAX times; for others the last value counts */
	/* Reads the argument, or returns the error in it; NULL: any text is valid. */
	enum rj_err (*parse)(const char *text, union rj_value *value, struct rj_error *err);
};

/*
 * Adds a setting, whose value is parsed from its text; what it points to must live as long as the
 * settings. Fails if parse does, or if the option is set more than RJ_LIST_MAX times.
 */
enum rj_err payload_set(struct rj_settings *settings, const struct rj_setting *setting,
			struct rj_error *err);

/* The option's nth value, or NULL. */
const struct rj_setting *payload_setting(const struct rj_plan *plan,
					 const struct payload_option *option, size_t n);

/* The option's text, or NULL if it is not set. */
const char *payload_text(const struct rj_plan *plan, const struct payload_option *option);

/* The option's number, or 0 if it is not set. */
uint64_t payload_number(const struct rj_plan *plan, const struct payload_option *option);

#endif
