/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void append(char *text, size_t size, size_t used, const char *format, va_list args)
	__attribute__((format(printf, 4, 0)));

/* Appends at text + used; a text that does not fit ends in RJ_CUT. */
static void append(char *text, size_t size, size_t used, const char *format, va_list args)
{
	int length = vsnprintf(text + used, size - used, format, args);

	if (length < 0 || (size_t)length >= size - used)
		memcpy(text + size - sizeof(RJ_CUT), RJ_CUT, sizeof(RJ_CUT));
}

struct rj_error *rj_error_vset(struct rj_error *err, const char *subject,
			       const char *format, va_list args)
{
	err->of_output = false;
	err->os_error = 0;
	err->subject = subject;
	append(err->text, sizeof(err->text), 0, format, args);
	return err;
}

struct rj_error *rj_error_set(struct rj_error *err, const char *subject,
			      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	rj_error_vset(err, subject, format, args);
	va_end(args);
	return err;
}

const char *rj_dec(char text[RJ_WORDS_SIZE], uint64_t value)
{
	snprintf(text, RJ_WORDS_SIZE, "%" PRIu64, value);
	return text;
}

const char *rj_hex(char text[RJ_WORDS_SIZE], uint64_t value)
{
	/* the leading zero is kept only before a letter */
	snprintf(text, RJ_WORDS_SIZE, "0%" PRIX64 "h", value);
	return text[1] > '9' ? text : text + 1;
}

const char *rj_range(char text[RJ_WORDS_SIZE], uint64_t at, uint64_t end)
{
	snprintf(text, RJ_WORDS_SIZE, "%s-%s", RJ_HEX(at), RJ_HEX(end > at ? end - 1 : at));
	return text;
}

const char *rj_found(char text[RJ_WORDS_SIZE], uint64_t at, uint64_t expected, uint64_t found)
{
	snprintf(text, RJ_WORDS_SIZE, "(offset %s, expected %s, found %s)", RJ_HEX(at),
		 RJ_HEX(expected), RJ_HEX(found));
	return text;
}

void rj_list_add(struct rj_list *list, const char *format, ...)
{
	size_t used = strlen(list->text);
	va_list args;

	if (used && used + 2 < sizeof(list->text)) {
		memcpy(list->text + used, ", ", 3);
		used += 2;
	}
	va_start(args, format);
	append(list->text, sizeof(list->text), used, format, args);
	va_end(args);
}

void rj_report(rj_finding *report, void *context, enum rj_err class, const char *subject,
	       const char *format, ...)
{
	struct rj_error error;
	va_list args;

	error.class = class;
	va_start(args, format);
	rj_error_vset(&error, subject, format, args);
	va_end(args);
	report(context, &error);
}
