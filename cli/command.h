/* SPDX-License-Identifier: MIT */
/*
 * The commands of rjpack, one file each.
 */
#ifndef RJ_COMMAND_H
#define RJ_COMMAND_H

#include <stddef.h>

#include "base/input.h"

struct options;

#define COMMANDS(row) \
row(build, "[FILE]", "pack a payload into an image (the default)") \
row(inspect, "IMAGE [IMAGE]", "show what is in an image and where it goes, or compare two") \
row(extract, "IMAGE", "write the pieces to files, byte for byte") \
row(verify, "IMAGE", "check every checksum and every rule") \
row(load, "[FILE|IMAGE]", "pack a payload, or take an image, and load it into the running kernel") \
row(doctor, "[IMAGE]", "check whether the way back will work here, and print the commands") \
row(snapshot, "", "save the IVT, BDA and EBDA to a file for --restore (needs root)") \
row(kinds, "", "list the kinds of payload") \
row(completion, "SHELL", "print a completion script for bash, zsh or fish")

struct command {
	const char *name;
	const char *operand;
	const char *help;
	unsigned bit;           /* in struct option_row.commands */
	int (*run)(const struct options *options);      /* returns the exit status */
};

extern const struct command commands[];
extern const size_t command_count;

/* Returns the command with that name, or NULL. */
const struct command *command_find(const char *name);

/* Bit numbers of the commands, and the functions that run them. */
enum {
#define COMMAND_NUMBER(name, operand, help) COMMAND_NUMBER_##name,
	COMMANDS(COMMAND_NUMBER)
#undef COMMAND_NUMBER
};
#define COMMAND_BIT(name) (1u << COMMAND_NUMBER_##name)
#define COMMAND_RUN(name, operand, help) int run_##name(const struct options *options);
COMMANDS(COMMAND_RUN)
#undef COMMAND_RUN

/* Opens the command's only operand, an image, and calls run; returns the exit status. */
int with_image(const struct options *options,
	       int (*run)(const struct options *options, const struct rj_input *input));

#endif
