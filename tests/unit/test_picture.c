/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "clean.h"
#include "inspect/picture.h"

#define LAYOUTS 20000

static struct picture picture;

static void add(uint64_t size, unsigned least, bool cut)
{
	picture.bands[picture.count++] = (struct band){ .end = size, .least = least,
							.cut = cut };
}

static void lines_are(unsigned lines, const unsigned *expected)
{
	picture_scale(&picture, lines);
	for (size_t i = 0; i < picture.count; i++)
		assert_int_equal(picture.bands[i].lines, expected[i]);
	picture.count = 0;
}

static void proportional(void **state)
{
	(void)state;
	add(100, 1, false);
	add(300, 1, false);
	add(600, 1, false);
	lines_are(10, (unsigned[]){ 1, 3, 6 });
	assert_int_equal(picture.scale, 100);
	add(UINT64_C(1) << 32, 2, false);
	add(UINT64_C(1) << 32, 2, false);
	lines_are(16, (unsigned[]){ 8, 8 });
}

static void small_stay_visible(void **state)
{
	(void)state;
	add(1, 2, false);
	add(1 << 20, 2, false);
	add(0, 3, false);
	add(1 << 20, 2, false);
	picture_scale(&picture, 25);
	assert_false(picture.bands[0].to_scale);
	assert_true(picture.bands[1].to_scale);
	lines_are(25, (unsigned[]){ 2, 10, 3, 10 });
}

static void cut_do_not_count(void **state)
{
	(void)state;
	add(1 << 20, 1, false);
	add(UINT64_MAX, 1, true);
	add(1 << 20, 1, false);
	lines_are(21, (unsigned[]){ 10, 1, 10 });
}

static void too_few_lines(void **state)
{
	(void)state;
	add(5, 2, false);
	add(5000, 2, false);
	lines_are(1, (unsigned[]){ 2, 2 });
	assert_int_equal(picture.scale, 0);
	lines_are(10, (unsigned[]){ 0 });
}

static uint64_t random_below(uint64_t limit)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (state >> 16) % limit;
}

/* The sum, the least, and the order: what is larger has no fewer lines but for its least. */
static void check_layout(unsigned lines)
{
	unsigned sum = 0, least = 0;
	bool any = false;

	picture_scale(&picture, lines);
	for (size_t i = 0; i < picture.count; i++) {
		const struct band *a = &picture.bands[i];

		assert_true(a->lines >= a->least);
		assert_true(a->to_scale || a->lines == a->least);
		sum += a->lines;
		least += a->least;
		any |= a->to_scale;
		for (size_t j = 0; j < picture.count; j++) {
			const struct band *b = &picture.bands[j];

			if (a->end > b->end && a->to_scale && b->to_scale)
				assert_true(a->lines >= b->lines);
			if (a->end > b->end && !a->cut && a->least >= b->least)
				assert_true(a->lines >= b->lines);
		}
		if (a->to_scale) {      /* within a line of its share */
			assert_true(a->lines * picture.scale + picture.scale + a->lines >= a->end);
			assert_true((a->lines - 1) * picture.scale <= a->end + a->lines);
		}
	}
	assert_int_equal(sum, any ? lines : least);
}

static void any_layout(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LAYOUTS; i++) {
		size_t count = 1 + random_below(20);

		picture.count = 0;
		while (picture.count < count)
			add(random_below(UINT64_C(2) << random_below(33)),
			    1 + (unsigned)random_below(3), random_below(8) == 0);
		check_layout(1 + (unsigned)random_below(600));
	}
	picture.count = 0;
}

static void sizes(void **state)
{
	char text[PICTURE_SIZE_TEXT];

	(void)state;
	assert_string_equal(picture_size(0, text), "0 B");
	assert_string_equal(picture_size(9999, text), "9999 B");
	assert_string_equal(picture_size(10240, text), "10 KiB");
	assert_string_equal(picture_size(32000, text), "31.3 KiB");
	assert_string_equal(picture_size(1 << 21, text), "2 MiB");
	assert_string_equal(picture_size(UINT64_C(3) << 31, text), "6 GiB");
	picture_size(UINT64_MAX, text);
}

static void names(void **state)
{
	char text[6];

	(void)state;
	assert_string_equal(clean_name(text, sizeof(text), ".mbr"), ".mbr");
	assert_string_equal(clean_name(text, sizeof(text), "\033[2J\xFF"), "?[2J?");
	assert_string_equal(clean_name(text, sizeof(text), "too long"), "too l");
	assert_string_equal(clean_name(text, sizeof(text), ""), "");
}

UNIT_MAIN(cmocka_unit_test(proportional), cmocka_unit_test(small_stay_visible),
	  cmocka_unit_test(cut_do_not_count), cmocka_unit_test(too_few_lines),
	  cmocka_unit_test(any_layout), cmocka_unit_test(sizes), cmocka_unit_test(names))
