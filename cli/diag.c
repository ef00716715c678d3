/* SPDX-License-Identifier: MIT */
#include "diag.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE 4096

struct line {
	char *text;
	size_t size, used;
};

static void put(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put(struct line *line, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line->text + line->used, line->size - line->used, format, args);
	va_end(args);
	if (n > 0)
		line->used += (size_t)n;
	if (line->used >= line->size)
		line->used = line->size - 1;
}

/* Names come from files and must not control the terminal. */
static void put_clean(struct line *line, const char *text)
{
	for (; text && *text; text++)
		put(line, "%c", (unsigned char)*text < ' ' || *text == 0x7F ? '?' : *text);
}

/* Hexadecimal with a leading digit and an h at the end, such as 0FFh and 7C00h. */
static void put_hex(struct line *line, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIX64, value);
	put(line, "%s%sh", digits[0] > '9' ? "0" : "", digits);
}

static void put_range(struct line *line, uint64_t at, uint64_t end)
{
	put_hex(line, at);
	put(line, "-");
	put_hex(line, end > at ? end - 1 : at);
}

static void put_value(struct line *line, const char *name, size_t length,
		      const struct rj_error *e)
{
#define IS(s) (length == strlen(s) && memcmp(name, (s), length) == 0)
	if (IS("name"))
		put_clean(line, e->name);
	else if (IS("other"))
		put_clean(line, e->other);
	else if (IS("text"))
		put_clean(line, e->text);
	else if (IS("errno"))
		put(line, "%s", strerror(e->os_error));
	else if (IS("at"))
		put_hex(line, e->at);
	else if (IS("expected"))
		put_hex(line, e->expected);
	else if (IS("found"))
		put_hex(line, e->found);
	else if (IS("count"))
		put(line, "%" PRIu64, e->count);
	else if (IS("limit"))
		put(line, "%" PRIu64, e->limit);
	else if (IS("limit_hex"))
		put_hex(line, e->limit);
	else if (IS("range"))
		put_range(line, e->at, e->end);
	else if (IS("other_range"))
		put_range(line, e->other_at, e->other_end);
#undef IS
}

static void expand(struct line *line, const char *words, const struct rj_error *error)
{
	while (*words) {
		size_t plain = strcspn(words, "{"), length;

		put(line, "%.*s", (int)plain, words);
		words += plain;
		if (*words != '{')
			continue;
		length = strcspn(++words, "}");
		put_value(line, words, length, error);
		words += length + (words[length] == '}');
	}
}

void diag_format(const struct rj_error *error, char *text, size_t size)
{
	struct line line = { text, size, 0 };

	text[0] = '\0';
	if (error->subject) {
		put_clean(&line, error->subject);
		put(&line, ": ");
	}
	expand(&line, rj_error_what(error->code), error);
	if (error->located)
		expand(&line, " (offset {at}, expected {expected}, found {found})", error);
	if (rj_error_todo(error->code)[0]) {
		put(&line, "; ");
		expand(&line, rj_error_todo(error->code), error);
	}
}

static int print(const struct rj_error *error, const struct rj_origin *origin)
{
	enum rj_class class = rj_error_class(error->code);
	char text[LINE_SIZE];

	diag_format(error, text, sizeof(text));
	fputs("rjpack: ", stderr);
	if (class != RJ_NOTE && origin && origin->file)
		fprintf(stderr, "%s: line %u: ", origin->file, origin->line);
	fprintf(stderr, "%s\n", text);
	return class == RJ_NOTE ? RJ_DONE : (int)class;
}

int diag(const struct rj_error *error)
{
	return print(error, NULL);
}

int diag_about(const char *subject, const struct rj_origin *origin, struct rj_error *error)
{
	if (!error->subject)
		error->subject = subject;
	return print(error, origin);
}
