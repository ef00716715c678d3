/* SPDX-License-Identifier: MIT */
/*
 * Lines of /proc/iomem.
 */
#ifndef RJ_IOMEM_H
#define RJ_IOMEM_H

#include <stdbool.h>
#include <stdint.h>

#define RJ_IOMEM_RAM   "System RAM"
#define RJ_IOMEM_CRASH "Crash kernel"   /* what crashkernel= has set aside */

/*
 * Whether the line is a range of this name, such as "  00001000-0009fbff : System RAM", at any
 * depth. *end is the address after the last byte; both are set for a range of any name.
 */
bool rj_iomem_is(const char *line, const char *name, uint64_t *from, uint64_t *end);

#endif
