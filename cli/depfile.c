/* SPDX-License-Identifier: MIT */
#include "depfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/copy.h"
#include "output.h"

/*
 * Characters that cannot be escaped for both make (GNU make's manual, 4.2 to 4.4, 10.5.1) and
 * ninja (src/depfile_parser.in.cc).
 */
#define UNREADABLE "\"%&'*;<=>?\\^`|\x7F"
#define UNREADABLE_LAST " :)"

static bool is_readable(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || *name == '~' || strpbrk(name, UNREADABLE) ||
	    strchr(UNREADABLE_LAST, name[length - 1]))
		return false;
	for (; *name; name++)
		if ((unsigned char)*name < ' ')
			return false;
	return true;
}

static void put_name(FILE *text, const char *name)
{
	for (; *name; name++) {
		if (*name == '$')
			fputc('$', text);
		else if (strchr(" #:", *name))
			fputc('\\', text);
		fputc(*name, text);
	}
}

/* Returns the rule, which the caller frees, or NULL. */
static char *rule(const char *target, const struct rj_input *inputs, size_t input_count,
		  size_t *size)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, size);
	bool good;

	if (!file)
		return NULL;
	put_name(file, target);
	fputc(':', file);
	for (size_t i = 0; i < input_count; i++) {
		fputs(" \\\n ", file);
		put_name(file, inputs[i].path);
	}
	fputc('\n', file);
	good = !ferror(file);
	if (fclose(file) == 0 && good)
		return text;
	free(text);
	return NULL;
}

static enum rj_err write_text(const char *path, const char *text, size_t size,
			      const struct rj_input *inputs, size_t input_count,
			      struct rj_error *err)
{
	struct output output;

	if (output_open(&output, path, OUTPUT_SHARED, inputs, input_count, err))
		return err->class;
	if (!rj_write(output.file.fd, text, size, 0, err))
		return output_commit(&output, err);
	output_discard(&output);
	return err->class;
}

enum rj_err depfile_write(const char *path, const char *target, const struct rj_input *inputs,
			  size_t input_count, struct rj_error *err)
{
	enum rj_err code;
	size_t size;
	char *text;

	for (size_t i = 0; i <= input_count; i++) {
		const char *name = i ? inputs[i - 1].path : target;

		if (!is_readable(name))
			return rj_fail(err, RJ_USAGE,
				       "make or ninja cannot read the name \"%s\"; "
				       "rename the file", name);
	}
	text = rule(target, inputs, input_count, &size);
	if (!text)
		return rj_no_memory(err);
	code = write_text(path, text, size, inputs, input_count, err);
	free(text);
	return code;
}
