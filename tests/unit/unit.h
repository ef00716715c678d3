/* SPDX-License-Identifier: MIT */
/*
 * What every unit test needs: cmocka, and inputs made of bytes.
 */
#ifndef RJ_UNIT_H
#define RJ_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "input.h"

/* A nameless file with these bytes, open for reading and writing. */
static inline int unit_file(const void *bytes, size_t size)
{
	char path[] = "/tmp/rjpack-unit-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(pwrite(fd, bytes, size, 0), (ssize_t)size);
	return fd;
}

/* The same as an input; to be closed with rj_input_close. */
static inline struct rj_input unit_input(const void *bytes, size_t size)
{
	return (struct rj_input){ .fd = unit_file(bytes, size), .path = "unit", .size = size };
}

/* assert_in_range has another name in each cmocka. */
#define assert_between(value, minimum, maximum) \
	assert_true(unit_between((uintmax_t)(value), (minimum), (maximum)))

static inline bool unit_between(uintmax_t value, uintmax_t minimum, uintmax_t maximum)
{
	return value >= minimum && value <= maximum;
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/*
 * For each row of a table, which may have a name. A test that fails in one prints which. Not to be
 * left by break.
 */
#define FOR_EACH(i, rows) FOR_EACH_OF(i, #rows, COUNT_OF(rows))
#define FOR_EACH_OF(i, table, count) \
	for (size_t i = 0; unit_row((table), i, (count), ""); i++)
#define FOR_EACH_NAMED(i, rows, name) \
	for (size_t i = 0; unit_row(#rows, i, COUNT_OF(rows), i < COUNT_OF(rows) ? (name) : ""); i++)

/* Whether there is a row I of COUNT, which the test is in from here on. */
bool unit_row(const char *table, size_t i, size_t count, const char *name);

/* A teardown for each test, which prints the rows in which the test has failed. */
int unit_tell_rows(void **state);

/* Gives it to those of the tests that have no other. */
void unit_name_rows(struct CMUnitTest *tests, size_t count);

#define UNIT_MAIN(...) \
	int main(void) \
	{ \
		struct CMUnitTest tests[] = { __VA_ARGS__ }; \
		unit_name_rows(tests, COUNT_OF(tests)); \
		return cmocka_run_group_tests(tests, NULL, NULL); \
	}

#endif
