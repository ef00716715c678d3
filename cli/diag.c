/* SPDX-License-Identifier: MIT */
#include "diag.h"

#include <stdio.h>
#include <string.h>

/* Names come from files and must not control the terminal. */
static void clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7F)
			*text = '?';
}

void diag_format(const struct rj_error *error, char text[DIAG_TEXT])
{
	const char *subject = error->subject && !*error->subject ? "\"\"" : error->subject;
	int length = snprintf(text, DIAG_TEXT, "%s%s%s", subject ? subject : "",
			      subject ? ": " : "", error->text);

	if (length >= DIAG_TEXT)
		strcpy(text + DIAG_TEXT - sizeof(RJ_CUT), RJ_CUT);
	clean(text);
}

static int print(const struct rj_error *error, const struct rj_origin *origin)
{
	char text[DIAG_TEXT];

	diag_format(error, text);
	fputs("rjpack: ", stderr);
	if (error->class != RJ_NOTE && origin && origin->file)
		fprintf(stderr, "%s: line %u: ", origin->file, origin->line);
	fprintf(stderr, "%s\n", text);
	return error->class == RJ_NOTE ? RJ_OK : (int)error->class;
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

int diag_say(enum rj_err class, const char *subject, const char *format, ...)
{
	struct rj_error error = { .class = class };
	int status;
	va_list args;

	va_start(args, format);
	status = diag(rj_error_vset(&error, subject, format, args));
	va_end(args);
	return status;
}

int diag_extra(const char *operand)
{
	return diag_say(RJ_USAGE, operand, "unexpected argument");
}

int diag_no_memory(void)
{
	struct rj_error error;

	rj_no_memory(&error);
	return diag(&error);
}

void diag_carried(const char *subject, const char *name, uint64_t address, uint64_t size)
{
	diag_say(RJ_NOTE, subject, "%s: %s bytes at %s", name, RJ_DEC(size),
		 RJ_RANGE(address, address + size));
}
