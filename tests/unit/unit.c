/* SPDX-License-Identifier: MIT */
#include "unit.h"

/* The rows in which the test is, from the outermost loop on. */
static struct {
	const char *table, *name;
	size_t i;
} rows[4];
static size_t depth;

bool unit_row(const char *table, size_t i, size_t count, const char *name)
{
	if (i == 0)
		assert_true(depth++ < COUNT_OF(rows));
	rows[depth - 1].table = table;
	rows[depth - 1].name = name;
	rows[depth - 1].i = i;
	if (i == count)
		depth--;
	return i < count;
}

int unit_tell_rows(void **state)
{
	(void)state;
	for (size_t n = 0; n < depth; n++)
		print_error("in %s[%zu] %s\n", rows[n].table, rows[n].i, rows[n].name);
	depth = 0;
	return 0;
}

void unit_name_rows(struct CMUnitTest *tests, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!tests[i].teardown_func)
			tests[i].teardown_func = unit_tell_rows;
}

static void find_words(const struct rj_error *error, const char *words, const char *file,
		       int line)
{
	if (strstr(error->text, words))
		return;
	print_error("\"%s\" does not say \"%s\"\n", error->text, words);
	_fail(file, line);
}

void unit_says(const struct rj_error *error, const char *format, ...)
{
	char words[256];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	find_words(error, words, __FILE__, __LINE__);
}

void unit_outcome(enum rj_err code, const struct rj_error *error,
		  const struct unit_outcome *outcome, const char *file, int line)
{
	_assert_int_equal((unsigned)code, (unsigned)outcome->class, file, line);
	if (outcome->class == RJ_OK)
		return;
	_assert_int_equal((unsigned)error->class, (unsigned)outcome->class, file, line);
	find_words(error, outcome->words, file, line);
}
