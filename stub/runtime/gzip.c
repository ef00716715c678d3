/* SPDX-License-Identifier: MIT */
#include "runtime/gzip.h"

#include "common/le.h"
#include "install/inflate.h"

/* 2.3 */
#define FLAGS_AT 3
#define FHCRC    0x02u
#define FEXTRA   0x04u
#define FNAME    0x08u
#define FCOMMENT 0x10u

/* The offset after a text and its NUL, or after the end. */
static uint32_t skip_text(const uint8_t *file, uint32_t at, uint32_t end)
{
	while (at < end && file[at])
		at++;
	return at + 1;
}

/* The offset of a member's deflated bytes; end or more if it has none. */
static uint32_t skip_header(const uint8_t *file, uint32_t end)
{
	uint8_t flags = file[FLAGS_AT];
	uint32_t at = GZIP_HEADER;

	if (flags & FEXTRA && at + 2 <= end)
		at += 2u + le16(file + at);
	if (flags & FNAME)
		at = skip_text(file, at, end);
	if (flags & FCOMMENT)
		at = skip_text(file, at, end);
	return flags & FHCRC ? at + 2 : at;
}

static bool only_zeros(const uint8_t *file, uint32_t size)
{
	while (size && !file[size - 1])
		size--;
	return !size;
}

int32_t gzip_unpack(uint8_t *to, uint32_t *to_size, const uint8_t *file, uint32_t size,
		    uint32_t (*crc32)(uint32_t crc, const void *bytes, size_t size), void *work)
{
	uint32_t room = *to_size, at, taken, written;
	int32_t error;

	do {
		at = skip_header(file, size - GZIP_TRAILER);
		if (at >= size - GZIP_TRAILER)
			return RJ_INFLATE_TOO_SHORT;
		taken = size - GZIP_TRAILER - at;
		written = room;
		error = rj_inflate_stream(to, &written, file + at, &taken, work);
		if (error)
			return error;
		at += taken;
		if (crc32(0, to, written) != le32(file + at) || written != le32(file + at + 4))
			return RJ_INFLATE_DAMAGED;
		to += written;
		room -= written;
		file += at + GZIP_TRAILER;
		size -= at + GZIP_TRAILER;
	} while (gzip_is(file, size));
	*to_size -= room;
	return only_zeros(file, size) ? 0 : RJ_INFLATE_DAMAGED;
}
