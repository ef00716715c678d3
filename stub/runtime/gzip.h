/* SPDX-License-Identifier: MIT */
/* Gzip files in memory: RFC 1952. */
#ifndef RJ_RUNTIME_GZIP_H
#define RJ_RUNTIME_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GZIP_HEADER  10u                /* 2.3, without optional fields */
#define GZIP_TRAILER 8u                 /* CRC-32, and the size modulo 2^32 */
#define GZIP_DEFLATE 8

/* Whether a file begins as a gzip file. */
static inline bool gzip_is(const uint8_t *file, uint32_t size)
{
	return size > GZIP_HEADER + GZIP_TRAILER && file[0] == 0x1F && file[1] == 0x8B
		&& file[2] == GZIP_DEFLATE;
}

/*
 * Unpacks all members of a gzip file; zeros may follow the last. *to_size: the room at to in
 * bytes, which becomes the unpacked size. work: RJ_INFLATE_WORK bytes. Returns 0, or an enum
 * rj_inflate_error.
 */
int32_t gzip_unpack(uint8_t *to, uint32_t *to_size, const uint8_t *file, uint32_t size,
		    uint32_t (*crc32)(uint32_t crc, const void *bytes, size_t size), void *work);

#endif
