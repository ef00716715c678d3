/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (64u << 10)
#define NEAR 2                  /* the most edits in a misspelt key */
#define BLANK " \t\r\f\v"
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* The file stays in memory, since options point to its values. */
static struct {
	const char *path;
	char *text;
	unsigned line;          /* the current line */
} file;

/* Sets the error's subject to the current line, and the key if there is one. */
static enum rj_err at_line(struct rj_error *err, const char *key)
{
	static char where[PATH_MAX];

	snprintf(where, sizeof(where), "%s: line %u%s%s", file.path, file.line,
		 key ? ": " : "", key ? key : "");
	err->subject = where;
	return err->class;
}

static enum rj_err not_text(struct rj_error *err)
{
	return rj_fail_about(err, RJ_BAD, file.path,
			     "not a text file of up to %u bytes; "
			     "use an INI file with --config", FILE_MAX);
}

static enum rj_err read_text(struct rj_input *input, struct rj_error *err)
{
	size_t size = (size_t)input->size;

	if (input->size > FILE_MAX)
		return not_text(err);
	file.text = calloc(1, size + 1);
	if (!file.text)
		return rj_no_memory(err);
	if (rj_input_read(input, file.text, size, 0, err))
		return err->class;
	if (memchr(file.text, '\0', size))
		return not_text(err);
	return RJ_OK;
}

/* Removes blanks at both ends. */
static char *trim(char *text)
{
	size_t length;

	text += strspn(text, BLANK);
	length = strlen(text);
	while (length > 0 && strchr(BLANK, text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* Removes double quotes at both ends, if there are no others. */
static char *unquote(char *text)
{
	size_t length = strlen(text);

	if (length < 2 || strchr(text + 1, '"') != text + length - 1 || *text != '"')
		return text;
	text[length - 1] = '\0';
	return text + 1;
}

/* The number of insertions, deletions and substitutions (Levenshtein). */
static size_t distance(const char *from, const char *to)
{
	size_t row[64], length = strlen(to);

	if (length >= sizeof(row) / sizeof(row[0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; from[i]; i++) {
		size_t corner = row[0]++;

		for (size_t j = 0; j < length; j++) {
			size_t change = corner + (from[i] != to[j]);

			corner = row[j + 1];
			row[j + 1] = corner < row[j] ? corner + 1 : row[j] + 1;
			if (change < row[j + 1])
				row[j + 1] = change;
		}
	}
	return row[length];
}

/* Whether a file can set this option: not --help, and not --config. */
static bool is_key(const struct option_row *row)
{
	return row->name && (row->set || row->kind || row->option) && strcmp(row->name, "config") != 0;
}

static enum rj_err find_key(const char *key, const struct command *section, size_t *found,
			    struct rj_error *err)
{
	size_t best = NEAR + 1;
	const char *near = NULL;

	for (size_t i = 0; i < option_count(); i++) {
		struct option_row row = option_at(i);
		size_t away = is_key(&row) ? distance(key, row.name) : SIZE_MAX;

		*found = i;
		if (away == 0)
			return RJ_OK;
		if (away < best && row.commands & section->bit) {
			best = away;
			near = row.name;
		}
	}
	return near ? rj_fail(err, RJ_USAGE, "there is no key \"%s\"; did you mean %s?", key,
			      near)
		    : rj_fail(err, RJ_USAGE,
			      "there is no key \"%s\"; "
			      "the keys are the long options of rjpack --help, "
			      "without the dashes", key);
}

/* File names are relative to the directory of the configuration file. */
static enum rj_err resolve(const struct option_row *row, char **value, struct rj_error *err)
{
	const char *slash = strrchr(file.path, '/');
	int front = row->kind && row->kind->variants ? (int)strcspn(*value, "=") + 1 : 0;
	size_t size = strlen(file.path) + strlen(*value) + 1;
	char *path;

	if (front > (int)strlen(*value))
		front = 0;
	if (!row->is_file || !slash || (*value)[front] == '/' || strcmp(*value, "-") == 0)
		return RJ_OK;
	path = malloc(size);
	if (!path)
		return rj_no_memory(err);
	snprintf(path, size, "%.*s%.*s%s", front, *value, (int)(slash + 1 - file.path),
		 file.path, *value + front);
	*value = path;
	return RJ_OK;
}

/* A flag is yes, no or empty; sets *value to NULL for no, which leaves the option unset. */
static enum rj_err flag(char **value, struct rj_error *err)
{
	if (strcmp(*value, "no") == 0)
		*value = NULL;
	else if (**value && strcmp(*value, "yes") != 0)
		return rj_fail(err, RJ_USAGE, "\"%s\" is neither yes nor no", *value);
	return RJ_OK;
}

static enum rj_err set_key(struct options *options, const struct option_row *row,
			   const struct command *command, char *value, struct rj_error *err)
{
	struct value set = { value, { file.path, file.line } };

	if (!row->argument && flag(&set.text, err))
		return err->class;
	if (!set.text)
		return RJ_OK;
	if (row->argument && resolve(row, &set.text, err))
		return err->class;
	return option_set(options, command, row, set, err);
}

/* Reads KEY = VALUE, or KEY. */
static enum rj_err read_key(struct options *options, const struct command *section,
			    const struct command *command, char *line, struct rj_error *err)
{
	char *equals = strchr(line, '='), *value = line + strlen(line), *key;
	struct option_row row;
	size_t n = 0;

	if (equals) {
		*equals = '\0';
		value = unquote(trim(equals + 1));
	}
	key = trim(line);
	if (find_key(key, section, &n, err))
		return at_line(err, NULL);
	row = option_at(n);
	if (!(row.commands & section->bit))
		option_wrong_command(section, err);
	else if (row.argument && !equals)
		option_needs_argument(&row, err);
	else if (section != command || option_is_given(options, n) ||
		 !set_key(options, &row, command, value, err))
		return RJ_OK;
	return at_line(err, row.name);
}

/* Reads [COMMAND]: the keys that follow are for that command. */
static enum rj_err read_section(char *line, const struct command **section, struct rj_error *err)
{
	size_t length = strlen(line);
	struct rj_list names = { "" };

	if (line[length - 1] == ']') {
		line[length - 1] = '\0';
		line = trim(line + 1);
	}
	*section = command_find(line);
	if (*section)
		return RJ_OK;
	for (size_t i = 0; i < command_count; i++)
		rj_list_add(&names, "%s", commands[i].name);
	rj_fail(err, RJ_USAGE, "there is no section \"%s\"; the sections are %s", line,
		names.text);
	return at_line(err, NULL);
}

static enum rj_err read_lines(struct options *options, const struct command *command,
			      struct rj_error *err)
{
	const struct command *section = &commands[0];
	char *next = file.text, *line;

	if (strncmp(next, BYTE_ORDER_MARK, 3) == 0)
		next += 3;
	while (next) {
		line = next;
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line = trim(line);
		file.line++;
		if (*line == '\0' || *line == '#' || *line == ';')
			continue;
		if (*line == '[' ? read_section(line, &section, err)
				 : read_key(options, section, command, line, err))
			return err->class;
	}
	return RJ_OK;
}

enum rj_err config_read(struct options *options, const struct command *command,
			struct rj_error *err)
{
	struct rj_input *input = &options->config_input;
	enum rj_err code;

	file.path = options->config.text;
	if (rj_input_open(input, file.path, err))
		return err->class;
	code = read_text(input, err);
	if (!code)
		code = read_lines(options, command, err);
	rj_input_close(input);
	return code;
}
