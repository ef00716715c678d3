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
