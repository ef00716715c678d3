/* SPDX-License-Identifier: MIT */
#ifndef RJ_RUNTIME_GZIP_H
#define RJ_RUNTIME_GZIP_H

#include <stdbool.h>
#include <stdint.h>

/* A gzip file of one member. */
struct gzip {
	uint32_t start, packed_size;    /* of the deflated bytes */
	uint32_t crc, size;             /* of what is in them */
};

/* Reads header and trailer, RFC 1952, 2.3; false: it is none. */
bool gzip_read(struct gzip *gzip, const uint8_t *file, uint32_t size);

#endif
