/* SPDX-License-Identifier: MIT */
/*
 * Facts about the running Linux: what --from-running would pack.
 */
#include "machine/target.h"

void rj_target_linux(struct rj_target *target)
{
	struct rj_target_linux *running = &target->running;

	running->complete = !rj_running_find(&running->found, &target->tree, true, &running->error);
	running->size = running->found.kernel.size;
	for (size_t i = 0; i < running->found.initrd_count; i++)
		running->size += running->found.initrds[i].size;
}
