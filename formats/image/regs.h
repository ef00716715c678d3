/* SPDX-License-Identifier: MIT */
/*
 * The registers on arrival, by name.
 */
#ifndef RJ_REGS_H
#define RJ_REGS_H

#include <stddef.h>

#include "abi/manifest.h"
#include "base/error.h"

struct rj_reg {
	const char *name;       /* lower case */
	size_t offset;          /* in struct rj_regs */
	unsigned width;         /* bits: 8, 16 or 32 */
	unsigned shift;         /* position of its lowest bit in the field */
	size_t field;           /* size of the field in bytes */
};

/* All registers; those as wide as their field come first, rj_regs_whole of them. */
extern const struct rj_reg rj_regs_table[];
extern const size_t rj_regs_count, rj_regs_whole;

/* SS:SP = 0:7C00, IF set, DL = drive, everything else 0. */
void rj_regs_init(struct rj_regs *regs, uint8_t drive);

/* A register's value, 0 to 2^width - 1; rj_reg_set takes such a value. */
uint32_t rj_reg_get(const struct rj_regs *regs, const struct rj_reg *reg);
void rj_reg_set(struct rj_regs *regs, const struct rj_reg *reg, uint32_t value);

/* Assigns NAME=VALUE, the name in any case, if the value fits in the register. */
enum rj_err rj_regs_assign(struct rj_regs *regs, const char *text,
			   struct rj_error *err);

/* Convert to and from the sizeof(struct rj_regs) bytes in a manifest. */
void rj_regs_store(const struct rj_regs *regs, void *to);
void rj_regs_load(struct rj_regs *regs, const void *from);

#endif
