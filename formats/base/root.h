/* SPDX-License-Identifier: MIT */
/*
 * A file system tree to read: the running machine's, or one in a directory. No symbolic link
 * leads out of it. Its contents are not trusted: every read is limited, none blocks, and only
 * regular files are read.
 */
#ifndef RJ_ROOT_H
#define RJ_ROOT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct rj_root {
	const char *path;       /* a directory; "" for the running machine */
};

/*
 * The path within the tree without links, "." and ".."; "" is the tree's root. False if a
 * component is missing, or there are more links than Linux follows (path_resolution(7)).
 */
#define RJ_ROOT_LINKS 40
bool rj_root_resolve(const struct rj_root *root, const char *path, char to[PATH_MAX]);

/* The same, with the tree's root prepended, for open(). */
bool rj_root_outside(const struct rj_root *root, const char *path, char to[PATH_MAX]);

bool rj_root_has(const struct rj_root *root, const char *path);

/*
 * Reads at most size - 1 bytes from the start of a file and adds a NUL; returns how many, or
 * -1.
 */
long rj_root_read(const struct rj_root *root, const char *path, char *to, size_t size);

/* The same, for the first line only. */
bool rj_root_word(const struct rj_root *root, const char *path, char *to, size_t size);

/* A number in base 10 or 16 from the first line; false if there is none. */
bool rj_root_number(const struct rj_root *root, const char *path, int base, uint64_t *value);

/* The target of a link, whether that exists or not. */
bool rj_root_read_link(const struct rj_root *root, const char *path, char to[PATH_MAX]);

/* The last component of the path that a link leads to. */
bool rj_root_link(const struct rj_root *root, const char *path, char to[NAME_MAX + 1]);

/*
 * Calls line with each line, cut to RJ_ROOT_LINE - 1 bytes and without its newline, until it
 * returns false or RJ_ROOT_MAX bytes have been read. Unpacks gzip files. False if the file
 * cannot be read.
 */
#define RJ_ROOT_LINE 1024
#define RJ_ROOT_MAX  (8u << 20)
bool rj_root_lines(const struct rj_root *root, const char *path,
		   bool (*line)(void *context, char *text), void *context);

/*
 * Calls entry with each name in a directory except "." and "..", in strverscmp order, for at
 * most RJ_ROOT_NAMES names, until it returns false. False if the directory cannot be read.
 */
#define RJ_ROOT_NAMES 1024
bool rj_root_names(const struct rj_root *root, const char *path,
		   bool (*entry)(void *context, const char *name), void *context);

#endif
