/* SPDX-License-Identifier: MIT */
/*
 * A file that is there as a whole or not at all: written under another name
 * beside it, renamed when it is done, removed on failure and on signals.
 */
#ifndef RJ_OUTPUT_H
#define RJ_OUTPUT_H

#include "base/error.h"
#include "base/input.h"

struct output {
	int fd;                 /* to write to: regular, open for reading too */
	char *path;             /* what it becomes; NULL: standard output */
	char *temporary;        /* its name until then; NULL: it has none */
};

/* The permissions that it may have: as the umask, or the file there, says; or less. */
enum output_access { OUTPUT_SHARED = 0777, OUTPUT_PRIVATE = 0600 };

/*
 * Prepares to write path, "-" for standard output. Links are followed; devices and FIFOs
 * are written when all is done.
 * RJ_ERR_CREATE, _BAD_TARGET, _TERMINAL, or _SAME_FILE when it is one of the
 * inputs. One output at a time.
 */
enum rj_err output_open(struct output *output, const char *path,
			enum output_access access, const struct rj_input *inputs,
			size_t input_count, struct rj_error *err);

/* Puts it in its place and closes it. RJ_ERR_WRITE, and then nothing is there. */
enum rj_err output_commit(struct output *output, struct rj_error *err);

/* Removes all traces of it. */
void output_discard(struct output *output);

#endif
