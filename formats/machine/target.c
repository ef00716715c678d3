/* SPDX-License-Identifier: MIT */
#include "machine/target.h"

#include <string.h>

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
