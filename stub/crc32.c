/* SPDX-License-Identifier: MIT */
#include "crc32.h"

#define POLYNOMIAL 0xEDB88320u  /* 04C11DB7h, lowest bit first */

/* Made at the first call: 1 KiB less in every image. */
static uint32_t table[256];

static void make_table(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t r = byte;

		for (int bit = 0; bit < 8; bit++)
			r = r & 1 ? r >> 1 ^ POLYNOMIAL : r >> 1;
		table[byte] = r;
	}
}

uint32_t rj_crc32(uint32_t crc, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	if (!table[255])
		make_table();
	for (crc = ~crc; n; n--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 0xFF];
	return ~crc;
}
