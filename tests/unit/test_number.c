/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "base/number.h"

static void numbers(void **state)
{
	static const struct { const char *text; uint64_t value; } rows[] = {
		{ "0", 0 }, { "31744", 0x7C00 }, { "0x7C00", 0x7C00 }, { "7C00h", 0x7C00 },
		{ "0FFH", 0xFF }, { "0X10", 16 }, { "31K", 31744 }, { "0x1M", 1u << 20 },
		{ "4g", UINT64_C(1) << 32 }, { "18446744073709551615", UINT64_MAX },
		{ "010", 10 },
	};
	struct rj_error error;
	uint64_t value;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].text) {
		assert_int_equal(rj_parse_number(rows[i].text, UINT64_MAX, &value, &error), RJ_OK);
		assert_int_equal(value, rows[i].value);
	}
}

static void no_numbers(void **state)
{
	static const struct { const char *text; enum rj_err code; } rows[] = {
		{ "", RJ_ERR_NUMBER }, { "x", RJ_ERR_NUMBER }, { "0x", RJ_ERR_NUMBER },
		{ "12z", RJ_ERR_NUMBER }, { "12KB", RJ_ERR_NUMBER }, { "-1", RJ_ERR_NUMBER },
		{ " 1", RJ_ERR_NUMBER }, { "+1", RJ_ERR_NUMBER }, { "1 ", RJ_ERR_NUMBER },
		{ "h", RJ_ERR_NUMBER }, { "7C00", RJ_ERR_NUMBER }, { "0x12h", RJ_ERR_NUMBER },
		{ "18446744073709551616", RJ_ERR_TOO_LARGE },
		{ "0x10000000000000000", RJ_ERR_TOO_LARGE },
		{ "17179869184G", RJ_ERR_TOO_LARGE },
	};
	struct rj_error error;
	uint64_t value;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].text)
		assert_int_equal(rj_parse_number(rows[i].text, UINT64_MAX, &value, &error),
				 rows[i].code);
	assert_int_equal(rj_parse_number("256", 255, &value, &error), RJ_ERR_TOO_LARGE);
	assert_int_equal(rj_parse_number("1K", 1023, &value, &error), RJ_ERR_TOO_LARGE);
}

static void far_addresses(void **state)
{
	static const struct { const char *text; uint16_t segment, offset; } rows[] = {
		{ "0:7c00", 0, 0x7C00 }, { "07C0:0", 0x7C0, 0 }, { "0x10:20h", 0x10, 0x20 },
		{ "FFFF:FFFF", 0xFFFF, 0xFFFF },
	};
	static const char *const bad[] = { "", "0", ":", "0:", ":0", "0:0:0", "g:0", "0:7c00 " };
	struct rj_error error;
	uint16_t segment, offset;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].text) {
		assert_int_equal(rj_parse_far(rows[i].text, &segment, &offset, &error), RJ_OK);
		assert_int_equal(segment, rows[i].segment);
		assert_int_equal(offset, rows[i].offset);
	}
	FOR_EACH_NAMED(i, bad, bad[i])
		assert_int_equal(rj_parse_far(bad[i], &segment, &offset, &error), RJ_ERR_FAR);
	assert_int_equal(rj_parse_far("10000:0", &segment, &offset, &error), RJ_ERR_FAR_LARGE);
	assert_int_equal(rj_parse_far("0:11112222333344445555", &segment, &offset, &error),
			 RJ_ERR_FAR_LARGE);
}

static void drives(void **state)
{
	static const struct { const char *text; uint8_t drive; } rows[] = {
		{ "hd0", 0x80 }, { "HD1", 0x81 }, { "fd0", 0 }, { "fd1", 1 }, { "0x80", 0x80 },
		{ "255", 255 }, { "E0h", 0xE0 }, { "hd127", 0xFF },
	};
	static const char *const bad[] = { "", "hd", "hd128", "256", "fd-1", "cd0" };
	struct rj_error error;
	uint8_t drive;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].text) {
		assert_int_equal(rj_parse_drive(rows[i].text, &drive, &error), RJ_OK);
		assert_int_equal(drive, rows[i].drive);
	}
	FOR_EACH_NAMED(i, bad, bad[i])
		assert_int_equal(rj_parse_drive(bad[i], &drive, &error), RJ_ERR_DRIVE);
}

UNIT_MAIN(cmocka_unit_test(numbers), cmocka_unit_test(no_numbers),
	  cmocka_unit_test(far_addresses), cmocka_unit_test(drives))
