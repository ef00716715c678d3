/* SPDX-License-Identifier: MIT */
/*
 * Copies bytes into the image and computes their CRC-32 (zlib's) on the way.
 */
#ifndef RJ_COPY_H
#define RJ_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"

/* A range of bytes in a file. */
struct rj_part {
	const struct rj_input *input;
	uint64_t offset, size;
};

/*
 * Copies the part to fd at offset and computes its CRC-32; with fd < 0 only the CRC-32. A
 * large part is copied by several threads.
 */
enum rj_err rj_copy(const struct rj_part *part, int fd, uint64_t offset, uint32_t *crc,
		    struct rj_error *err);

/*
 * Whether rj_copy has the system write to the disk at once what it has copied, for a file that
 * is to be synced at the end. At first it has not.
 */
void rj_copy_writes_back(bool on);

/* Sets the error for a write that failed, by errno. */
enum rj_err rj_cannot_write(struct rj_error *err);

/* Writes all size bytes to fd at offset. */
enum rj_err rj_write(int fd, const void *from, size_t size, uint64_t offset,
		     struct rj_error *err);

/* CRC-32 of size bytes of the input, from offset on. */
enum rj_err rj_crc_input(const struct rj_input *input, uint64_t offset,
			 uint64_t size, uint32_t *crc, struct rj_error *err);

#endif
