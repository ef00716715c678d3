/* SPDX-License-Identifier: MIT */
/*
 * Errors and notes. formats/ prints nothing: whoever finds something wrong says so in a
 * struct rj_error, which cli/ prints.
 */
#ifndef RJ_ERROR_H
#define RJ_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a value was set. file NULL: on the command line. */
struct rj_origin {
	const char *file;
	unsigned line;          /* from 1 */
};

/*
 * What functions return, and the class of an error: its number is the exit status. RJ_NOTE
 * marks what is not an error.
 */
enum rj_err {
	RJ_OK = 0,
	RJ_BAD = 1,             /* an input or an image cannot be used */
	RJ_USAGE = 2,           /* the command line is wrong */
	RJ_HOST = 3,            /* the system refuses: memory, reading, writing */
	RJ_NOTE = 4,
};

#define RJ_ERROR_TEXT 4096
#define RJ_CUT "..."            /* replaces what does not fit */

struct rj_error {
	enum rj_err class;
	bool of_output;         /* a file being written, whose name only the caller knows */
	int os_error;           /* an errno from opening an input, or 0 */
	const char *subject;    /* the file or the option with the problem; not copied */
	char text[RJ_ERROR_TEXT];       /* "what is wrong; what to do" */
};

/*
 * Functions return RJ_OK, or set *err and return its class; after RJ_OK the contents of *err
 * are undefined. rj_fail sets it, with printf's format for the text, and returns the class:
 *
 *	return rj_fail(err, RJ_BAD, "%u bytes are too many; leave some out", size);
 *
 * The text has no full stop, and ends in RJ_CUT if it was cut. Names in it may have control
 * characters, which cli/ replaces. rj_fail_about also sets the subject, which has to live as
 * long as *err.
 */
#define rj_fail(err, class, ...) rj_fail_about((err), (class), NULL, __VA_ARGS__)
#define rj_fail_about(err, class, subject, ...) \
	rj_failed(rj_error_set((err), (subject), __VA_ARGS__), (class))

/* For the macros above, and functions like them. They do not set err->class. */
struct rj_error *rj_error_set(struct rj_error *err, const char *subject,
			      const char *format, ...)
	__attribute__((format(printf, 3, 4)));
struct rj_error *rj_error_vset(struct rj_error *err, const char *subject,
			       const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static inline enum rj_err rj_failed(struct rj_error *err, enum rj_err class)
{
	err->class = class;
	return class;           /* never RJ_OK, as the compiler sees at the call */
}

static inline enum rj_err rj_no_memory(struct rj_error *err)
{
	return rj_fail(err, RJ_HOST, "out of memory");
}

/*
 * Numbers as text, for %s. They live until the block with the call ends.
 *
 *	RJ_DEC(value)                   a uint64_t in decimal
 *	RJ_HEX(value)                   hexadecimal: 0FFh, 7C00h
 *	RJ_RANGE(at, end)               7C00h-7DFFh, from at to end - 1
 *	RJ_FOUND(at, expected, found)   (offset 1FEh, expected 0AA55h, found 0h)
 */
#define RJ_WORDS_SIZE 96
#define RJ_WORDS (char[RJ_WORDS_SIZE]){ "" }
#define RJ_DEC(value) rj_dec(RJ_WORDS, (value))
#define RJ_HEX(value) rj_hex(RJ_WORDS, (value))
#define RJ_RANGE(at, end) rj_range(RJ_WORDS, (at), (end))
#define RJ_FOUND(at, expected, found) rj_found(RJ_WORDS, (at), (expected), (found))

/* For the macros above. */
const char *rj_dec(char text[RJ_WORDS_SIZE], uint64_t value);
const char *rj_hex(char text[RJ_WORDS_SIZE], uint64_t value);
const char *rj_range(char text[RJ_WORDS_SIZE], uint64_t at, uint64_t end);
const char *rj_found(char text[RJ_WORDS_SIZE], uint64_t at, uint64_t expected, uint64_t found);

/* A list for a text, as in "the names are %s"; empty at first. */
struct rj_list {
	char text[1000];
};

/* Appends to the list, after a comma, with printf's format; RJ_CUT if it does not fit. */
void rj_list_add(struct rj_list *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Called for each finding of a check. The callee must copy the error to keep it. */
typedef void rj_finding(void *context, const struct rj_error *error);

/* Calls report with an error that has this class, subject and text. */
void rj_report(rj_finding *report, void *context, enum rj_err class, const char *subject,
	       const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
