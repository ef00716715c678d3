/* SPDX-License-Identifier: MIT */
/*
 * What would be written as JSON, as a flat list of paths and values, so that two
 * can be compared. An element of a list is known by its first member, or by
 * itself, and not by its place: pieces[.mbr].address, repairs[a20].
 */
#ifndef RJ_FACTS_H
#define RJ_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"

#define FACT_PATH_MAX  128
#define FACT_DEPTH_MAX 8

/* JSON_OPEN: an object, or an element, that there is. */
struct fact {
	char path[FACT_PATH_MAX];
	struct json_value value;        /* its text is a copy */
};

struct facts {
	struct fact *all;
	size_t count, room;
	bool no_memory;
	char path[FACT_PATH_MAX];       /* of the group that is open */
	struct {
		size_t length;          /* of its path */
		bool list;
		bool nameless;          /* an element whose first member is still to come */
	} levels[FACT_DEPTH_MAX];
	size_t depth;
};

/* What takes the values of a struct json whose context is a struct facts. */
void facts_take(void *context, const char *key, const struct json_value *value);

const struct fact *facts_find(const struct facts *facts, const char *path);
void facts_free(struct facts *facts);

#endif
