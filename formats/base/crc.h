/* SPDX-License-Identifier: MIT */
#ifndef RJ_CRC_H
#define RJ_CRC_H

#include <stddef.h>
#include <stdint.h>

/*
 * Continues crc, the CRC-32 of the preceding bytes (0 if none), over size bytes in memory: the
 * same as zlib's crc32_z(), but faster on x86 CPUs with PCLMULQDQ or VPCLMULQDQ.
 */
uint32_t rj_crc(uint32_t crc, const void *bytes, size_t size);

/*
 * The bytes that this CPU folds at once: 128 with VPCLMULQDQ, 64 with PCLMULQDQ, otherwise 0,
 * which leaves all to zlib.
 */
size_t rj_crc_block(void);

/* The same as rj_crc, with blocks of 128, 64 or 0 bytes, at most rj_crc_block(). */
uint32_t rj_crc_by(size_t block, uint32_t crc, const void *bytes, size_t size);

#endif
