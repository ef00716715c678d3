/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "diag.h"

static struct rj_error error;

static void numbers_in_words(void **state)
{
	static const struct { uint64_t value; const char *text; } rows[] = {
		{ 0, "0h" }, { 9, "9h" }, { 10, "0Ah" }, { 0x10, "10h" }, { 0x7C00, "7C00h" },
		{ 0xAA55, "0AA55h" }, { UINT64_MAX, "0FFFFFFFFFFFFFFFFh" },
	};

	(void)state;
	FOR_EACH(i, rows)
		assert_string_equal(RJ_HEX(rows[i].value), rows[i].text);
	assert_string_equal(RJ_DEC(UINT64_MAX), "18446744073709551615");
	assert_string_equal(RJ_RANGE(0x7C00, 0x7E00), "7C00h-7DFFh");
	assert_string_equal(RJ_RANGE(0xA0, 0xA0), "0A0h-0A0h");
	assert_string_equal(RJ_FOUND(0x1FE, UINT64_MAX, 0),
			    "(offset 1FEh, expected 0FFFFFFFFFFFFFFFFh, found 0h)");
}

static void the_class_comes_back(void **state)
{
	(void)state;
	error.of_output = true;
	error.os_error = 1;
	assert_int_equal(rj_fail(&error, RJ_USAGE, "%s; %u", "no", 1u), RJ_USAGE);
	assert_int_equal(error.class, RJ_USAGE);
	assert_string_equal(error.text, "no; 1");
	assert_null(error.subject);
	assert_false(error.of_output);
	assert_int_equal(error.os_error, 0);
	assert_int_equal(rj_fail_about(&error, RJ_BAD, "file", "bad"), RJ_BAD);
	assert_string_equal(error.subject, "file");
}

/* What does not fit is cut, and one sees it. */
static void cut(void **state)
{
	static char longer[RJ_ERROR_TEXT + 1], text[DIAG_TEXT];
	struct rj_list list = { "" };

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	rj_fail(&error, RJ_BAD, "%s", longer + 1);
	assert_string_equal(error.text, longer + 1);
	rj_fail_about(&error, RJ_BAD, longer, "%s", longer);
	assert_int_equal(strlen(error.text), RJ_ERROR_TEXT - 1);
	assert_string_equal(error.text + RJ_ERROR_TEXT - 5, "x...");
	diag_format(&error, text);
	assert_string_equal(text + DIAG_TEXT - 5, "x...");
	rj_list_add(&list, "a%u", 1u);
	rj_list_add(&list, "b");
	assert_string_equal(list.text, "a1, b");
	for (size_t i = 0; i < sizeof(list.text); i++)
		rj_list_add(&list, "%zu", i);
	assert_int_equal(strlen(list.text), sizeof(list.text) - 1);
	assert_string_equal(list.text + sizeof(list.text) - 4, "...");
}

static void names_do_not_control_the_terminal(void **state)
{
	static char text[DIAG_TEXT];

	(void)state;
	rj_fail_about(&error, RJ_BAD, "a\nb\x1B[2J", "\"%s\" is \x7F \xC3\xA4; leave it", "\r\t");
	diag_format(&error, text);
	assert_string_equal(text, "a?b?[2J: \"??\" is ? \xC3\xA4; leave it");
}

UNIT_MAIN(cmocka_unit_test(numbers_in_words), cmocka_unit_test(the_class_comes_back),
	  cmocka_unit_test(cut), cmocka_unit_test(names_do_not_control_the_terminal))
