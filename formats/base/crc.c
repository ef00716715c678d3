/* SPDX-License-Identifier: MIT */
#include "base/crc.h"

#include <stdbool.h>
#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

/*
 * Intel, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", 2009, as in
 * stub/common/crc32.asm: LANES values of 16 or 32 bytes are folded at once. A fold takes in whole
 * blocks, at least one, and writes a block that has the same CRC-32 after a CRC-32 of 0 before
 * its inversion.
 */
#define LANES      4u
#define BLOCK      (LANES * sizeof(__m128i))
#define WIDE_BLOCK (LANES * sizeof(__m256i))

__attribute__((target("sse2,pclmul")))
static void fold(uint32_t crc, const uint8_t *bytes, size_t blocks, uint8_t *rest)
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

/* The same with twice the width. The factors are x^1056 and x^992, as those above x^544, x^480. */
__attribute__((target("avx2,vpclmulqdq")))
static void fold_wide(uint32_t crc, const uint8_t *bytes, size_t blocks, uint8_t *rest)
{
	const __m256i by = _mm256_broadcastsi128_si256(_mm_set_epi64x(0x14A7FE880, 0x1E88EF372));
	const __m256i *at = (const void *)bytes;
	__m256i lanes[LANES];

	for (size_t i = 0; i < LANES; i++)
		lanes[i] = _mm256_loadu_si256(at++);
	lanes[0] = _mm256_xor_si256(lanes[0], _mm256_set_epi32(0, 0, 0, 0, 0, 0, 0, (int)~crc));
	while (--blocks > 0)
		for (size_t i = 0; i < LANES; i++) {
			__m256i low = _mm256_clmulepi64_epi128(lanes[i], by, 0x00);
			__m256i high = _mm256_clmulepi64_epi128(lanes[i], by, 0x11);

			lanes[i] = _mm256_xor_si256(_mm256_xor_si256(low, high),
						    _mm256_loadu_si256(at++));
		}
	for (size_t i = 0; i < LANES; i++)
		_mm256_storeu_si256((__m256i *)(void *)rest + i, lanes[i]);
}

size_t rj_crc_block(void)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("vpclmulqdq"))
		return WIDE_BLOCK;
	return __builtin_cpu_supports("pclmul") ? BLOCK : 0;
}

uint32_t rj_crc_by(size_t block, uint32_t crc, const void *bytes, size_t size)
{
	size_t blocks = block ? size / block : 0;
	uint8_t rest[WIDE_BLOCK];

	if (blocks > 0) {
		(block == WIDE_BLOCK ? fold_wide : fold)(crc, bytes, blocks, rest);
		crc = (uint32_t)crc32_z(UINT32_MAX, rest, block);
	}
	return (uint32_t)crc32_z(crc, (const uint8_t *)bytes + blocks * block,
				 size - blocks * block);
}
#else
size_t rj_crc_block(void)
{
	return 0;
}

uint32_t rj_crc_by(size_t block, uint32_t crc, const void *bytes, size_t size)
{
	(void)block;
	return (uint32_t)crc32_z(crc, bytes, size);
}
#endif

uint32_t rj_crc(uint32_t crc, const void *bytes, size_t size)
{
	return rj_crc_by(rj_crc_block(), crc, bytes, size);
}
