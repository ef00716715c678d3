/* SPDX-License-Identifier: MIT */
/* Unpacks a raw deflate stream (RFC 1951), from memory to memory. */
#ifndef RJ_INFLATE_H
#define RJ_INFLATE_H

#include <stdint.h>

#define RJ_INFLATE_WORK 0x2000u /* bytes of scratch memory, aligned to 4 */

/* Why not; more than nothing may have been written by then. */
enum rj_inflate_error {
	RJ_INFLATE_DAMAGED = -1,        /* this is no deflate stream */
	RJ_INFLATE_TOO_SHORT = -2,      /* the input ends early, or gives less */
	RJ_INFLATE_TOO_LONG = -3,       /* it gives more than to_size bytes */
};

/* The interface of the module "inflate". */
struct rj_inflate {
	/*
	 * 0: to_size bytes have been written, and the stream ended there; what
	 * follows it is not looked at. Otherwise an enum rj_inflate_error. No
	 * input makes it read or write anything but these three.
	 */
	int32_t (*inflate)(uint8_t *to, uint32_t to_size, const uint8_t *from,
			   uint32_t from_size, void *work);
};

int32_t rj_inflate(uint8_t *to, uint32_t to_size, const uint8_t *from, uint32_t from_size,
		   void *work);

/*
 * The same of a stream whose length is not known: 0 if it ends within *to_size bytes. The
 * two sizes become what was written and what of the input was taken.
 */
int32_t rj_inflate_stream(uint8_t *to, uint32_t *to_size, const uint8_t *from,
			  uint32_t *from_size, void *work);

#endif
