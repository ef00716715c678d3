/* SPDX-License-Identifier: MIT */
#ifndef RJ_BOOT_CPU_H
#define RJ_BOOT_CPU_H

#include "abi/install.h"

/*
 * After a panic the stub may run on any CPU, but a BIOS works only on the boot CPU. Does nothing
 * on that. With a BIOS, returns on the boot CPU, and this one halts. Without, stops all other
 * CPUs and returns on this one: the MADT then names it first, and no longer names the boot CPU,
 * which an INIT would send into the firmware; *repaired gets the repair that is done with that.
 * Fails, and does not return, if the firmware does not send the boot CPU back within a second.
 */
void boot_cpu_take(const struct rj_stub *stub, uint32_t *repaired);

#endif
