/* SPDX-License-Identifier: MIT */
/*
 * Payload kinds: how a file becomes pieces, registers and an entry. A new kind
 * is a file payload_<name>.c with a struct payload_<name>, and a row here.
 */
#ifndef RJ_PAYLOAD_H
#define RJ_PAYLOAD_H

#include <stddef.h>

#include "input.h"
#include "plan.h"

#define PAYLOAD_KINDS(row) row(mbr) row(grub) row(disk) row(boot) row(raw)

enum rj_detected { RJ_DETECT_NO, RJ_DETECT_MAYBE, RJ_DETECT_YES };

struct payload_kind {
	const char *name;       /* the option, too */
	const char *argument;
	const char *help;
	const char *signature;  /* how it is recognised */
	const char *place;      /* where it goes */
	bool adds;              /* it may stand beside another, and repeat */
	bool addressed;         /* its argument is FILE@ADDRESS */
	const char *words;      /* its argument is one of these and no file; or NULL */

	/*
	 * Whether the file is of this kind; why is set to a constant string
	 * that says what speaks for it, whatever the answer. NULL: never.
	 */
	enum rj_detected (*detect)(const struct rj_input *input, const char **why);

	/*
	 * Adds the file's pieces to the plan, sets registers and entry, leaves
	 * notes. address is that of an addressed kind's argument. The input
	 * has to live as long as the plan.
	 */
	enum rj_err (*read)(struct rj_plan *plan, const struct rj_input *input,
			    uint64_t address, struct rj_error *err);

	/* In its place for a kind that has words: the same with the argument. */
	enum rj_err (*take)(struct rj_plan *plan, const char *word,
			    struct rj_error *err);
};

extern const struct payload_kind *const payload_kinds[];
extern const size_t payload_kind_count;

/*
 * The kind that alone is certain of the file. RJ_ERR_AMBIGUOUS or
 * RJ_ERR_UNKNOWN_KIND with the candidates, or all kinds of files, in err->text.
 */
enum rj_err payload_detect(const struct rj_input *input,
			   const struct payload_kind **kind, const char **why,
			   struct rj_error *err);

/*
 * Splits FILE@ADDRESS at its last @, in place. RJ_ERR_NO_ADDRESS,
 * RJ_ERR_BEYOND_4G, or those of rj_parse_number.
 */
enum rj_err payload_split_address(char *argument, uint64_t *address,
				  struct rj_error *err);

#endif
