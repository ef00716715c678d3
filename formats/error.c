/* SPDX-License-Identifier: MIT */
#include "error.h"

static const struct {
	enum rj_class class;
	const char *what, *todo;
} words[] = {
#define WORDS(code, class, what, todo) { RJ_##class, what, todo },
	RJ_ERRORS(WORDS)
#undef WORDS
};

enum rj_err rj_fail_with(struct rj_error *err, const struct rj_error *values)
{
	*err = *values;
	return err->code;
}

const char *rj_error_what(enum rj_err code)
{
	return words[code].what;
}

const char *rj_error_todo(enum rj_err code)
{
	return words[code].todo;
}

enum rj_class rj_error_class(enum rj_err code)
{
	return words[code].class;
}
