/* SPDX-License-Identifier: MIT */
#include "image/container.h"

#include <stdio.h>
#include <string.h>

#include "base/words.h"

const struct container *const containers[] = {
#define LIST(name) &container_##name,
	CONTAINERS(LIST)
#undef LIST
};
const size_t container_count = sizeof(containers) / sizeof(containers[0]);

enum rj_err container_find(const char *name, const struct container **container,
			   struct rj_error *err)
{
	struct rj_list names = { "" };

	for (size_t i = 0; i < container_count; i++) {
		*container = containers[i];
		if (strcmp(name, containers[i]->name) == 0)
			return RJ_OK;
		rj_list_add(&names, "%s", containers[i]->name);
	}
	return rj_fail(err, RJ_USAGE, "there is no format \"%s\"; the formats are %s", name,
		       names.text);
}

void container_words(char *text, size_t size)
{
	for (size_t i = 0, used = 0; i < container_count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " " : "",
					 containers[i]->name);
}

const struct container *container_of_file(const char *path)
{
	const char *dot = path ? strrchr(path, '.') : NULL;

	for (size_t i = 0; dot && i < container_count; i++)
		if (rj_has_word(containers[i]->suffixes, dot + 1))
			return containers[i];
	return containers[0];
}
