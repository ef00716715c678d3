/* SPDX-License-Identifier: MIT */
/*
 * A file system tree that is looked at: the running machine's, or one below a directory.
 * No symbolic link leads out of it. Nothing in it is trusted: every read has a limit, none
 * waits, and what is no regular file is not read.
 */
#ifndef RJ_TREE_H
#define RJ_TREE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct rj_tree {
	const char *root;       /* a directory; "" for the running machine's */
};

/*
 * The path in the tree without links, "." and ".."; "" is the tree's own root. False if
 * something on the way is not there, or the links make a circle.
 */
bool rj_tree_resolve(const struct rj_tree *tree, const char *path, char to[PATH_MAX]);

/* The same with the tree's root in front, for open(). */
bool rj_tree_outside(const struct rj_tree *tree, const char *path, char to[PATH_MAX]);

bool rj_tree_has(const struct rj_tree *tree, const char *path);

/* At most size - 1 bytes from the file's start and a NUL; gives how many, or -1. */
long rj_tree_read(const struct rj_tree *tree, const char *path, char *to, size_t size);

/* The same without what stands behind the first line. */
bool rj_tree_word(const struct rj_tree *tree, const char *path, char *to, size_t size);

/* A number in the first line, of base 10 or 16; false without one. */
bool rj_tree_number(const struct rj_tree *tree, const char *path, int base, uint64_t *value);

/* What the path, a link, has as its target, whether that is there or not. */
bool rj_tree_target(const struct rj_tree *tree, const char *path, char to[PATH_MAX]);

/* The last part of what the path, a link, leads to. */
bool rj_tree_link(const struct rj_tree *tree, const char *path, char to[NAME_MAX + 1]);

/*
 * Calls line with each line, cut to RJ_TREE_LINE - 1 bytes and without its end, until it
 * gives false or RJ_TREE_MAX bytes have been read. A gzip file is unpacked on the way.
 * False if the file cannot be read.
 */
#define RJ_TREE_LINE 1024
#define RJ_TREE_MAX  (8u << 20)
bool rj_tree_lines(const struct rj_tree *tree, const char *path,
		   bool (*line)(void *context, char *text), void *context);

/*
 * Calls entry with the names in a directory in their order by strverscmp, but for "." and
 * "..", RJ_TREE_NAMES of them at most, until it gives false. False if it is none.
 */
#define RJ_TREE_NAMES 1024
bool rj_tree_names(const struct rj_tree *tree, const char *path,
		   bool (*entry)(void *context, const char *name), void *context);

#endif
