/* SPDX-License-Identifier: MIT */
/*
 * What rjpack is asked to do. One table of options; getopt's arrays, the help, the completions
 * and the keys of configuration files are made from it.
 */
#ifndef RJ_OPTIONS_H
#define RJ_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "command.h"
#include "image/container.h"
#include "image/services.h"
#include "machine/snapshot.h"
#include "payload/payload.h"

#define OPTIONS_MAX 64

/* What an option was set to, and where. */
struct value {
	char *text;                             /* NULL: it was not */
	struct rj_origin origin;
};

struct payload {
	const struct payload_kind *kind;        /* NULL: to be detected */
	struct value value;
};

/* An option of the payload's kind. */
struct setting {
	const struct payload_option *option;
	struct value value;
};

struct options {
	struct payload payloads[RJ_MAX_PIECES];
	size_t payload_count;
	struct setting settings[RJ_MAX_SETTINGS];
	size_t setting_count;
	struct value operands[RJ_MAX_PIECES];   /* arguments that are not options */
	size_t operand_count;
	struct value output, directory;
	const struct container *container;      /* NULL: by the output's name */
	struct value entry;                     /* SEG:OFF */
	struct value regs[RJ_MAX_PIECES];       /* NAME=VALUE */
	size_t reg_count;
	uint8_t drive;
	bool has_drive;                         /* DL was asked for */
	struct rj_services services;            /* int13 and map */
	uint64_t base;
	uint32_t flags, repairs;                /* of struct rj_manifest */
	uint16_t serial_port, serial_divisor;
	struct value svg;                       /* the file for the picture */
	struct value loaders;                   /* to verify for */
	struct value snapshot;                  /* to be put back */
	struct value root;                      /* of the tree that stands for this machine; or "" */
	struct rj_snapshot_range ranges[RJ_SNAPSHOT_RANGES];
	size_t range_count;
	bool dry_run, json, verbose;
	struct value depfile, config;
	struct rj_input config_input;
	bool given[OPTIONS_MAX];                /* by option_at()'s numbers */
};

enum option_group { GROUP_PAYLOAD, GROUP_WITH, GROUP_ARRIVAL, GROUP_DISKS, GROUP_IMAGE, GROUP_MACHINE,
		    GROUP_GENERAL, GROUP_COUNT };
extern const char *const option_groups[GROUP_COUNT];

struct option_row {
	char letter;                    /* or 0 */
	const char *name, *argument;    /* argument: NULL for none */
	const char *help;
	enum option_group group;
	unsigned commands;              /* COMMAND_BITs */
	bool is_file;                   /* for completions: the argument is a file */
	const char *words;              /* or one of these, with spaces between; or NULL */
	enum rj_err (*set)(struct options *options, struct value value, struct rj_error *err);
	const struct payload_kind *kind;        /* of a payload's option */
	const struct payload_option *option;    /* that only some kinds take */
};

/* All options: the payload kinds, what only some kinds take, then the others. */
size_t option_count(void);
struct option_row option_at(size_t n);

/* Whether the command line has it, or what stands in its place: a payload is one. */
bool option_is_given(const struct options *options, size_t n);

/* Sets an option that the command has to know. RJ_ERR_WRONG_COMMAND, or the option's own. */
enum rj_err option_set(struct options *options, const struct command *command,
		       const struct option_row *row, struct value value, struct rj_error *err);

/* As they are when nothing is set. */
void options_init(struct options *options);

#endif
