/* SPDX-License-Identifier: MIT */
/* The module "keys": which keyboard is polled when, and what becomes of its scan codes. */
#include "unit.h"

#include "keys/keys.h"

#define BDA_SHIFT 0x17

/* One controller's keyboards: each poll returns codes up to a space. */
struct fake {
	const char *codes;
	bool is_taken;          /* by an operating system */
	unsigned polls;
	uint8_t leds;
};

static struct fake fakes[RJ_MAX_KEYBOARDS];
static uint8_t shift_flags;
static bool virtual_mode;
uint8_t scan_code;

uint8_t bda_get(uint32_t offset)
{
	assert_int_equal(offset, BDA_SHIFT);
	return shift_flags;
}

bool is_virtual(void)
{
	return virtual_mode;
}

static uint32_t poll(void *context, struct rj_keys *keys)
{
	struct fake *fake = context;

	fake->polls++;
	fake->leds = keys->leds;
	assert_int_equal(keys->count, 0);
	while (*fake->codes && *fake->codes != ' ')
		keys->codes[keys->count++] = (uint8_t)*fake->codes++;
	fake->codes += *fake->codes == ' ';
	return !fake->is_taken;
}

/* As the one in flat.asm, whose types are those of 32-bit code. */
uint32_t call32(rj_function32 *function, void *context, const void *argument)
{
	struct rj_keys keys = *(const struct rj_keys *)argument;
	uint32_t result;

	assert_ptr_equal(function, (rj_function32 *)poll);
	result = poll(context, &keys);
	memcpy((void *)(uintptr_t)argument, &keys, sizeof(keys));
	return result;
}

static void add(const char *codes)
{
	fakes[keyboards_count] = (struct fake){ .codes = codes };
	keyboards[keyboards_count] = (struct rj_keyboards){ poll, &fakes[keyboards_count] };
	keyboards_count++;
}

static int fresh(void **state)
{
	(void)state;
	keyboards_count = 0;
	shift_flags = 0;
	virtual_mode = false;
	return 0;
}

/* All codes up to the end of a round. */
static const char *round_of(void)
{
	static char taken[RJ_MAX_KEYBOARDS * RJ_KEYS_MAX + 1];
	size_t count = 0;

	while (keys_next(NULL))
		taken[count++] = (char)scan_code;
	taken[count] = '\0';
	return taken;
}

static void test_rounds(void **state)
{
	(void)state;
	assert_string_equal(round_of(), "");
	add("abc d");
	add("");
	add("xy  z");
	assert_string_equal(round_of(), "abcxy");
	assert_string_equal(round_of(), "d");
	assert_string_equal(round_of(), "z");
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fakes[i].polls, 3);
}

/* A handler that a code leads to polls, too: it gets the codes that follow, and no other twice. */
static void test_nested(void **state)
{
	(void)state;
	add("abc");
	add("d");
	assert_true(keys_next(NULL));
	assert_int_equal(scan_code, 'a');
	assert_string_equal(round_of(), "bcd");
	assert_string_equal(round_of(), "");
}

static void test_full(void **state)
{
	char codes[RJ_KEYS_MAX + 1];

	(void)state;
	memset(codes, 'a', RJ_KEYS_MAX);
	codes[RJ_KEYS_MAX] = '\0';
	add(codes);
	add("b");
	assert_int_equal(strlen(round_of()), RJ_KEYS_MAX + 1);
}

/* Such a controller is never polled again, and what it returned does not count. */
static void test_taken_controller(void **state)
{
	(void)state;
	for (unsigned gone = 0; gone < 3; gone++) {
		const char *left[] = { "bc", "ac", "ab" };

		fresh(NULL);
		add("a a");
		add("b b");
		add("c c");
		fakes[gone].is_taken = true;
		assert_string_equal(round_of(), left[gone]);
		assert_string_equal(round_of(), left[gone]);
		assert_int_equal(fakes[gone].polls, 1);
		assert_int_equal(keyboards_count, 2);
	}
}

static void test_leds(void **state)
{
	static const struct {
		const char *name;
		uint8_t flags, leds;
	} rows[] = {
		{ "none, with Shift and Insert", 0x83, 0 },
		{ "Scroll Lock", 0x10, RJ_LED_SCROLL },
		{ "Num Lock", 0x20, RJ_LED_NUM },
		{ "Caps Lock and Ctrl", 0x44, RJ_LED_CAPS },
		{ "all", 0xFF, RJ_LEDS },
	};

	(void)state;
	add("");
	FOR_EACH(i, rows) {
		shift_flags = rows[i].flags;
		round_of();
		assert_int_equal(fakes[0].leds, rows[i].leds);
	}
}

/* What has been read before is still delivered. */
static void test_virtual_mode(void **state)
{
	(void)state;
	add("ab");
	add("c");
	assert_true(keys_next(NULL));
	virtual_mode = true;
	assert_string_equal(round_of(), "b");
	assert_string_equal(round_of(), "");
	assert_int_equal(fakes[0].polls, 1);
	assert_int_equal(fakes[1].polls, 0);
	virtual_mode = false;
	assert_string_equal(round_of(), "c");
}

UNIT_MAIN(cmocka_unit_test_setup(test_rounds, fresh), cmocka_unit_test_setup(test_nested, fresh),
	  cmocka_unit_test_setup(test_full, fresh),
	  cmocka_unit_test_setup(test_taken_controller, fresh),
	  cmocka_unit_test_setup(test_leds, fresh), cmocka_unit_test_setup(test_virtual_mode, fresh))
