/* SPDX-License-Identifier: MIT */
#ifndef RJ_CRC32_VECTORS_H
#define RJ_CRC32_VECTORS_H

#include <stdint.h>

#define CRC32_ROUND 3264u               /* bytes that are taken in at a time */
#define CRC32_RING  (2 * CRC32_ROUND)

/*
 * Returns the CRC-32 (common/crc32.h) of rounds * CRC32_ROUND bytes; rounds: at least 1. Half an
 * instruction for each byte, and 120,000 in all. The CPU must have SSE. ring: CRC32_RING bytes of
 * scratch memory, aligned to 16.
 */
uint32_t crc32_vectors(const void *bytes, uint32_t rounds, void *ring);

#endif
