/* SPDX-License-Identifier: MIT */
/*
 * Options that only some kinds of payload take. Each is a struct payload_option in the file of
 * the kind that it is for, or in partition_options.c if several kinds take it; a kind lists its
 * own in payload_kind.options.
 */
#ifndef RJ_PAYLOAD_OPTION_H
#define RJ_PAYLOAD_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/input.h"
#include "image/plan.h"

#define RJ_LIST_MAX 16          /* values of an option that repeats */

struct payload_option {
	const char *name;       /* without the dashes */
	const char *argument;   /* as --help shows it; NULL: none */
	const char *help;
	const char *words;      /* for completions: the argument is one of these; or NULL */
	bool file;              /* the argument names a file, which is opened for the kind */
	bool device;            /* ... or a block device */
	bool repeats;           /* up to RJ_LIST_MAX times; of others the last one counts */
	/* RJ_OK, or what is wrong with the argument; NULL: anything goes. */
	enum rj_err (*check)(const char *text, struct rj_error *err);
};

/*
 * Sets the option in the plan; text and input have to live as long as the plan. What check
 * returns; RJ_USAGE when it is set too often.
 */
enum rj_err payload_set(struct rj_plan *plan, const struct payload_option *option,
			const char *text, const struct rj_input *input, struct rj_error *err);

/* The nth time that the option was set, or NULL. */
const struct rj_setting *payload_setting(const struct rj_plan *plan,
					 const struct payload_option *option, size_t n);

/* Its text, or NULL if it is not set. */
const char *payload_text(const struct rj_plan *plan, const struct payload_option *option);

#endif
