/* SPDX-License-Identifier: MIT */
/*
 * Bytes on their way into the image, with their CRC-32 (zlib's) taken in passing.
 */
#ifndef RJ_COPY_H
#define RJ_COPY_H

#include <stdint.h>

#include "base/error.h"
#include "base/input.h"

/* Bytes of a file. */
struct rj_part {
	const struct rj_input *input;
	uint64_t offset, size;
};

/*
 * Copies the part to fd at offset; fd < 0: only takes its CRC-32. Several threads copy a
 * large one.
 */
enum rj_err rj_copy(const struct rj_part *part, int fd, uint64_t offset, uint32_t *crc,
		    struct rj_error *err);

/* All of size bytes to fd at offset. RJ_ERR_WRITE. */
enum rj_err rj_write(int fd, const void *from, size_t size, uint64_t offset,
		     struct rj_error *err);

/* CRC-32 of size bytes in memory, after those that crc is of (0: none). */
uint32_t rj_crc(uint32_t crc, const void *bytes, size_t size);

/* CRC-32 of size bytes of the input from offset on. */
enum rj_err rj_crc_input(const struct rj_input *input, uint64_t offset,
			 uint64_t size, uint32_t *crc, struct rj_error *err);

#endif
