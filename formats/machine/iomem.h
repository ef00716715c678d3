/* SPDX-License-Identifier: MIT */
/*
 * Rows of /proc/iomem.
 */
#ifndef RJ_IOMEM_H
#define RJ_IOMEM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * "  00001000-0009fbff : System RAM" is true, at any depth; end is behind the last byte.
 * False for other names, and for what is no row.
 */
bool rj_iomem_ram(const char *line, uint64_t *from, uint64_t *end);

#endif
