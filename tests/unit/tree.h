/* SPDX-License-Identifier: MIT */
/*
 * A directory for each test, for files of a machine: what rj_root_*() read. Its user defines
 * _GNU_SOURCE.
 */
#ifndef RJ_TREE_H
#define RJ_TREE_H

#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>

#include "unit.h"

static char root[] = "/tmp/rjpack-unit-XXXXXX";

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int make_root(void **state)
{
	(void)state;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static inline int remove_root(void **state)
{
	unit_tell_rows(state);
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* An empty tree for the next row of a table. */
static inline void renew_root(void)
{
	assert_int_equal(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	assert_int_equal(mkdir(root, 0700), 0);
}

/* The path below root, its directories made. */
static inline const char *place(const char *path)
{
	static char real[2 * PATH_MAX];

	snprintf(real, sizeof(real), "%s%s", root, path);
	for (char *slash = real + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(real, 0755);
		*slash = '/';
	}
	return real;
}

static inline void put_bytes(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(place(path), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

static inline void put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static inline void put_link(const char *path, const char *to)
{
	assert_int_equal(symlink(to, place(path)), 0);
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

#endif
