/* SPDX-License-Identifier: MIT */
#include "image/regs.h"

#include <string.h>
#include <strings.h>

#include "abi/layout.h"
#include "base/number.h"
#include "common/le.h"

#define EFLAGS_AT_BOOT 0x202    /* IF, and the bit that is always set */

#define REG(name, field, width, shift) \
	{ name, offsetof(struct rj_regs, field), width, shift, \
	  RJ_FIELD_SIZE(struct rj_regs, field) }
#define WHOLE32(r) REG(#r, r, 32, 0)
#define WHOLE16(r) REG(#r, r, 16, 0)
#define LOW16(r) REG(#r, e##r, 16, 0)
#define BYTES(r) REG(#r "l", e##r##x, 8, 0), REG(#r "h", e##r##x, 8, 8)

const struct rj_reg rj_regs_table[] = {
	WHOLE32(eax), WHOLE32(ebx), WHOLE32(ecx), WHOLE32(edx),
	WHOLE32(esi), WHOLE32(edi), WHOLE32(ebp), WHOLE32(esp), WHOLE32(eflags),
	WHOLE16(ds), WHOLE16(es), WHOLE16(fs), WHOLE16(gs), WHOLE16(ss),
	WHOLE16(cs), WHOLE16(ip),
	LOW16(ax), LOW16(bx), LOW16(cx), LOW16(dx),
	LOW16(si), LOW16(di), LOW16(bp), LOW16(sp),
	BYTES(a), BYTES(b), BYTES(c), BYTES(d),
};
const size_t rj_regs_count = sizeof(rj_regs_table) / sizeof(rj_regs_table[0]);
const size_t rj_regs_whole = 16;

void rj_regs_init(struct rj_regs *regs, uint8_t drive)
{
	*regs = (struct rj_regs){
		.edx = drive, .eflags = EFLAGS_AT_BOOT, .esp = BOOT_SECTOR,
	};
}

static uint32_t mask(const struct rj_reg *reg)
{
	return UINT32_MAX >> (32 - reg->width);
}

static uint32_t field_get(const struct rj_regs *regs, const struct rj_reg *reg)
{
	const char *field = (const char *)regs + reg->offset;
	uint32_t wide;
	uint16_t narrow;

	if (reg->field == sizeof(wide)) {
		memcpy(&wide, field, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, field, sizeof(narrow));
	return narrow;
}

static void field_set(struct rj_regs *regs, const struct rj_reg *reg, uint32_t wide)
{
	char *field = (char *)regs + reg->offset;
	uint16_t narrow = (uint16_t)wide;

	if (reg->field == sizeof(wide))
		memcpy(field, &wide, sizeof(wide));
	else
		memcpy(field, &narrow, sizeof(narrow));
}

uint32_t rj_reg_get(const struct rj_regs *regs, const struct rj_reg *reg)
{
	return field_get(regs, reg) >> reg->shift & mask(reg);
}

void rj_reg_set(struct rj_regs *regs, const struct rj_reg *reg, uint32_t value)
{
	uint32_t others = field_get(regs, reg) & ~(mask(reg) << reg->shift);

	field_set(regs, reg, others | value << reg->shift);
}

static const struct rj_reg *find(const char *name, size_t length)
{
	for (size_t i = 0; i < rj_regs_count; i++)
		if (strncasecmp(rj_regs_table[i].name, name, length) == 0 &&
		    rj_regs_table[i].name[length] == '\0')
			return &rj_regs_table[i];
	return NULL;
}

enum rj_err rj_regs_assign(struct rj_regs *regs, const char *text,
			   struct rj_error *err)
{
	struct rj_list names = { "" };
	const char *equals = strchr(text, '=');
	const struct rj_reg *reg;
	uint64_t value;

	if (!equals || equals == text)
		return rj_fail(err, RJ_USAGE,
			       "\"%s\" is not in the form NAME=VALUE; for example eax=0x1234",
			       text);
	reg = find(text, (size_t)(equals - text));
	if (!reg) {
		for (size_t i = 0; i < rj_regs_count; i++)
			rj_list_add(&names, "%s", rj_regs_table[i].name);
		return rj_fail(err, RJ_BAD,
			       "there is no register \"%s\"; the registers are %s", text,
			       names.text);
	}
	if (rj_parse_number(equals + 1, UINT64_MAX, &value, err))
		return err->class;
	if (value > mask(reg))
		return rj_fail(err, RJ_BAD, "%s does not fit in %s; %s has %u bits",
			       RJ_HEX(value), reg->name, reg->name, reg->width);
	rj_reg_set(regs, reg, (uint32_t)value);
	return RJ_OK;
}

void rj_regs_store(const struct rj_regs *regs, void *to)
{
	memset(to, 0, sizeof(*regs));
	for (size_t i = 0; i < rj_regs_whole; i++) {
		const struct rj_reg *reg = &rj_regs_table[i];

		le_store((char *)to + reg->offset, rj_reg_get(regs, reg), reg->field);
	}
}

void rj_regs_load(struct rj_regs *regs, const void *from)
{
	memset(regs, 0, sizeof(*regs));
	for (size_t i = 0; i < rj_regs_whole; i++) {
		const struct rj_reg *reg = &rj_regs_table[i];

		rj_reg_set(regs, reg, (uint32_t)le_load((const char *)from + reg->offset,
							 reg->field));
	}
}
