/* SPDX-License-Identifier: MIT */
#include "gzip.h"

#include "le.h"

#define HEADER   10u
#define TRAILER  8u
#define FLAGS_AT 3
#define DEFLATE  8
#define FHCRC    0x02u
#define FEXTRA   0x04u
#define FNAME    0x08u
#define FCOMMENT 0x10u

/* Behind a text and its NUL, or the end. */
static uint32_t behind_text(const uint8_t *file, uint32_t at, uint32_t end)
{
	while (at < end && file[at])
		at++;
	return at + 1;
}

bool gzip_read(struct gzip *gzip, const uint8_t *file, uint32_t size)
{
	uint32_t at = HEADER, end = size - TRAILER;
	uint8_t flags;

	if (size < HEADER + 2 + TRAILER || file[0] != 0x1F || file[1] != 0x8B || file[2] != DEFLATE)
		return false;
	flags = file[FLAGS_AT];
	if (flags & FEXTRA)
		at += 2u + le16(file + at);
	if (flags & FNAME)
		at = behind_text(file, at, end);
	if (flags & FCOMMENT)
		at = behind_text(file, at, end);
	if (flags & FHCRC)
		at += 2;
	*gzip = (struct gzip){ .start = at, .packed_size = end - at,
			       .crc = le32(file + end), .size = le32(file + end + 4) };
	return at < end;
}
