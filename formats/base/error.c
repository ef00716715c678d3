/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	enum rj_class class;
	const char *what, *todo;
} words[] = {
#define WORDS(code, class, what, todo) { RJ_##class, what, todo },
	RJ_ERRORS(WORDS)
#undef WORDS
};

void rj_error_list(struct rj_error *err, const char *format, ...)
{
	size_t used = strlen(err->text);
	va_list args;

	if (used)
		used += (size_t)snprintf(err->text + used, sizeof(err->text) - used, ", ");
	if (used >= sizeof(err->text))
		return;
	va_start(args, format);
	vsnprintf(err->text + used, sizeof(err->text) - used, format, args);
	va_end(args);
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
