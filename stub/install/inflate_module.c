/* SPDX-License-Identifier: MIT */
/* Not in inflate.c, which the host tests also compile. */
#include "install/inflate.h"

#include <stdbool.h>

#include "common/mem.h"
#include "drivers/driver.h"
#include "hardware/io.h"
#include "install/crc32_vectors.h"

_Static_assert(CRC32_RING <= RJ_INFLATE_WORK, "the ring");

static uint32_t sum(const uint8_t *bytes, uint32_t size,
		    uint32_t (*crc32)(uint32_t crc, const void *bytes, size_t n), void *work)
{
	bool has_sse = cpuid(CPUID_FEATURES).edx & CPUID_EDX_SSE;
	uint32_t rounds = has_sse ? size / CRC32_ROUND : 0;
	uint32_t crc = rounds ? crc32_vectors(bytes, rounds, work) : 0;

	memset(work, 0, RJ_INFLATE_WORK);       /* the payload sees nothing of how it came there */
	return crc32(crc, bytes + rounds * CRC32_ROUND, size - rounds * CRC32_ROUND);
}

INIT_DATA const struct rj_inflate interface = { rj_inflate, sum };
