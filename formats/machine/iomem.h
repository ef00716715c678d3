/* SPDX-License-Identifier: MIT */
/*
 * Lines of /proc/iomem.
 */
#ifndef RJ_IOMEM_H
#define RJ_IOMEM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether the line is a "System RAM" range, such as "  00001000-0009fbff : System RAM", at any
 * depth. *end is the address after the last byte.
 */
bool rj_iomem_ram(const char *line, uint64_t *from, uint64_t *end);

#endif
