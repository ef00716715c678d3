/* SPDX-License-Identifier: MIT */
/*
 * JSON output as a flat list of paths and values, so that two outputs can be
 * compared. The name of a list's element is its first member, or the element
 * itself, not its index: pieces[.mbr].address, repairs[a20].
 */
#ifndef RJ_FACTS_H
#define RJ_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"

#define FACT_PATH_MAX  128
#define FACT_DEPTH_MAX 8

/* JSON_OPEN: the path is an object, or an element of a list. */
struct fact {
	char path[FACT_PATH_MAX];
	struct json_value value;        /* the text is a copy */
};

struct facts {
	struct fact *all;
	size_t count, room;
	bool no_memory;
	char path[FACT_PATH_MAX];       /* of the open group */
	struct {
		size_t length;          /* of the level's path */
		bool list;
		bool nameless;          /* an element before its first member */
	} levels[FACT_DEPTH_MAX];
	size_t depth;
};

/* For struct json's take; the context is a struct facts. */
void facts_take(void *context, const char *key, const struct json_value *value);

const struct fact *facts_find(const struct facts *facts, const char *path);
void facts_free(struct facts *facts);

#endif
