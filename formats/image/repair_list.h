/* SPDX-License-Identifier: MIT */
/*
 * The stub's repairs by name, see RJ_REPAIRS.
 */
#ifndef RJ_REPAIR_LIST_H
#define RJ_REPAIR_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "abi/repairs.h"
#include "base/error.h"

struct rj_repair_row {
	const char *name;
	const char *what;       /* what it does */
	uint32_t bit;           /* of rj_manifest.repairs */
};

/* In the order in which the stub performs them. */
extern const struct rj_repair_row rj_repair_table[RJ_REPAIR_COUNT];

/*
 * Parses a comma-separated list of words, each applied to the result of those before it: all,
 * none, NAME to add a repair, -NAME to remove it. The list starts from none if the first word
 * is a NAME, and from all otherwise. It is split into words in place.
 */
enum rj_err rj_repairs_parse(char *list, uint32_t *repairs, struct rj_error *err);

/* The shortest list for these repairs: "all", "none", "all,-hpet" or "pic,pit". */
#define RJ_REPAIRS_TEXT 256
void rj_repairs_text(uint32_t repairs, char text[RJ_REPAIRS_TEXT]);

#endif
