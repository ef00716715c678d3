/* SPDX-License-Identifier: MIT */
#ifndef RJ_CRC_H
#define RJ_CRC_H

#include <stddef.h>
#include <stdint.h>

/*
 * Continues crc, the CRC-32 of the preceding bytes (0 if none), over size bytes in memory: the
 * same as zlib's crc32_z(), but faster on x86 CPUs with PCLMULQDQ.
 */
uint32_t rj_crc(uint32_t crc, const void *bytes, size_t size);

#endif
