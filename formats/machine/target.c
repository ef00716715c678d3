/* SPDX-License-Identifier: MIT */
#include "machine/target.h"

#include <stdio.h>
#include <string.h>

bool rj_target_place(const struct rj_target_place *place, const char *name, char to[PATH_MAX])
{
	const char *after = place->after ? place->after : "";

	return snprintf(to, PATH_MAX, "%s%s%s", place->before, place->after ? name : "",
			after) < PATH_MAX;
}

void rj_target_read(struct rj_target *target, const char *root, const char *path)
{
	memset(target, 0, sizeof(*target));
	target->tree.root = root;
	rj_target_firmware(target);
	rj_target_kernel(target, path);
	rj_target_linux(target);
	rj_target_memory(target);
	rj_target_disks(target);
	rj_target_platform(target);
	rj_target_usb(target);
}
