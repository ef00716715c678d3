/* SPDX-License-Identifier: MIT */
/*
 * Payload kinds: how a file becomes pieces, registers and an entry. A new kind is a file
 * <name>.c with a struct payload_<name>, and a row here.
 */
#ifndef RJ_PAYLOAD_H
#define RJ_PAYLOAD_H

#include <stddef.h>

#include "base/input.h"
#include "image/plan.h"
#include "payload/option.h"

#define PAYLOAD_KINDS(row) row(mbr) row(vbr) row(grub) row(grub_legacy) row(syslinux) row(linux) \
	row(chain) row(nbp) row(disk) row(boot) row(from_disk) row(from_running) row(raw)

/* How certain a kind is about a file, in ascending order. */
enum rj_detected {
	RJ_DETECT_NO,           /* not of this kind */
	RJ_DETECT_MAYBE,        /* this kind is possible, and so are others */
	RJ_DETECT_YES,          /* this kind is the most natural one */
	RJ_DETECT_OWN,          /* only this kind: a signature that no other has */
};

/* What a payload's option contains besides the file. */
struct payload_argument {
	uint64_t address;       /* FILE@ADDRESS, for an addressed kind */
	const char *word;       /* VARIANT=FILE, for a kind with variants; NULL: detect it */
	bool beside;            /* another payload is what starts */
};

/* One of the variants of a kind, named by a word before the file. */
struct payload_variant {
	const char *name, *help, *signature, *place;
};

struct payload_kind {
	const char *name;       /* also the option's name */
	const char *argument;   /* NULL: none; find replaces it */
	const char *help;
	const char *signature;  /* how it is detected */
	const char *place;      /* where it is loaded */
	const struct payload_option *const *options; /* that it accepts, then NULL; or NULL */
	bool adds;              /* can be added to another payload, and repeated */
	bool beside;            /* can be added to another payload, which is what starts */
	bool addressed;         /* its argument is FILE@ADDRESS */
	bool exact;             /* the file's bytes unchanged: gzip is not unpacked */
	bool device;            /* the file may be a block device */
	const char *words;      /* its argument is one of these words, not a file; or NULL */
	const struct payload_variant *variants; /* its argument is VARIANT=FILE; or NULL */
	size_t variant_count;

	/*
	 * Whether the file is of this kind, regardless of other kinds, which payload_detect
	 * compares. *why is set to the reason, valid until the next call, whatever the answer.
	 * NULL: the kind is never detected.
	 */
	enum rj_detected (*detect)(const struct rj_input *input, const char **why);

	/*
	 * Adds the file's pieces to the plan, sets registers and entry, and leaves notes. Its
	 * options are in plan->settings, the boot drive is in plan->drive. The input must live
	 * as long as the plan.
	 */
	enum rj_err (*read)(struct rj_plan *plan, const struct rj_input *input,
			    const struct payload_argument *argument, struct rj_error *err);

	/*
	 * Finds the file of a kind without an argument on the machine, whose tree is at root
	 * ("": this one), and adds the settings that go with it. *file and what the settings
	 * point to are valid until the next call.
	 */
	enum rj_err (*find)(struct rj_plan *plan, const char *root, char **file,
			    struct rj_error *err);

	/* Replaces read for a kind with words: gets the word instead of a file. */
	enum rj_err (*take)(struct rj_plan *plan, const char *word,
			    struct rj_error *err);
};

extern const struct payload_kind *const payload_kinds[];
extern const size_t payload_kind_count;

bool payload_takes(const struct payload_kind *kind, const struct payload_option *option);

/* The nth of the options that any kind accepts, each listed once, or NULL. */
const struct payload_option *payload_option_at(size_t n);

/*
 * Finds the kind that is the most certain about the file; it must be the only one, and at
 * least RJ_DETECT_YES. The error lists the candidates, or all kinds of files.
 */
enum rj_err payload_detect(const struct rj_input *input,
			   const struct payload_kind **kind, const char **why,
			   struct rj_error *err);

/*
 * Splits FILE@ADDRESS in place, at the last @. The address is below 4 GiB.
 */
enum rj_err payload_split_address(char *argument, uint64_t *address,
				  struct rj_error *err);

/*
 * Splits VARIANT=FILE: *file is what follows the =. The error lists the kind's variants.
 */
enum rj_err payload_split_variant(const struct payload_kind *kind, char *argument,
				  const char **variant, char **file, struct rj_error *err);

#endif
