/* SPDX-License-Identifier: MIT */
#ifndef RJ_CRC32_H
#define RJ_CRC32_H

#include <stddef.h>
#include <stdint.h>

/*
 * CRC-32 of IEEE 802.3 (ISO-HDLC: polynomial 04C11DB7h reflected, initial and
 * final value FFFFFFFFh), the same as zlib's crc32(). Start with crc = 0, then
 * pass the result of the previous call.
 */
uint32_t rj_crc32(uint32_t crc, const void *bytes, size_t n);

#endif
