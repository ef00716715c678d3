/* SPDX-License-Identifier: MIT */
#include "payload/payload.h"

static enum rj_err raw_read(struct rj_plan *plan, const struct rj_input *input,
			    const struct payload_argument *argument, struct rj_error *err)
{
	return rj_plan_add(plan, ".raw", argument->address, input, 0, input->size, err);
}

const struct payload_kind payload_raw = {
	.name = "raw",
	.argument = "FILE@ADDRESS",
	.help = "any bytes, placed at a physical address; repeatable",
	.signature = "none",
	.place = "ADDRESS, started by --entry SEG:OFF",
	.adds = true,
	.addressed = true,
	.exact = true,
	.read = raw_read,
};
