/* SPDX-License-Identifier: MIT */
/* RBIL: INT 15h AH=87h, "copy extended memory", with its six descriptors. */
#include "int13/far.h"

#include <stddef.h>

#include "int13/int13.h"

/* As the assembly has it. */
_Static_assert(offsetof(struct rj_int13, base) == INT13_BASE, "base");
_Static_assert(offsetof(struct rj_int13, old_int15) == INT13_OLD_INT15, "INT 15h");
_Static_assert(offsetof(struct rj_int13, memory_count) == INT13_MEMORY_COUNT, "count");
_Static_assert(offsetof(struct rj_int13, kib_88) == INT13_KIB_88, "AH=88h");
_Static_assert(offsetof(struct rj_int13, kib_above_1m) == INT13_KIB_ABOVE_1M, "AX=E801h");
_Static_assert(offsetof(struct rj_int13, blocks_above_16m) == INT13_BLOCKS_ABOVE_16M, "E801h");
_Static_assert(offsetof(struct rj_int13, hard_disks) == INT13_HARD_DISKS, "hard disks");
_Static_assert(offsetof(struct rj_int13, floppies) == INT13_FLOPPIES, "floppies");
_Static_assert(offsetof(struct rj_int13, unit_count) == INT13_UNIT_COUNT, "units");
_Static_assert(offsetof(struct rj_int13, busy) == INT13_BUSY, "busy");
_Static_assert(offsetof(struct rj_int13, page_tables) == INT13_PAGE_TABLES, "paging");
_Static_assert(offsetof(struct rj_int13, map) == INT13_MAP, "map");
_Static_assert(offsetof(struct rj_int13, memory) == INT13_MEMORY, "memory");
_Static_assert(offsetof(struct rj_int13, units) == INT13_UNITS, "units");
_Static_assert(offsetof(struct rj_unit, disk.sectors) == UNIT_SECTORS, "sectors");
_Static_assert(offsetof(struct rj_unit, disk.flags) == UNIT_FLAGS, "flags");
_Static_assert(RJ_DISK_FLOPPY == DISK_FLOPPY, "floppy");
_Static_assert(offsetof(struct rj_unit, disk.transfer) == UNIT_TRANSFER, "driver");
_Static_assert(offsetof(struct rj_unit, disk.context) == UNIT_CONTEXT, "context");
_Static_assert(offsetof(struct rj_unit, sector_shift) == UNIT_SECTOR_SHIFT, "shift");
_Static_assert(offsetof(struct rj_unit, cylinders) == UNIT_CYLINDERS, "cylinders");
_Static_assert(offsetof(struct rj_unit, heads) == UNIT_HEADS, "heads");
_Static_assert(offsetof(struct rj_unit, sectors_per_track) == UNIT_SECTORS_PER_TRACK, "sectors");
_Static_assert(sizeof(struct rj_unit) == UNIT_SIZE, "unit");
_Static_assert(RJ_DISK_NOT_READY == STATUS_NOT_READY, "not ready");

#define LIMIT_64K  0xFFFFu
#define DATA       0x93u        /* present, ring 0, writable, accessed */
#define CHUNK      0x8000u      /* bytes of one call */

struct descriptor {
	uint16_t limit, base;
	uint8_t base_16, access, flags, base_24;
};
_Static_assert(sizeof(struct descriptor) == 8, "descriptor");

/* Not on the stack: the monitor may run other handlers, but no second call of ours. */
static struct descriptor table[6];

static void describe(struct descriptor *descriptor, uint32_t base)
{
	descriptor->limit = LIMIT_64K;
	descriptor->base = (uint16_t)base;
	descriptor->base_16 = (uint8_t)(base >> 16);
	descriptor->access = DATA;
	descriptor->base_24 = (uint8_t)(base >> 24);
}

bool copy_virtual(uint32_t to, uint32_t from, uint32_t bytes)
{
	while (bytes) {
		uint32_t chunk = bytes < CHUNK ? bytes : CHUNK, ax = 0x8700;

		describe(&table[2], from);
		describe(&table[3], to);
		__asm__ volatile("int $0x15"
				 : "+a"(ax)
				 : "c"(chunk / 2), "S"(table)
				 : "memory", "cc", "ebx", "edx");
		if (ax >> 8 & 0xFF)
			return false;
		from += chunk;
		to += chunk;
		bytes -= chunk;
	}
	return true;
}
