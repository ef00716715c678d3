/* SPDX-License-Identifier: MIT */
/* Memory maps, as INT 15h AX=E820h returns them (ACPI 6.3, 15.1). */
#ifndef RJ_MEMORY_MAP_H
#define RJ_MEMORY_MAP_H

#include <stddef.h>
#include <stdint.h>

#define RJ_MAX_MEMORY  128              /* ranges; Linux takes as many from a loader */

#define RJ_MEMORY_FREE     1            /* ACPI 6.3, table 15-374 */
#define RJ_MEMORY_RESERVED 2
#define RJ_MEMORY_ACPI     3            /* free when the tables have been read */
#define RJ_MEMORY_NVS      4
#define RJ_MEMORY_UNUSABLE 5
#define RJ_MEMORY_PERSISTENT 7
#define RJ_MEMORY_HELD     100          /* not in a map: free, whatever other rows say */

struct rj_memory {
	uint64_t base, size;
	uint32_t type;
} __attribute__((packed));
_Static_assert(offsetof(struct rj_memory, size) == 8, "size");
_Static_assert(offsetof(struct rj_memory, type) == 16, "type");
_Static_assert(sizeof(struct rj_memory) == 20, "memory");

#endif
