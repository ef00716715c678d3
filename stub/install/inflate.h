/* SPDX-License-Identifier: MIT */
/* Unpacks a raw deflate stream (RFC 1951), from memory to memory. */
#ifndef RJ_INFLATE_H
#define RJ_INFLATE_H

#include <stddef.h>
#include <stdint.h>

#define RJ_INFLATE_WORK 0x2000u /* bytes of scratch memory, aligned to 4 */

/* Errors; the output may be partly written. */
enum rj_inflate_error {
	RJ_INFLATE_DAMAGED = -1,        /* not a deflate stream */
	RJ_INFLATE_TOO_SHORT = -2,      /* the input ends early, or the output is too short */
	RJ_INFLATE_TOO_LONG = -3,       /* the output is longer than to_size bytes */
};

/* The interface of the module "inflate". */
struct rj_inflate {
	/*
	 * Returns 0 if the stream has exactly to_size bytes, otherwise an enum
	 * rj_inflate_error. Ignores what follows the stream. Whatever the input,
	 * accesses only to, from and work (RJ_INFLATE_WORK bytes).
	 */
	int32_t (*inflate)(uint8_t *to, uint32_t to_size, const uint8_t *from,
			   uint32_t from_size, void *work);
	/*
	 * The CRC-32 of a large output, with few instructions where the CPU has SSE. crc32: as in
	 * common/crc32.h, for other CPUs and for the end. work: aligned to 16; filled with 0.
	 */
	uint32_t (*sum)(const uint8_t *bytes, uint32_t size,
			uint32_t (*crc32)(uint32_t crc, const void *bytes, size_t n), void *work);
};

int32_t rj_inflate(uint8_t *to, uint32_t to_size, const uint8_t *from, uint32_t from_size,
		   void *work);

/*
 * Unpacks a stream of unknown length: returns 0 if it has at most *to_size bytes. Sets the two
 * sizes to the bytes written and the bytes read.
 */
int32_t rj_inflate_stream(uint8_t *to, uint32_t *to_size, const uint8_t *from,
			  uint32_t *from_size, void *work);

#endif
