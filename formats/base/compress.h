/* SPDX-License-Identifier: MIT */
/*
 * gzip (RFC 1952) and raw deflate (RFC 1951) with zlib, one buffer at a time.
 */
#ifndef RJ_COMPRESS_H
#define RJ_COMPRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"

#define RJ_LEVEL_DEFAULT 6              /* zlib's default */
#define RJ_LEVEL_MAX     9

bool rj_is_gzip(const struct rj_input *input);

/*
 * Unpacks all members of a gzip file to fd. *size is the number of bytes written; more than
 * limit is an error, and so is anything but zeros after them.
 */
enum rj_err rj_gunzip(const struct rj_input *input, int fd, uint64_t limit,
		      uint64_t *size, struct rj_error *err);

/*
 * Compresses the input to fd. *size is the number of bytes written, or limit if the output
 * would have limit bytes or more; otherwise, *crc is the input's CRC-32.
 */
enum rj_err rj_deflate(const struct rj_input *input, int level, int fd, uint64_t limit,
		       uint64_t *size, uint32_t *crc, struct rj_error *err);

/*
 * Decompresses packed_size bytes at offset to fd, or discards the output if fd is negative;
 * *crc is the output's CRC-32. Fails if the data are damaged or the output is not exactly
 * size bytes.
 */
enum rj_err rj_inflate(const struct rj_input *input, uint64_t offset, uint64_t packed_size,
		       int fd, uint64_t size, uint32_t *crc, struct rj_error *err);

#endif
