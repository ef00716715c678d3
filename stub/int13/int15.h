/* SPDX-License-Identifier: MIT */
/* What the module "memory" works with: the tables of INT 15h, which its set-up fills in. */
#ifndef RJ_INT15_H
#define RJ_INT15_H

#include <stdint.h>

struct rj_int15 {
	uint16_t count;         /* struct rj_memory from table on; 0: all is left to the firmware */
	uint16_t table;         /* offset */
	uint16_t kib_88;        /* AH=88h */
	uint16_t kib_above_1m, blocks_above_16m; /* AX=E801h */
};

#endif
