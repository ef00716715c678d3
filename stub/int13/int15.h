/* SPDX-License-Identifier: MIT */
/* Data of the module "memory", INT 15h; its set-up fills it in. */
#ifndef RJ_INT15_H
#define RJ_INT15_H

#include <stdint.h>

struct rj_int15 {
	uint16_t count;         /* rows of the table; 0: leave all to the firmware */
	uint16_t table;         /* offset of an array of struct rj_memory */
	uint16_t kib_88;        /* result of AH=88h */
	uint16_t kib_above_1m, blocks_above_16m; /* results of AX=E801h */
};

#endif
