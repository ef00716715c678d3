/* SPDX-License-Identifier: MIT */
#ifndef RJ_FRAME_H
#define RJ_FRAME_H

#include <stdint.h>

/* The caller's registers, as the entries of interrupt handlers push them. */
struct frame {
	uint16_t gs, fs, es, ds;
	uint16_t di, edi_high;
	uint32_t esi, ebp, popad_skips;
	uint16_t bx, ebx_high;
	union {
		uint16_t dx;
		struct { uint8_t dl, dh; };
	};
	uint16_t edx_high;
	union {
		uint16_t cx;
		struct { uint8_t cl, ch; };
	};
	uint16_t ecx_high;
	union {
		uint16_t ax;
		struct { uint8_t al, ah; };
	};
	uint16_t eax_high;
};
_Static_assert(sizeof(struct frame) == 40, "frame");

#endif
