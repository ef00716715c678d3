/* SPDX-License-Identifier: MIT */
/*
 * The options of a command. getopt's arrays, the help, the completions and the keys of
 * configuration files are made from one table of options.
 */
#ifndef RJ_OPTIONS_H
#define RJ_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "command.h"
#include "image/container.h"
#include "machine/snapshot.h"
#include "payload/payload.h"

#define OPTIONS_MAX 80

/* The value of an option, and where it was set. */
struct value {
	char *text;                             /* NULL: it was not */
	struct rj_origin origin;
};

struct payload {
	const struct payload_kind *kind;        /* NULL: to be detected */
	struct value value;
};

struct options {
	struct payload payloads[RJ_MAX_PIECES];
	size_t payload_count;
	struct rj_settings settings;            /* input: not opened yet */
	struct value operands[RJ_MAX_PIECES];   /* arguments that are not options */
	size_t operand_count;
	struct value output, directory;
	const struct container *container;      /* NULL: chosen by the output's name */
	struct value entry;                     /* SEG:OFF */
	struct value regs[RJ_MAX_PIECES];       /* NAME=VALUE */
	size_t reg_count;
	uint8_t drive;
	bool has_drive;                         /* drive was set */
	struct rj_services services;            /* only int13, usb and map */
	uint64_t base;
	uint32_t flags, repairs;                /* as in struct rj_manifest */
	uint16_t serial_port, serial_divisor;
	struct value svg;                       /* the file for the picture */
	struct value loaders;                   /* for verify */
	struct value snapshot;                  /* to restore */
	struct value root;                      /* a tree to read, not this machine; or "" */
	struct rj_snapshot_range ranges[RJ_SNAPSHOT_RANGES];
	size_t range_count;
	bool panic, unload, now;                /* for load */
	bool dry_run, json, verbose, no_sync;
	struct value depfile, config;
	struct rj_input config_input;
	bool given[OPTIONS_MAX];                /* on the command line; index as option_at */
};

enum option_group { GROUP_PAYLOAD, GROUP_WITH, GROUP_ARRIVAL, GROUP_DISKS, GROUP_IMAGE, GROUP_MACHINE,
		    GROUP_LOAD, GROUP_GENERAL, GROUP_COUNT };
extern const char *const option_groups[GROUP_COUNT];

struct option_row {
	char letter;                    /* or 0 */
	const char *name, *argument;    /* argument: NULL for none */
	const char *help;
	enum option_group group;
	unsigned commands;              /* COMMAND_BITs */
	bool is_file;                   /* for completions: the argument is a file */
	const char *words;              /* its possible values, separated by spaces; or NULL */
	enum rj_err (*set)(struct options *options, struct value value, struct rj_error *err);
	const struct payload_kind *kind;        /* an option that names a payload */
	const struct payload_option *option;    /* an option that only some kinds take */
};

/* All options: the payload kinds, the options that only some kinds take, then the others. */
size_t option_count(void);
struct option_row option_at(size_t n);

/* Whether the command line has the option or, for a payload that starts, another of those. */
bool option_is_given(const struct options *options, size_t n);

/* Set the error for an option of other commands, or without its argument. */
enum rj_err option_wrong_command(const struct command *command, struct rj_error *err);
enum rj_err option_needs_argument(const struct option_row *row, struct rj_error *err);

/* Sets an option, if it is one of the command's. */
enum rj_err option_set(struct options *options, const struct command *command,
		       const struct option_row *row, struct value value, struct rj_error *err);

/* Sets the defaults. */
void options_init(struct options *options);

#endif
