/* SPDX-License-Identifier: MIT */
#include "container.h"

#include <stdio.h>
#include <string.h>

const struct container *const containers[] = {
#define LIST(name) &container_##name,
	CONTAINERS(LIST)
#undef LIST
};
const size_t container_count = sizeof(containers) / sizeof(containers[0]);

enum rj_err container_find(const char *name, const struct container **container,
			   struct rj_error *err)
{
	size_t used = 0;

	rj_fail(err, RJ_ERR_FORMAT, .name = name);
	for (size_t i = 0; i < container_count; i++) {
		*container = containers[i];
		if (strcmp(name, containers[i]->name) == 0)
			return RJ_OK;
		used += (size_t)snprintf(err->text + used, sizeof(err->text) - used, "%s%s",
					 i ? ", " : "", containers[i]->name);
	}
	return err->code;
}

static bool has_word(const char *words, const char *word, size_t length)
{
	for (const char *at = words; at && *at; at += strspn(at, " ")) {
		size_t here = strcspn(at, " ");

		if (here == length && memcmp(at, word, length) == 0)
			return true;
		at += here;
	}
	return false;
}

const struct container *container_of_file(const char *path)
{
	const char *dot = path ? strrchr(path, '.') : NULL;

	for (size_t i = 0; dot && i < container_count; i++)
		if (has_word(containers[i]->suffixes, dot + 1, strlen(dot + 1)))
			return containers[i];
	return containers[0];
}
