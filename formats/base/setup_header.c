/* SPDX-License-Identifier: MIT */
#include "base/setup_header.h"

#include "common/le.h"

bool setup_header_is_in(const struct rj_input *input)
{
	uint8_t magic[4] = { 0 };

	rj_input_peek(input, magic, sizeof(magic),
		      SETUP_HEADER + offsetof(struct setup_header, header));
	return le32(magic) == HDRS_MAGIC;
}
