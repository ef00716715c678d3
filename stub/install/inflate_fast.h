/* SPDX-License-Identifier: MIT */
/* inflate's inner loop, in assembly. */
#ifndef RJ_INFLATE_FAST_H
#define RJ_INFLATE_FAST_H

#include <stdint.h>

/*
 * The index bits of the first tables, and the maximum number of entries
 * that a code then needs, as computed by zlib's examples/enough.c.
 */
#define LITERAL_BITS 10
#define LITERAL_ENTRIES 1334u           /* enough 288 10 15 */
#define DISTANCE_BITS 8
#define DISTANCE_ENTRIES 402u           /* enough 32 8 15 */

/*
 * An entry of the tables is
 *
 *   bits 4:0   how many bits to take from the input
 *   bits 7:5   0: a literal or the symbol of a code length, in bits 15:8.
 *              LENGTH, DISTANCE, or RARE: LINK, END, BAD, or a distance below 4. These have
 *   bits 15:8  the number of extra bits; or LINK and the number of index bits of
 *              the next table; or END; or BAD
 *   bits 31:16 the base of a length or distance, less 1, or the offset of that table
 *
 * inflate_fast.asm subtracts bits 7:0 from the number of bits it has, modulo 256, and branches
 * by the CPU's flags. LENGTH and DISTANCE together are 256.
 */
#define INFLATE_TAKE     0x1F
#define INFLATE_OTHER    0x80           /* set in LENGTH and in RARE */
#define INFLATE_LENGTH   0xA0
#define INFLATE_DISTANCE 0x60
#define INFLATE_RARE     0xE0
#define INFLATE_LINK     0x8000
#define INFLATE_END      0x4000
#define INFLATE_BAD      0x2000

/* Addresses are physical. */
struct inflate_fast {
	uint32_t hold;          /* bits of the input, the next one lowest, */
	uint32_t count;         /* and how many; above are some of the bits that follow */
	uint32_t next;          /* of the input: the byte whose lowest bit belongs at count */
	uint32_t limit;         /* returns if next has reached this */
	uint32_t start, to;     /* of the output: the start and the end */
	uint32_t to_limit;      /* returns soon after to has reached this */
	uint32_t stop, entry;   /* scratch */
	uint32_t distances[DISTANCE_ENTRIES];
	uint32_t literals[LITERAL_ENTRIES];
};

/* The bytes beyond limit that may be read. */
#define INFLATE_INPUT_MARGIN 16u
/*
 * Two bits of the input can be a match of 258 bytes. So a byte of the input gives at most 1032
 * bytes, for which the loop assumes 1 << RATIO_SHIFT; and beyond to_limit may go what one more
 * byte and the 31 bits in hold give; literals of another 32 bits; a match; and the 16 bytes
 * that are written for a shorter one.
 */
#define INFLATE_RATIO_SHIFT 11
#define INFLATE_OUTPUT_MARGIN ((8u + 31) * 258 / 2 + 32 + 258 + 16)
/* Where the output must start or above, since the longest distance is so much. */
#define INFLATE_LOWEST 0x8000u

/*
 * Decodes symbols until next reaches limit, to gets close to to_limit, or a symbol is not for
 * this loop. On entry, count is at least 24 and at most 31, and stop is 0; start is at least
 * INFLATE_LOWEST. Returns 0 between symbols; otherwise an entry that has been taken from the
 * input: END, BAD, or the length of a match, without extra bits, before its distance.
 */
uint32_t inflate_fast(struct inflate_fast *state);

#endif
