/* SPDX-License-Identifier: MIT */
/*
 * Files through zlib, a buffer at a time: gzip (RFC 1952) and raw deflate (RFC 1951).
 */
#ifndef RJ_COMPRESS_H
#define RJ_COMPRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"

#define RJ_LEVEL_DEFAULT 6              /* zlib's own */
#define RJ_LEVEL_MAX     9

bool rj_is_gzip(const struct rj_input *input);

/*
 * All members of a gzip file to fd, of at most limit bytes; gives in *size how many.
 * RJ_ERR_GZIP_CUT, _GZIP_DAMAGED, _GZIP_LARGE, _GZIP_BEHIND, _READ, _WRITE, _MEMORY.
 */
enum rj_err rj_gunzip(const struct rj_input *input, int fd, uint64_t limit,
		      uint64_t *size, struct rj_error *err);

/*
 * The input deflated to fd; *size is the bytes written, or limit when it would
 * be as many or more.
 */
enum rj_err rj_deflate(const struct rj_input *input, int level, int fd, uint64_t limit,
		       uint64_t *size, struct rj_error *err);

/*
 * Exactly size bytes out of the deflated ones at offset, to fd or, if that is
 * negative, to nowhere; gives their CRC-32. RJ_ERR_INFLATE if they are others
 * in number, or damaged.
 */
enum rj_err rj_inflate(const struct rj_input *input, uint64_t offset, uint64_t packed_size,
		       int fd, uint64_t size, uint32_t *crc, struct rj_error *err);

#endif
