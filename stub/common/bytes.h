/* SPDX-License-Identifier: MIT */
/* The bytes of a disk image: in a file on the host, in memory in the stub. */
#ifndef RJ_BYTES_H
#define RJ_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rj_bytes {
	/* Copies at most size bytes from offset; returns how many, 0 at or after the end. */
	size_t (*peek)(const void *from, void *to, size_t size, uint64_t offset);
	const void *from;               /* passed to peek */
	uint64_t size;
};

/* Copies size bytes from offset; false if there are fewer. */
static inline bool rj_bytes_read(const struct rj_bytes *bytes, void *to, size_t size,
				 uint64_t offset)
{
	return bytes->peek(bytes->from, to, size, offset) == size;
}

#endif
