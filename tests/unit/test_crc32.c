/* SPDX-License-Identifier: MIT */
/* The stub's CRC-32 by each method, assembled for 64-bit mode, beside zlib's. */
#include "unit.h"

#include <sys/mman.h>
#include <zlib.h>

#include "abi/layout.h"
#include "install/crc32_vectors.h"

#define FOLDED   32u            /* bytes, at least */
#define SHORT    301u           /* all lengths below this, */
#define SLICED   2048u          /* and those around this, */
#define AROUND   20u
#define LONG     20000u         /* and this one, */
#define STARTS   17u            /* from so many addresses on */
#define STRIDE   29u            /* bits */
#define PAGE     4096u

/* crc32.asm */
uint32_t crc32_by_folding(uint32_t crc, const void *bytes, uint32_t n);
uint32_t crc32_by_slicing(uint32_t crc, const void *bytes, uint32_t n);

/* Below 4 GiB, since the program is not position-independent. */
static uint8_t bytes[LONG + STARTS];

/* The stub's memory for tables. */
static void prepare(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)rand();
	assert_true(mmap((void *)(SURVEY_WORK & ~(PAGE - 1)), SURVEY - SURVEY_WORK + PAGE,
			 PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			 -1, 0) != MAP_FAILED);
}

/* As inflate_module.c does: by rounds, then the end. */
static uint32_t by_vectors(uint32_t start, uint32_t n)
{
	static uint8_t ring[CRC32_RING] __attribute__((aligned(16)));
	uint32_t rounds = n / CRC32_ROUND, done = rounds * CRC32_ROUND;

	memset(ring, rand(), sizeof(ring));
	return crc32_by_slicing(crc32_vectors(bytes + start, rounds, ring), bytes + start + done,
				n - done);
}

static bool can_fold(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("pclmul");
}

static void compare(uint32_t start, uint32_t n)
{
	uint32_t before = (uint32_t)rand();
	uint32_t expected = (uint32_t)crc32(before, bytes + start, n);

	assert_int_equal(crc32_by_slicing(before, bytes + start, n), expected);
	if (n >= FOLDED && can_fold())
		assert_int_equal(crc32_by_folding(before, bytes + start, n), expected);
}

static void is_zlibs(void **state)
{
	(void)state;
	for (uint32_t start = 0; start < STARTS; start++) {
		for (uint32_t n = 0; n < SHORT; n++)
			compare(start, n);
		for (uint32_t n = SLICED - AROUND; n < SLICED + AROUND; n++)
			compare(start, n);
		compare(start, LONG);
	}
}

/* Lengths of one round to several, with each of which some lags begin. */
static void vectors_are_zlibs(void **state)
{
	(void)state;
	for (uint32_t start = 0; start < STARTS; start++)
		for (uint32_t n = CRC32_ROUND; n <= LONG; n += AROUND)
			assert_int_equal(by_vectors(start, n), crc32(0, bytes + start, n));
}

/* Each bit counts, wherever it is. */
static void finds_any_changed_bit(void **state)
{
	const uint32_t n = SLICED + 7;
	uint32_t sliced = crc32_by_slicing(0, bytes, n);

	(void)state;
	for (uint32_t bit = 0; bit < 8 * n; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(crc32_by_slicing(0, bytes, n), sliced);
		if (can_fold())
			assert_int_not_equal(crc32_by_folding(0, bytes, n), sliced);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* Some bits of each block. */
static void vectors_find_a_changed_bit(void **state)
{
	const uint32_t n = 2 * CRC32_ROUND;
	uint32_t sum = by_vectors(0, n);

	(void)state;
	for (uint32_t bit = 0; bit < 8 * n; bit += STRIDE) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(by_vectors(0, n), sum);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

UNIT_MAIN(cmocka_unit_test(prepare), cmocka_unit_test(is_zlibs),
	  cmocka_unit_test(vectors_are_zlibs), cmocka_unit_test(finds_any_changed_bit), cmocka_unit_test(vectors_find_a_changed_bit))
