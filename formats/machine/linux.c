/* SPDX-License-Identifier: MIT */
/*
 * Facts about the running Linux: what --from-running would pack.
 */
#include "machine/machine.h"

void rj_machine_linux(struct rj_machine *machine)
{
	struct rj_machine_linux *running = &machine->running;

	running->complete = !rj_running_find(&running->found, &machine->root, true, &running->error);
	running->size = running->found.kernel.size;
	for (size_t i = 0; i < running->found.initrd_count; i++)
		running->size += running->found.initrds[i].size;
}
