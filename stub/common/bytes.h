/* SPDX-License-Identifier: MIT */
/* The bytes of a file, wherever they are: on the host a file's, in the stub memory. */
#ifndef RJ_BYTES_H
#define RJ_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rj_bytes {
	/* At most size bytes from offset on; returns how many, 0 from the end on. */
	size_t (*peek)(const void *from, void *to, size_t size, uint64_t offset);
	const void *from;               /* for peek alone */
	uint64_t size;
};

/* All size bytes from offset on, or false. */
static inline bool rj_bytes_read(const struct rj_bytes *bytes, void *to, size_t size,
				 uint64_t offset)
{
	return bytes->peek(bytes->from, to, size, offset) == size;
}

#endif
