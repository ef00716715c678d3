/* SPDX-License-Identifier: MIT */
/*
 * The command line. One table of options; getopt's arrays, the help and the
 * completions are made from it.
 */
#ifndef RJ_OPTIONS_H
#define RJ_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "image/container.h"
#include "image/services.h"
#include "machine/snapshot.h"
#include "payload/payload.h"

#define OPTIONS_MAX 64

struct payload_option {
	const struct payload_kind *kind;        /* NULL: to be detected */
	char *argument;
};

struct options {
	struct payload_option payloads[RJ_MAX_PIECES];
	size_t payload_count;
	char *operands[RJ_MAX_PIECES];          /* what is no option */
	size_t operand_count;
	const char *output, *directory;
	const struct container *container;      /* NULL: by the output's name */
	const char *entry;                      /* SEG:OFF or NULL */
	const char *regs[RJ_MAX_PIECES];        /* NAME=VALUE */
	size_t reg_count;
	uint8_t drive;
	bool has_drive;                         /* DL was asked for */
	struct rj_wishes wishes;                /* all but its files, which are these: */
	const char *boot_sector;                /* or NULL */
	const char *initrds[RJ_MAX_INITRDS];
	size_t initrd_count;
	struct rj_services services;            /* int13 and map */
	uint64_t base;
	uint32_t flags, repairs;                /* of struct rj_manifest */
	uint16_t serial_port, serial_divisor;
	const char *svg;                        /* the file for the picture, or NULL */
	const char *loaders;                    /* to verify for, or NULL */
	const char *snapshot;                   /* to be put back, or NULL */
	const char *root;                       /* of the tree to take a snapshot in */
	struct rj_snapshot_range ranges[RJ_SNAPSHOT_RANGES];
	size_t range_count;
	bool dry_run, json, verbose;
	const char *depfile;                    /* or NULL */
	char *config;                           /* or NULL */
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
	enum rj_err (*set)(struct options *options, char *argument, struct rj_error *err);
	const struct payload_kind *kind;        /* of a payload's option */
	unsigned wish;                          /* RJ_WISH_*: only some payloads take it */
};

/* All options: those of the payload kinds, then the others. */
size_t option_count(void);
struct option_row option_at(size_t n);

struct command;

/* Whether the command line has it, or what stands in its place: a payload is one. */
bool option_is_given(const struct options *options, size_t n);

/* Sets an option that the command has to know. RJ_ERR_WRONG_COMMAND, or the option's own. */
enum rj_err option_set(struct options *options, const struct command *command,
		       const struct option_row *row, char *argument, struct rj_error *err);

/*
 * Reads argv, options and operands in any order. Gives -1 to go on with
 * *command, or the exit status when all is done: help, version, or an error.
 */
int options_read(struct options *options, const struct command **command,
		 int argc, char **argv);

#endif
