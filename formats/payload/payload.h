/* SPDX-License-Identifier: MIT */
/*
 * Payload kinds: how a file becomes pieces, registers and an entry. A new kind
 * is a file payload_<name>.c with a struct payload_<name>, and a row here.
 */
#ifndef RJ_PAYLOAD_H
#define RJ_PAYLOAD_H

#include <stddef.h>

#include "base/input.h"
#include "image/plan.h"
#include "payload/option.h"

#define PAYLOAD_KINDS(row) row(mbr) row(vbr) row(grub) row(grub_legacy) row(syslinux) row(linux) \
	row(chain) row(nbp) row(disk) row(boot) row(from_disk) row(raw)

/* How certain a kind is of a file, ascending: what it looks at speaks ... */
enum rj_detected {
	RJ_DETECT_NO,           /* against it */
	RJ_DETECT_MAYBE,        /* for it, and for others as well */
	RJ_DETECT_YES,          /* for it, as the plainest reading */
	RJ_DETECT_OWN,          /* for it alone: a signature that no other kind has */
};

/* What stands with a payload's option besides the file. */
struct payload_argument {
	uint64_t address;       /* FILE@ADDRESS, of an addressed kind */
	const char *word;       /* VARIANT=FILE, of a kind with variants; NULL: find out */
	bool beside;            /* another payload is what starts */
};

/* One of several payloads that a kind knows by words in front of the file. */
struct payload_variant {
	const char *name, *help, *signature, *place;
};

struct payload_kind {
	const char *name;       /* the option, too */
	const char *argument;
	const char *help;
	const char *signature;  /* how it is recognised */
	const char *place;      /* where it goes */
	const struct payload_option *const *options; /* that it takes, then NULL; or NULL */
	bool adds;              /* it may stand beside another, and repeat */
	bool beside;            /* it may stand beside another, which then starts */
	bool addressed;         /* its argument is FILE@ADDRESS */
	bool exact;             /* the file's bytes as they are: gzip stays gzip */
	bool device;            /* the file may be a block device */
	const char *words;      /* its argument is one of these and no file; or NULL */
	const struct payload_variant *variants; /* it is VARIANT=FILE, one of these; or NULL */
	size_t variant_count;

	/*
	 * Whether the file is of this kind, by itself: how that compares with other kinds is for
	 * payload_detect. why is set to a string, good until the next call, that says what
	 * speaks for it, whatever the answer. NULL: never.
	 */
	enum rj_detected (*detect)(const struct rj_input *input, const char **why);

	/*
	 * Adds the file's pieces to the plan, sets registers and entry, leaves
	 * notes. Its options are in plan->settings, the boot drive is in
	 * plan->drive. The input has to live as long as the plan.
	 */
	enum rj_err (*read)(struct rj_plan *plan, const struct rj_input *input,
			    const struct payload_argument *argument, struct rj_error *err);

	/* In its place for a kind that has words: the same with the argument. */
	enum rj_err (*take)(struct rj_plan *plan, const char *word,
			    struct rj_error *err);
};

extern const struct payload_kind *const payload_kinds[];
extern const size_t payload_kind_count;

bool payload_takes(const struct payload_kind *kind, const struct payload_option *option);

/* The nth of all options that some kind takes, each once, or NULL. */
const struct payload_option *payload_option_at(size_t n);

/*
 * The kind that is the most certain of the file, if it is certain, and the only one. RJ_ERR_AMBIGUOUS or
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

/*
 * Splits VARIANT=FILE, in place: *file is what stands behind. RJ_ERR_VARIANT with the
 * kind's variants in err->text.
 */
enum rj_err payload_split_variant(const struct payload_kind *kind, char *argument,
				  const char **variant, char **file, struct rj_error *err);

#endif
