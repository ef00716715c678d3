/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "inspect/facts.h"

static void describe(struct json *json)
{
	json_open(json, NULL, '{');
	json_string(json, "container", "elf");
	json_string(json, "services", NULL);
	json_open(json, "pieces", '[');
	for (unsigned i = 0; i < 2; i++) {
		json_open(json, NULL, '{');
		json_string(json, "name", i ? ".raw" : ".mbr");
		json_address(json, "address", 0x7C00 + i);
		json_close(json, '{');
	}
	json_close(json, '[');
	json_open(json, "repairs", '[');
	json_string(json, NULL, "a20");
	json_close(json, '[');
	json_open(json, "console", '{');
	json_open(json, "drives", '[');
	json_open(json, NULL, '{');
	json_address(json, "number", 0x80);
	json_bool(json, "read_only", true);
	json_close(json, '{');
	json_close(json, '[');
	json_close(json, '{');
	json_number(json, "last", 7);
	json_close(json, '{');
}

static void paths(void **state)
{
	static const char *const expected[] = {
		"", "container", "services", "pieces[.mbr]", "pieces[.mbr].address", "pieces[.raw]",
		"pieces[.raw].address", "repairs[a20]", "console", "console.drives[80h]",
		"console.drives[80h].read_only", "last",
	};
	struct facts facts = { 0 };
	struct json json = { .take = facts_take, .context = &facts };

	(void)state;
	describe(&json);
	assert_false(facts.no_memory);
	assert_int_equal(facts.depth, 0);
	assert_int_equal(facts.count, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < facts.count; i++)
		assert_string_equal(facts.all[i].path, expected[i]);
	assert_int_equal(facts_find(&facts, "pieces[.raw].address")->value.number, 0x7C01);
	assert_string_equal(facts_find(&facts, "container")->value.text, "elf");
	assert_null(facts_find(&facts, "pieces"));
	facts_free(&facts);
}

UNIT_MAIN(cmocka_unit_test(paths))
