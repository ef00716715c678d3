/* SPDX-License-Identifier: MIT */
#include "container.h"

#include <stdio.h>
#include <string.h>

#define DECLARE(name) extern const struct container container_##name;
CONTAINERS(DECLARE)
#undef DECLARE

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
