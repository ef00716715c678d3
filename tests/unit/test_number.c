/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/number.h"

#define NUMBER { RJ_USAGE, "is not a number" }
#define TOO_LARGE { RJ_BAD, "is larger than" }

static struct rj_error error;       /* of the last call that failed */

static void numbers(void **state)
{
	static const struct { const char *text; uint64_t value; } rows[] = {
		{ "0", 0 }, { "31744", 0x7C00 }, { "0x7C00", 0x7C00 }, { "7C00h", 0x7C00 },
		{ "0FFH", 0xFF }, { "0X10", 16 }, { "31K", 31744 }, { "0x1M", 1u << 20 },
		{ "4g", UINT64_C(1) << 32 }, { "18446744073709551615", UINT64_MAX },
		{ "010", 10 },
	};
	uint64_t value;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].text) {
		assert_int_equal(rj_parse_number(rows[i].text, UINT64_MAX, &value, &error), RJ_OK);
		assert_int_equal(value, rows[i].value);
	}
}

static void no_numbers(void **state)
{
	static const struct { const char *text; struct unit_outcome outcome; } rows[] = {
		{ "", NUMBER }, { "x", NUMBER }, { "0x", NUMBER },
		{ "12z", NUMBER }, { "12KB", NUMBER }, { "-1", NUMBER },
		{ " 1", NUMBER }, { "+1", NUMBER }, { "1 ", NUMBER },
		{ "h", NUMBER }, { "7C00", NUMBER }, { "0x12h", NUMBER },
		{ "18446744073709551616", TOO_LARGE },
		{ "0x10000000000000000", TOO_LARGE },
		{ "17179869184G", TOO_LARGE },
	};
	uint64_t value;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].text)
		assert_outcome(rj_parse_number(rows[i].text, UINT64_MAX, &value, &error),
			       &error, &rows[i].outcome);
	assert_error(rj_parse_number("256", 255, &value, &error), &error, RJ_BAD,
		     "is larger than");
	assert_error(rj_parse_number("1K", 1023, &value, &error), &error, RJ_BAD,
		     "is larger than");
}

static void far_addresses(void **state)
{
	static const struct { const char *text; uint16_t segment, offset; } rows[] = {
		{ "0:7c00", 0, 0x7C00 }, { "07C0:0", 0x7C0, 0 }, { "0x10:20h", 0x10, 0x20 },
		{ "FFFF:FFFF", 0xFFFF, 0xFFFF },
	};
	static const char *const bad[] = { "", "0", ":", "0:", ":0", "0:0:0", "g:0", "0:7c00 " };
	uint16_t segment, offset;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].text) {
		assert_int_equal(rj_parse_far(rows[i].text, &segment, &offset, &error), RJ_OK);
		assert_int_equal(segment, rows[i].segment);
		assert_int_equal(offset, rows[i].offset);
	}
	FOR_EACH_NAMED(i, bad, bad[i])
		assert_error(rj_parse_far(bad[i], &segment, &offset, &error), &error, RJ_USAGE,
			     "is not in the form SEG:OFF");
	assert_error(rj_parse_far("10000:0", &segment, &offset, &error), &error, RJ_BAD,
		     "larger than FFFFh");
	assert_error(rj_parse_far("0:11112222333344445555", &segment, &offset, &error),
		     &error, RJ_BAD, "larger than FFFFh");
}

static void drives(void **state)
{
	static const struct { const char *text; uint8_t drive; } rows[] = {
		{ "hd0", 0x80 }, { "HD1", 0x81 }, { "fd0", 0 }, { "fd1", 1 }, { "0x80", 0x80 },
		{ "255", 255 }, { "E0h", 0xE0 }, { "hd127", 0xFF },
	};
	static const char *const bad[] = { "", "hd", "hd128", "256", "fd-1", "cd0" };
	uint8_t drive;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].text) {
		assert_int_equal(rj_parse_drive(rows[i].text, &drive, &error), RJ_OK);
		assert_int_equal(drive, rows[i].drive);
	}
	FOR_EACH_NAMED(i, bad, bad[i])
		assert_error(rj_parse_drive(bad[i], &drive, &error), &error, RJ_BAD,
			     "is not a drive");
}

UNIT_MAIN(cmocka_unit_test(numbers), cmocka_unit_test(no_numbers),
	  cmocka_unit_test(far_addresses), cmocka_unit_test(drives))
