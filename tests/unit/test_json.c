/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "json.h"

static void text_is(const char *text, const char *expected)
{
	char buffer[256] = { 0 };
	FILE *file = fmemopen(buffer, sizeof(buffer), "w");
	struct json json = { .file = file };

	json_open(&json, NULL, '[');
	json_string(&json, NULL, text);
	json_close(&json, '[');
	fclose(file);
	assert_string_equal(buffer, expected);
}

static void strings(void **state)
{
	(void)state;
	text_is("plain", "[\n  \"plain\"\n]\n");
	text_is("a\"b\\c", "[\n  \"a\\\"b\\\\c\"\n]\n");
	text_is("\n\033\177", "[\n  \"\\u000a\\u001b\\u007f\"\n]\n");
	text_is("\xC3\xA4\xE2\x82\xAC", "[\n  \"\xC3\xA4\xE2\x82\xAC\"\n]\n");
	/* stray, cut, overlong, and a surrogate */
	text_is("\x80", "[\n  \"\xEF\xBF\xBD\"\n]\n");
	text_is("\xC3", "[\n  \"\xEF\xBF\xBD\"\n]\n");
	text_is("\xC0\xAF", "[\n  \"\xEF\xBF\xBD\xEF\xBF\xBD\"\n]\n");
	text_is("\xED\xA0\x80", "[\n  \"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"\n]\n");
	text_is(NULL, "[\n  null\n]\n");
}

static void groups(void **state)
{
	char buffer[256] = { 0 };
	FILE *file = fmemopen(buffer, sizeof(buffer), "w");
	struct json json = { .file = file };

	(void)state;
	json_open(&json, NULL, '{');
	json_number(&json, "n", UINT64_MAX);
	json_open(&json, "empty", '[');
	json_close(&json, '[');
	json_bool(&json, "yes", true);
	json_close(&json, '{');
	fclose(file);
	assert_string_equal(buffer, "{\n  \"n\": 18446744073709551615,\n  \"empty\": [],\n"
				    "  \"yes\": true\n}\n");
}

UNIT_MAIN(cmocka_unit_test(strings), cmocka_unit_test(groups))
