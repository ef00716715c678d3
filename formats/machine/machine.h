/* SPDX-License-Identifier: MIT */
/*
 * The memory of the running machine below 1 MiB, as Linux shows it to root.
 */
#ifndef RJ_MACHINE_H
#define RJ_MACHINE_H

#include <limits.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"

struct rj_machine {
	struct rj_input memory;         /* /dev/mem; its size only if it is a file */
	char memory_path[PATH_MAX], iomem_path[PATH_MAX];
};

/*
 * Opens /dev/mem of the file system tree in the directory root, "" for the running
 * machine's. RJ_ERR_UEFI_MACHINE, _MEM_ROOT, _MEM_LOCKED, _MEM_NONE or _OPEN. The
 * errors name paths in *machine.
 */
enum rj_err rj_machine_open(struct rj_machine *machine, const char *root,
			    struct rj_error *err);
void rj_machine_close(struct rj_machine *machine);

/*
 * Size bytes of memory, none of which may be "System RAM" in /proc/iomem: that is the
 * operating system's, and a kernel with CONFIG_STRICT_DEVMEM shows zeros in its place.
 * RJ_ERR_IOMEM, _SYSTEM_RAM, _MEM_SHORT, _MEM_READ, or _OPEN for /proc/iomem.
 */
enum rj_err rj_machine_read(const struct rj_machine *machine, void *to, uint32_t address,
			    uint32_t size, struct rj_error *err);

/* What a failure to open /dev/mem means. */
enum rj_err rj_machine_refusal(int os_error);

#endif
