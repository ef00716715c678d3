/* SPDX-License-Identifier: MIT */
/*
 * The format in which the stub and its services are packed: pack.c writes it, unpack.asm and
 * unpack.c read it. NASM gets this file through awk.
 *
 *   dword, little-endian: how many bytes it unpacks to, at least 1; then a stream of bits
 *
 * Each bit is coded by the probability that it is 0, in 4096ths, which is kept for each context
 * that a bit can stand in. A context starts at one half, and each bit moves it by a 32nd of the
 * way (a binary range coder: G. N. N. Martin, "Range encoding", 1979).
 *
 *   byte     8 bits, the highest first; context: PACKED_BYTE + 1, and a digit for each bit so far
 *   number   a binary 1; then for each further digit bit 1 and the digit; then bit 0. Two contexts
 *            for each digit, from PACKED_DISTANCE or PACKED_LENGTH on
 *   item     0, byte                        that byte
 *            1, again, distance, length     length + 1 bytes from so many bytes before
 *
 * An item's first bit has the context PACKED_MATCH, or after a match the next one. "again" is a
 * bit in PACKED_AGAIN: if it is 1, the distance is that of the last match and is left out; after
 * a match it is left out itself, and 0. The first item is a byte and has no bit in front.
 *
 * The coder has 32 bits, of which the stream has the highest byte first; when the range is
 * below 2^24, it moves up by a byte before the next bit.
 */
#ifndef RJ_PACKED_H
#define RJ_PACKED_H

#define PACKED_BYTE     0
#define PACKED_MATCH    256
#define PACKED_AGAIN    258
#define PACKED_DISTANCE 260
#define PACKED_LENGTH   294
#define PACKED_CONTEXTS 328             /* even */
#define PACKED_DIGITS   16              /* of a number at most, besides the first */
#define PACKED_ONE      4096            /* a certain 0 */
#define PACKED_ONE_BITS 12
#define PACKED_SHIFT    5               /* 32nds */

#endif
