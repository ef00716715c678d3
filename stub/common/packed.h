/* SPDX-License-Identifier: MIT */
/*
 * The packed format of the stub and its services: pack.c writes it, unpack.asm and unpack.c
 * read it. awk converts this file for NASM.
 *
 *   dword, little-endian: the unpacked size in bytes, at least 1; then a stream of bits
 *
 * A binary range coder (G. N. N. Martin, "Range encoding", 1979) codes each bit by the
 * probability that it is 0, in 4096ths. Each context has its own probability, which starts at
 * one half and with each bit moves by a 32nd of the distance towards that bit.
 *
 *   byte     8 bits, the highest first; context: PACKED_BYTE + the binary number that has a 1
 *            before the bits so far
 *   number   in binary without the leading 1: before each digit bit 1, at the end bit 0. Two
 *            contexts for each digit, starting at PACKED_DISTANCE or PACKED_LENGTH
 *   item     0, byte                        that byte
 *            1, again, distance, length     length + 1 bytes from distance bytes before
 *
 * An item's first bit has the context PACKED_MATCH, or after a match the next
 * context. "again" is a bit in PACKED_AGAIN: if it is 1, the distance is
 * omitted and is that of the last match. After a match, "again" itself is
 * omitted and is 0. The first item is a byte without its first bit.
 *
 * Before the stub's home is packed, its calls and jumps are changed: they compress better by their
 * targets than by distances. From the first byte to the last, E8h or E9h is followed by a dword;
 * if that plus its address is in the 64 KiB of the home, the sum is stored, and the search goes on
 * after it.
 *
 * The coder has 32 bits, stored with the highest byte first. When the range is
 * below 2^24, range and code move up by one byte before the next bit.
 */
#ifndef RJ_PACKED_H
#define RJ_PACKED_H

#define PACKED_BYTE     0
#define PACKED_MATCH    256
#define PACKED_AGAIN    258
#define PACKED_DISTANCE 260
#define PACKED_LENGTH   294
#define PACKED_CONTEXTS 328             /* even */
#define PACKED_DIGITS   16              /* at most, after a number's leading 1 */
#define PACKED_ONE      4096            /* probability 1 */
#define PACKED_ONE_BITS 12
#define PACKED_SHIFT    5               /* a 32nd */
#define PACKED_CALL     5               /* bytes of a call or jump, */
#define PACKED_CALL_CODE 0xE8           /* whose first byte is this, or one more */

#endif
