/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <string.h>

void rj_machine_read(struct rj_machine *machine, const char *root, const char *path)
{
	memset(machine, 0, sizeof(*machine));
	machine->root.path = root;
	rj_machine_firmware(machine);
	rj_machine_kernel(machine, path);
	rj_machine_linux(machine);
	rj_machine_memory(machine);
	rj_machine_disks(machine);
	rj_machine_platform(machine);
	rj_machine_usb(machine);
	rj_machine_uefi(machine);
}
