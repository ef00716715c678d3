/* SPDX-License-Identifier: MIT */
/* The parts of the stub that touch no hardware, on the host. */
#include "unit.h"

#include "entry/mover.h"

/* The stub's own, under other names than the C library's. */
#define memset stub_memset
#define memcpy stub_memcpy
#define memmove stub_memmove
#include "common/mem.c"
#undef memset
#undef memcpy
#undef memmove

#define MEMORY 4096u
#define LAYOUTS 20000

static unsigned random_below(unsigned n)
{
	return (unsigned)rand() % n;
}

static void fill(uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)rand();
}

static void memmove_is_the_librarys(void **state)
{
	uint8_t ours[256], theirs[256];

	(void)state;
	for (int i = 0; i < LAYOUTS; i++) {
		size_t n = random_below(100);
		size_t from = random_below(128), to = random_below(128);

		fill(ours, sizeof(ours));
		memcpy(theirs, ours, sizeof(ours));
		assert_ptr_equal(stub_memmove(ours + to, ours + from, n), ours + to);
		memmove(theirs + to, theirs + from, n);
		assert_memory_equal(ours, theirs, sizeof(ours));
	}
}

static void memset_and_memcpy(void **state)
{
	uint8_t a[9] = "abcdefgh", b[9] = "";

	(void)state;
	stub_memcpy(b, a, 7);
	assert_memory_equal(b, "abcdefg", 8);
	stub_memset(b + 1, 'x', 3);
	assert_memory_equal(b, "axxxefg", 8);
}

/* Up to 8 pieces, ascending, with gaps between them; the end of the last. */
static unsigned scatter(unsigned *at, const unsigned *sizes, unsigned n, unsigned room)
{
	unsigned end = random_below(room / 4);

	for (unsigned i = 0; i < n; i++) {
		at[i] = end;
		end += sizes[i] + (random_below(2) ? random_below(room / 16) : 0);
	}
	return end;
}

/*
 * A random layout of pieces, image and destinations in one small memory: every
 * byte must end where it should, and no other byte of memory may change but
 * the image's own.
 */
static void one_layout(void)
{
	unsigned sizes[8], from[8], to[8], n = 1 + random_below(8);
	struct rj_piece pieces[8] = { 0 };
	uint8_t memory[MEMORY], expected[MEMORY];
	unsigned image = random_below(MEMORY / 2), length;

	for (unsigned i = 0; i < n; i++)
		sizes[i] = 1 + random_below(MEMORY / 32);
	length = scatter(from, sizes, n, MEMORY / 4);
	scatter(to, sizes, n, MEMORY);
	fill(memory, sizeof(memory));
	memcpy(expected, memory, sizeof(memory));
	for (unsigned i = 0; i < n; i++) {
		pieces[i].address = to[i];
		pieces[i].offset = from[i];
		pieces[i].size = sizes[i];
		memcpy(expected + to[i], memory + image + from[i], sizes[i]);
	}
	assert_true(image + length <= MEMORY);
	assert_true(to[n - 1] + sizes[n - 1] <= MEMORY);
	rj_move_pieces(pieces, n, (uintptr_t)memory, image);
	assert_memory_equal(memory, expected, sizeof(memory));
}

static void place_puts_every_byte_in_place(void **state)
{
	(void)state;
	for (int i = 0; i < LAYOUTS; i++)
		one_layout();
}

UNIT_MAIN(cmocka_unit_test(memmove_is_the_librarys), cmocka_unit_test(memset_and_memcpy),
	  cmocka_unit_test(place_puts_every_byte_in_place))
