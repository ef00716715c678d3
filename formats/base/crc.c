/* SPDX-License-Identifier: MIT */
#include "base/crc.h"

#include <stdbool.h>
#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 4u                /* of 16 bytes, folded at once */
#define BLOCK (LANES * sizeof(__m128i))

/*
 * Intel, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", 2009, as in
 * stub/common/crc32.asm. Takes in whole blocks, at least one, and writes 64 bytes that have the
 * same CRC-32 after a CRC-32 of 0 before its inversion.
 */
__attribute__((target("sse2,pclmul")))
static void fold(uint32_t crc, const uint8_t *bytes, size_t blocks, uint8_t rest[BLOCK])
{
	const __m128i by = _mm_set_epi64x(0x1C6E41596, 0x154442BD4);
	const __m128i *at = (const void *)bytes;
	__m128i lanes[LANES];

	for (size_t i = 0; i < LANES; i++)
		lanes[i] = _mm_loadu_si128(at++);
	lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)~crc));
	while (--blocks > 0)
		for (size_t i = 0; i < LANES; i++) {
			__m128i low = _mm_clmulepi64_si128(lanes[i], by, 0x00);
			__m128i high = _mm_clmulepi64_si128(lanes[i], by, 0x11);

			lanes[i] = _mm_xor_si128(_mm_xor_si128(low, high), _mm_loadu_si128(at++));
		}
	for (size_t i = 0; i < LANES; i++)
		_mm_storeu_si128((__m128i *)(void *)rest + i, lanes[i]);
}

static bool can_fold(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("pclmul");
}

uint32_t rj_crc(uint32_t crc, const void *bytes, size_t size)
{
	size_t blocks = size / BLOCK;
	uint8_t rest[BLOCK];

	if (blocks > 0 && can_fold()) {
		fold(crc, bytes, blocks, rest);
		crc = (uint32_t)crc32_z(UINT32_MAX, rest, sizeof(rest));
	} else {
		blocks = 0;
	}
	return (uint32_t)crc32_z(crc, (const uint8_t *)bytes + blocks * BLOCK,
				 size - blocks * BLOCK);
}
#else
uint32_t rj_crc(uint32_t crc, const void *bytes, size_t size)
{
	return (uint32_t)crc32_z(crc, bytes, size);
}
#endif
