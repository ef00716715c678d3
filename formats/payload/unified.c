/* SPDX-License-Identifier: MIT */
#include "payload/unified.h"

#include <string.h>

#include "common/le.h"

/* PE Format (Microsoft): the offset of the header, and offsets in it and in a section's row. */
#define HEADER_AT     0x3C
#define SECTION_COUNT 6
#define OPTIONAL_SIZE 20
#define HEADER_SIZE   24                /* then the optional header, then the sections */
#define SECTION_DATA  20
#define SECTION_SIZE  40

uint64_t rj_unified_kernel(const struct rj_input *input)
{
	uint8_t bytes[SECTION_SIZE];
	uint64_t at;

	if (rj_input_peek(input, bytes, 4, HEADER_AT) != 4)
		return 0;
	at = le32(bytes);
	if (rj_input_peek(input, bytes, HEADER_SIZE, at) != HEADER_SIZE ||
	    memcmp(bytes, "PE\0", 4) != 0)
		return 0;
	at += HEADER_SIZE + le16(bytes + OPTIONAL_SIZE);
	for (unsigned left = le16(bytes + SECTION_COUNT); left > 0; left--, at += SECTION_SIZE) {
		if (rj_input_peek(input, bytes, SECTION_SIZE, at) != SECTION_SIZE)
			return 0;
		if (memcmp(bytes, ".linux\0", 8) == 0)
			return le32(bytes + SECTION_DATA);
	}
	return 0;
}
