/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "abi/layout.h"
#include "image/regs.h"

#define NUMBER { RJ_USAGE, "is not a number" }
#define REG_NAME { RJ_BAD, "there is no register" }
#define REG_SYNTAX { RJ_USAGE, "is not in the form NAME=VALUE" }
#define REG_VALUE { RJ_BAD, "does not fit in" }

static struct rj_error error;       /* of the last call that failed */

static void at_boot(void **state)
{
	struct rj_regs regs;

	(void)state;
	rj_regs_init(&regs, 0x81);
	assert_int_equal(regs.edx, 0x81);
	assert_int_equal(regs.eflags, 0x202);
	assert_int_equal(regs.esp, BOOT_SECTOR);
	assert_int_equal(regs.ss | regs.ds | regs.cs | regs.ip | regs.eax, 0);
}

static void parts(void **state)
{
	struct rj_regs regs = { 0 };

	(void)state;
	assert_int_equal(rj_regs_assign(&regs, "EAX=0x12345678", &error), RJ_OK);
	assert_int_equal(rj_regs_assign(&regs, "ah=0xAA", &error), RJ_OK);
	assert_int_equal(regs.eax, 0x1234AA78);
	assert_int_equal(rj_regs_assign(&regs, "al=1", &error), RJ_OK);
	assert_int_equal(regs.eax, 0x1234AA01);
	assert_int_equal(rj_regs_assign(&regs, "ax=65535", &error), RJ_OK);
	assert_int_equal(regs.eax, 0x1234FFFF);
	assert_int_equal(rj_regs_assign(&regs, "Sp=7C00h", &error), RJ_OK);
	assert_int_equal(regs.esp, 0x7C00);
	assert_int_equal(rj_regs_assign(&regs, "gs=0xB800", &error), RJ_OK);
	assert_int_equal(regs.gs, 0xB800);
	assert_int_equal(regs.fs | regs.es | regs.ds, 0);
}

/* Setting each register to all ones changes its own bits only. */
static void every_register(void **state)
{
	(void)state;
	for (size_t i = 0; i < rj_regs_count; i++) {
		const struct rj_reg *reg = &rj_regs_table[i];
		uint32_t ones = UINT32_MAX >> (32 - reg->width);
		struct rj_regs regs = { 0 }, again;
		uint8_t bytes[sizeof(regs)];
		unsigned bits = 0;

		rj_reg_set(&regs, reg, ones);
		assert_int_equal(rj_reg_get(&regs, reg), ones);
		rj_regs_store(&regs, bytes);
		for (size_t n = 0; n < sizeof(bytes); n++)
			bits += (unsigned)__builtin_popcount(bytes[n]);
		assert_int_equal(bits, reg->width);
		rj_regs_load(&again, bytes);
		assert_memory_equal(&regs, &again, sizeof(regs));
		assert_int_equal(reg->width == reg->field * 8, i < rj_regs_whole);
	}
}

static void refused(void **state)
{
	static const struct { const char *text; struct unit_outcome outcome; } rows[] = {
		{ "eax", REG_SYNTAX }, { "=1", REG_SYNTAX },
		{ "eix=1", REG_NAME }, { "e=1", REG_NAME },
		{ "eaxx=1", REG_NAME }, { "eax=", NUMBER },
		{ "eax=1x", NUMBER }, { "al=256", REG_VALUE },
		{ "ds=0x10000", REG_VALUE }, { "eax=4G", REG_VALUE },
	};
	struct rj_regs regs = { 0 };

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].text)
		assert_outcome(rj_regs_assign(&regs, rows[i].text, &error),
			       &error, &rows[i].outcome);
	assert_error(rj_regs_assign(&regs, "eix=1", &error), &error, RJ_BAD,
		     "there is no register");
	assert_non_null(strstr(error.text, "eflags"));
}

UNIT_MAIN(cmocka_unit_test(at_boot), cmocka_unit_test(parts),
	  cmocka_unit_test(every_register), cmocka_unit_test(refused))
