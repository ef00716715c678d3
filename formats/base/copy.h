/* SPDX-License-Identifier: MIT */
/*
 * Copies bytes into the image and computes their CRC-32 (zlib's) on the way.
 */
#ifndef RJ_COPY_H
#define RJ_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"

/* A file to write: regular, and open for reading and writing. */
struct rj_output {
	int fd;                 /* negative: nothing is written */
	bool synced;            /* it is synced at the end: the disk gets what is copied at once */
};

/*
 * Copies the part to the output at offset and computes the CRC-32 of the bytes that the output
 * has then. Each byte is read once. Large parts share their blocks with the input where
 * base/share.h says that they can.
 */
enum rj_err rj_copy(const struct rj_part *part, const struct rj_output *output, uint64_t offset,
		    uint32_t *crc, struct rj_error *err);

/* Sets the error for a write that failed, by errno. */
enum rj_err rj_cannot_write(struct rj_error *err);

/* Writes all size bytes to fd at offset. */
enum rj_err rj_write(int fd, const void *from, size_t size, uint64_t offset,
		     struct rj_error *err);

/* CRC-32 of size bytes of the input, from offset on. */
enum rj_err rj_crc_input(const struct rj_input *input, uint64_t offset,
			 uint64_t size, uint32_t *crc, struct rj_error *err);

#endif
