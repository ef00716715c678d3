/* SPDX-License-Identifier: MIT */
/* RBIL: INT 15h AH=87h, "copy extended memory", with its six descriptors. */
#include "int13/far.h"

#define LIMIT_64K  0xFFFFu
#define DATA       0x93u        /* present, ring 0, writable, accessed */
#define CHUNK      0x8000u      /* bytes per call */

struct descriptor {
	uint16_t limit, base;
	uint8_t base_16, access, flags, base_24;
};
_Static_assert(sizeof(struct descriptor) == 8, "descriptor");

/* Not on the stack; the monitor may run other handlers, but this code is not reentered. */
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
