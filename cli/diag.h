/* SPDX-License-Identifier: MIT */
/*
 * Prints errors and notes to stderr.
 */
#ifndef RJ_DIAG_H
#define RJ_DIAG_H

#include <limits.h>

#include "base/error.h"

#define DIAG_TEXT (PATH_MAX + RJ_ERROR_TEXT)

/*
 * Writes "SUBJECT: what is wrong; what to do" to text; control characters in names become
 * question marks. RJ_CUT replaces what does not fit.
 */
void diag_format(const struct rj_error *error, char text[DIAG_TEXT]);

/* Prints "rjpack: ..." and returns the exit status for the error; 0 for a note. */
int diag(const struct rj_error *error);

/*
 * Prints the error, about a subject unless it has one. origin: where the subject was
 * set; NULL: nowhere that needs to be told.
 */
int diag_about(const char *subject, const struct rj_origin *origin, struct rj_error *error);

/* Prints an error or a note about a subject (or NULL), with printf's format for the text. */
int diag_say(enum rj_err class, const char *subject, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints that there is one operand too many, or no memory. */
int diag_extra(const char *operand);
int diag_no_memory(void);

/* Notes a piece of the image, or of a snapshot: size bytes at a physical address. */
void diag_carried(const char *subject, const char *name, uint64_t address, uint64_t size);

#endif
