/* SPDX-License-Identifier: MIT */
#include "payload/boot_code.h"

#include <stdlib.h>
#include <string.h>

enum rj_err boot_code_add(struct rj_plan *plan, uint8_t interrupt, struct rj_error *err)
{
	const uint8_t code[] = {
		0xCD, interrupt,
		0xFA,                   /* cli */
		0xF4,                   /* hlt */
		0xEB, 0xFD,             /* jmp to the hlt, after an NMI */
	};
	uint8_t *bytes = malloc(sizeof(code));

	if (!bytes)
		return rj_no_memory(err);
	memcpy(bytes, code, sizeof(code));
	return rj_plan_add_bytes(plan, ".boot", BOOT_CODE, bytes, sizeof(code), err);
}
