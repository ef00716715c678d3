/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "image/repair_list.h"

#define BIT(name) (1u << RJ_REPAIR_##name)

static struct rj_error error;       /* of the last call that failed */

static enum rj_err parse(const char *text, uint32_t *repairs)
{
	char list[256];

	snprintf(list, sizeof(list), "%s", text);
	return rj_repairs_parse(list, repairs, &error);
}

static void lists(void **state)
{
	static const struct { const char *list; uint32_t repairs; } rows[] = {
		{ "all", RJ_ALL_REPAIRS }, { "none", 0 },
		{ "pic", BIT(pic) }, { "pic,pit", BIT(pic) | BIT(pit) },
		{ "none,pic,pit", BIT(pic) | BIT(pit) }, { "pic,-pic", 0 },
		{ "-hpet", RJ_ALL_REPAIRS & ~BIT(hpet) },
		{ "all,-hpet", RJ_ALL_REPAIRS & ~BIT(hpet) },
		{ "all,-hpet,-smp,hpet", RJ_ALL_REPAIRS & ~BIT(smp) },
		{ "all,none", 0 }, { "none,all", RJ_ALL_REPAIRS },
		{ "none,-pic", 0 }, { "pic,pic", BIT(pic) },
		{ "-hpet,hpet", RJ_ALL_REPAIRS }, { "pic,all,-pic", RJ_ALL_REPAIRS & ~BIT(pic) },
	};
	uint32_t repairs;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].list) {
		assert_int_equal(parse(rows[i].list, &repairs), RJ_OK);
		assert_int_equal(repairs, rows[i].repairs);
	}
}

static void no_lists(void **state)
{
	static const char *const rows[] = {
		"", ",", "pic,", ",pic", "hpett", "-", "--hpet", "-all", "-none", "ALL", "pic pit",
		"all;-hpet", "pi",
	};
	uint32_t repairs;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i])
		assert_error(parse(rows[i], &repairs), &error, RJ_USAGE, "there is no repair");
}

static void the_error_lists_the_names(void **state)
{
	char list[] = "all,nothing,pic";
	uint32_t repairs;

	(void)state;
	assert_error(rj_repairs_parse(list, &repairs, &error), &error, RJ_USAGE,
		     "there is no repair \"nothing\"");
	for (size_t i = 0; i < RJ_REPAIR_COUNT; i++)
		assert_non_null(strstr(error.text, rj_repair_table[i].name));
}

/* Any set of repairs, written as a list, is read back as the same set. */
static void there_and_back(void **state)
{
	char text[RJ_REPAIRS_TEXT];
	uint32_t repairs;

	(void)state;
	for (uint32_t set = 0; set <= RJ_ALL_REPAIRS; set++) {
		rj_repairs_text(set, text);
		assert_int_equal(parse(text, &repairs), RJ_OK);
		assert_int_equal(repairs, set);
	}
	rj_repairs_text(RJ_ALL_REPAIRS, text);
	assert_string_equal(text, "all");
	rj_repairs_text(RJ_ALL_REPAIRS & ~BIT(hpet), text);
	assert_string_equal(text, "all,-hpet");
	rj_repairs_text(0, text);
	assert_string_equal(text, "none");
	rj_repairs_text(UINT32_MAX, text);
	assert_string_equal(text, "all");
}

UNIT_MAIN(cmocka_unit_test(lists), cmocka_unit_test(no_lists),
	  cmocka_unit_test(the_error_lists_the_names), cmocka_unit_test(there_and_back))
