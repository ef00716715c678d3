/* SPDX-License-Identifier: MIT */
/*
 * Writes a file completely or not at all: under a temporary name in the same
 * directory, renamed when it is complete, removed on failure and on signals.
 */
#ifndef RJ_OUTPUT_H
#define RJ_OUTPUT_H

#include "base/copy.h"
#include "base/error.h"
#include "base/input.h"

struct output {
	struct rj_output file;  /* the caller may leave it unsynced: after a power failure, it may
				   be empty or damaged */
	char *path;             /* the final name; NULL: standard output */
	char *temporary;        /* the name until then; NULL: none */
};

/* The most permissions that the file gets; the umask, or an existing file, may allow less. */
enum output_access { OUTPUT_SHARED = 0777, OUTPUT_PRIVATE = 0600 };

/* Whether path is standard output: "-", or a name of the file that it is, as /dev/stdout. */
bool output_is_standard(const char *path);

/*
 * Prepares to write path. Follows links, also to a file that is yet to be made; output_commit
 * writes to standard output, devices and FIFOs. Fails if path is a directory, a terminal or one
 * of the inputs. One output at a time.
 */
enum rj_err output_open(struct output *output, const char *path,
			enum output_access access, const struct rj_input *inputs,
			size_t input_count, struct rj_error *err);

/* Closes the file, and renames or copies it to path. If that fails, path is as it was. */
enum rj_err output_commit(struct output *output, struct rj_error *err);

/* Closes and removes the file. */
void output_discard(struct output *output);

#endif
