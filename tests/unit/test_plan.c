/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "abi/layout.h"
#include "image/plan.h"

#define FIRMWARE_HIGH { RJ_BAD, "is not in the firmware's memory" }
#define OVERLAP { RJ_BAD, "overlaps the piece" }
#define RESERVED { RJ_BAD, "give it another address" }

static struct rj_error error;       /* of the last call that failed */

static void overlaps(void **state)
{
	(void)state;
	assert_false(rj_overlaps(0, 10, 10, 10));
	assert_true(rj_overlaps(0, 11, 10, 10));
	assert_false(rj_overlaps(10, 10, 0, 10));
	assert_true(rj_overlaps(10, 10, 0, 11));
	assert_true(rj_overlaps(0, 100, 50, 1));
	assert_true(rj_overlaps(50, 1, 0, 100));
	assert_true(rj_overlaps(5, 1, 5, 1));
	assert_false(rj_overlaps(5, 0, 5, 1));
	assert_false(rj_overlaps(5, 1, 5, 0));
	/* ends beyond 4 GiB, and at the end of all numbers */
	assert_false(rj_overlaps(0xFFFFFFFF, 1, UINT64_C(1) << 32, 1));
	assert_true(rj_overlaps(0xFFFFFFFF, 2, UINT64_C(1) << 32, 1));
	assert_true(rj_overlaps(UINT64_MAX, 1, 0, UINT64_MAX) == false);
	assert_true(rj_overlaps(UINT64_MAX - 1, 2, UINT64_MAX, 1));
}

/* A plan of one or two pieces of zeros, entry in the first; returns the error code. */
static enum rj_err seal(uint64_t address, uint64_t size, uint64_t second, uint64_t second_size)
{
	struct rj_input input = { .fd = -1, .path = "unit" };
	struct rj_plan plan;
	enum rj_err code;

	rj_plan_init(&plan, 0x80);
	assert_int_equal(rj_plan_add(&plan, ".first", address, &input, 0, size, &error), RJ_OK);
	if (second_size)
		assert_int_equal(rj_plan_add(&plan, ".second", second, &input, 0, second_size,
					     &error), RJ_OK);
	rj_plan_set_entry(&plan, 0, 0x7C00);
	code = rj_plan_seal(&plan, &error);
	rj_plan_free(&plan);
	return code;
}

static void rules(void **state)
{
	const uint64_t limit = UINT64_C(1) << 32;
	static const struct { uint64_t address, size; struct unit_outcome outcome; } rows[] = {
		{ 0x8000, 1, GOOD },
		{ 0, 1, RESERVED }, { LOW_MEMORY - 1, 1, RESERVED },
		{ LOW_MEMORY, 1, GOOD },
		{ 0x7BFF, 1, GOOD }, { 0x7BFF, 2, OVERLAP },
		{ 0x7DFF, 1, OVERLAP }, { 0x7E00, 1, GOOD },
		{ STUB_HOME - 1, 1, GOOD }, { STUB_HOME - 1, 2, RESERVED },
		{ STUB_HOME + STUB_HOME_SIZE - 1, 1, RESERVED },
		{ STUB_HOME + STUB_HOME_SIZE, 1, GOOD },
		{ EBDA_FLOOR - 1, 1, GOOD }, { EBDA_FLOOR, 1, RESERVED },
		{ 0xA0000, 1, RESERVED }, { 0xFFFFF, 1, RESERVED },
		{ HIGH_MEMORY, 1, GOOD }, { 0x8000, 0x100000, RESERVED },
	};

	(void)state;
	FOR_EACH(i, rows)
		assert_outcome(seal(0x7C00, 512, rows[i].address, rows[i].size),
			       &error, &rows[i].outcome);
	assert_int_equal(seal(0x7C00, 512, limit - 1, 1), RJ_OK);
	assert_error(seal(0x7C00, 512, limit - 1, 2), &error, RJ_BAD, "ends beyond 4 GiB");
	assert_error(seal(0x7C00, 512, UINT64_MAX, 2), &error, RJ_BAD, "ends beyond 4 GiB");
	assert_error(seal(0x7C00, 512, HIGH_MEMORY, limit + 1), &error, RJ_BAD,
		     "ends beyond 4 GiB");
	assert_error(seal(0x7C00, 0, 0, 0), &error, RJ_BAD, "is empty");
	assert_error(seal(0x7C01, 512, 0, 0), &error, RJ_BAD, "is outside every piece");
	assert_error(seal(0x7A00, 512, 0, 0), &error, RJ_BAD, "is outside every piece");
}

/* A boot sector, and a piece of the firmware's own memory; returns the error code. */
static enum rj_err seal_firmware(uint64_t address, uint64_t size)
{
	struct rj_input input = { .fd = -1, .path = "unit" };
	struct rj_plan plan;
	enum rj_err code;

	rj_plan_init(&plan, 0x80);
	rj_plan_add(&plan, ".mbr", BOOT_SECTOR, &input, 0, 512, &error);
	rj_plan_add_firmware(&plan, ".fw", address, &input, 0, size, &error);
	rj_plan_set_entry(&plan, 0, BOOT_SECTOR);
	code = rj_plan_seal(&plan, &error);
	rj_plan_free(&plan);
	return code;
}

static void firmware_rules(void **state)
{
	static const struct { uint64_t address, size; struct unit_outcome outcome; } rows[] = {
		{ 0, LOW_MEMORY, GOOD }, { 0, BOOT_SECTOR, GOOD },
		{ 0, BOOT_SECTOR + 1, OVERLAP }, { 0x7DFF, 1, OVERLAP },
		{ STUB_HOME - 1, 1, GOOD }, { STUB_HOME - 1, 2, RESERVED },
		{ STUB_HOME + STUB_HOME_SIZE - 1, 1, RESERVED },
		{ EBDA_FLOOR, VIDEO_MEMORY - EBDA_FLOOR, GOOD },
		{ VIDEO_MEMORY - 1, 2, RESERVED },
		{ VIDEO_MEMORY, 1, RESERVED }, { HIGH_MEMORY - 1, 1, RESERVED },
		{ HIGH_MEMORY, 1, FIRMWARE_HIGH },
	};
	struct rj_input input = { .fd = -1, .path = "unit" };
	struct rj_plan plan;

	(void)state;
	FOR_EACH(i, rows)
		assert_outcome(seal_firmware(rows[i].address, rows[i].size),
			       &error, &rows[i].outcome);
	rj_plan_init(&plan, 0x80);
	rj_plan_add_firmware(&plan, ".ivt", 0, &input, 0, LOW_MEMORY, &error);
	rj_plan_set_entry(&plan, 0, 0x400);
	assert_error(rj_plan_seal(&plan, &error), &error, RJ_BAD, "is outside every piece");
}

static void names_and_order(void **state)
{
	struct rj_input input = { .fd = -1, .path = "unit" };
	struct rj_plan plan;

	(void)state;
	rj_plan_init(&plan, 0x80);
	rj_plan_add(&plan, ".raw", 0x9000, &input, 0, 16, &error);
	rj_plan_add(&plan, ".raw", 0x8000, &input, 0, 16, &error);
	rj_plan_add(&plan, ".raw", 0x7000, &input, 0, 16, &error);
	assert_error(rj_plan_seal(&plan, &error), &error, RJ_USAGE,
		     "nothing says where to start");
	rj_plan_set_entry(&plan, 0x800, 15);
	assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
	assert_string_equal(plan.pieces[0].name, ".raw2");
	assert_string_equal(plan.pieces[1].name, ".raw1");
	assert_string_equal(plan.pieces[2].name, ".raw");
	for (size_t i = plan.piece_count; i < RJ_MAX_PIECES; i++)
		assert_int_equal(rj_plan_add(&plan, ".raw", 0x200000 + 16 * i, &input, 0, 16,
					     &error), RJ_OK);
	assert_error(rj_plan_add(&plan, ".raw", 0, &input, 0, 16, &error), &error, RJ_BAD,
		     "pieces");
	assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
	rj_plan_free(&plan);
}

static void stack_in_a_piece(void **state)
{
	struct rj_input input = { .fd = -1, .path = "unit" };
	struct rj_plan plan;

	(void)state;
	rj_plan_init(&plan, 0x80);
	rj_plan_add(&plan, ".raw", 0x7000, &input, 0, 0xC00, &error);
	rj_plan_set_entry(&plan, 0, 0x7000);
	assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
	assert_int_equal(plan.note_count, 1);
	assert_note(&plan.notes[0], "grows down into the piece");
	plan.regs.esp = 0x7000;
	plan.note_count = 0;
	assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
	assert_int_equal(plan.note_count, 0);
}

UNIT_MAIN(cmocka_unit_test(overlaps), cmocka_unit_test(rules),
	  cmocka_unit_test(firmware_rules),
	  cmocka_unit_test(names_and_order), cmocka_unit_test(stack_in_a_piece))
