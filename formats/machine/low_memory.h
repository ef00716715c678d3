/* SPDX-License-Identifier: MIT */
/*
 * The running machine's memory below 1 MiB, as Linux shows it to root.
 */
#ifndef RJ_LOW_MEMORY_H
#define RJ_LOW_MEMORY_H

#include <limits.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"

struct rj_low_memory {
	struct rj_input memory;         /* /dev/mem; has a size only if it is a regular file */
	char memory_path[PATH_MAX], iomem_path[PATH_MAX];
};

/*
 * Opens /dev/mem in the file system tree in the directory root, "" for the running machine.
 * Fails on a machine booted by UEFI. The errors refer to paths in *low.
 */
enum rj_err rj_low_memory_open(struct rj_low_memory *low, const char *root,
			    struct rj_error *err);
void rj_low_memory_close(struct rj_low_memory *low);

/*
 * Reads size bytes of memory, none of which may be "System RAM" in /proc/iomem: that is the
 * operating system's, and a kernel with CONFIG_STRICT_DEVMEM shows zeros instead.
 */
enum rj_err rj_low_memory_read(const struct rj_low_memory *low, void *to, uint32_t address,
			    uint32_t size, struct rj_error *err);

/* Why /dev/mem cannot be opened, from errno, or NULL if that says it all. */
const char *rj_low_memory_refusal(int os_error);

#endif
