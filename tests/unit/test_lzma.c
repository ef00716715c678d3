/* SPDX-License-Identifier: MIT */
/* A raw LZMA stream as iPXE has it, whole, cut, and damaged. */
#include "unit.h"

#include "disk/lzma.h"

/* xz --format=raw --lzma1=lc=2,lp=0,pb=0 */
static const uint8_t packed[] = {
	0x00, 0x30, 0x88, 0x4C, 0x35, 0xAF, 0x02, 0x55, 0xCD, 0xE9, 0x98, 0xB5, 0x87, 0x05,
	0x95, 0xC9, 0xB7, 0xB0, 0xF6, 0xE3, 0x04, 0x50, 0x5A, 0x55, 0xF2, 0x0D, 0xF6, 0x6B,
	0x73, 0x46, 0x7B, 0x7B, 0x01, 0x41, 0xD1, 0xA3, 0xFF, 0xFF, 0xEA, 0x76, 0x47, 0x00,
};
#define DASHES 300u
#define FRONT  "a stub, a stub, and a stub of stubs: "
#define BACK   " stub of stubs: a stub, and a stub"

static void whole(void **state)
{
	uint8_t text[sizeof(FRONT) - 1 + DASHES + sizeof(BACK)], got[sizeof(text)];
	size_t size;

	(void)state;
	memset(text, '-', sizeof(text));
	memcpy(text, FRONT, sizeof(FRONT) - 1);
	memcpy(text + sizeof(FRONT) - 1 + DASHES, BACK, sizeof(BACK));
	assert_true(rj_lzma_unpack(packed, sizeof(packed), got, sizeof(got), &size));
	assert_int_equal(size, sizeof(text) - 1);
	assert_memory_equal(got, text, size);
	assert_false(rj_lzma_unpack(packed, sizeof(packed), got, size - 1, &size));
	assert_int_equal(size, sizeof(text) - 2);
}

static void cut(void **state)
{
	uint8_t got[1000];
	size_t size;

	(void)state;
	for (size_t length = 0; length + 1 < sizeof(packed); length++)
		assert_false(rj_lzma_unpack(packed, length, got, sizeof(got), &size));
}

/* Nothing may be read or written outside; the sanitizers look. */
static void damaged(void **state)
{
	uint8_t bytes[sizeof(packed)], got[1000];
	size_t size;

	(void)state;
	for (size_t i = 0; i < 8 * sizeof(packed); i++) {
		memcpy(bytes, packed, sizeof(packed));
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
		rj_lzma_unpack(bytes, sizeof(bytes), got, sizeof(got), &size);
		assert_in_range(size, 0, sizeof(got));
		assert_int_equal(rj_lzma_unpack(bytes, 1, got, sizeof(got), &size), false);
	}
}

UNIT_MAIN(cmocka_unit_test(whole), cmocka_unit_test(cut), cmocka_unit_test(damaged))
