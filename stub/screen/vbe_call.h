/* SPDX-License-Identifier: MIT */
#ifndef RJ_VBE_CALL_H
#define RJ_VBE_CALL_H

#include <stdint.h>

#define VBE2_REQUEST    0x32454256u     /* "VBE2": the caller's block has 512 bytes */
#define RJ_VBE_MODES    5u
#define RJ_VBE_BLOCK    512u            /* bytes at most that a function returns */

/* A call of INT 10h AH=4Fh. */
struct rj_vbe {
	uint16_t ax, bx, cx, dx, di, es;        /* as the caller passed them, and gets them back */
	uint8_t has_vbe2;               /* set by the caller: its block begins with "VBE2" */
	uint8_t leaves;                 /* set by the caller: not a call; text mode begins */
	uint8_t sets_text;              /* the caller has to set text mode */
	uint8_t clears;                 /* used by the module */
	uint16_t bytes;                 /* of the block, to be copied to ES:DI */
	uint8_t block[RJ_VBE_BLOCK];
};

#endif
