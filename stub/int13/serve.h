/* SPDX-License-Identifier: MIT */
/* The interface between the assembly and the C of INT 13h. */
#ifndef RJ_SERVE_H
#define RJ_SERVE_H

#include <stdbool.h>
#include <stdint.h>

/* The caller's registers, as int13_entry pushes them. */
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

/*
 * Serves one call; mapped: int13.map[f->dl]. Returns the value of CF; AH and the function's
 * other results are in f.
 */
bool serve(struct frame *f, uint32_t mapped);

#endif
