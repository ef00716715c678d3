/* SPDX-License-Identifier: MIT */
/*
 * What every unit test needs: cmocka, and inputs made of bytes.
 */
#ifndef RJ_UNIT_H
#define RJ_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
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

#define UNIT_MAIN(...) \
	int main(void) \
	{ \
		const struct CMUnitTest tests[] = { __VA_ARGS__ }; \
		return cmocka_run_group_tests(tests, NULL, NULL); \
	}

#endif
