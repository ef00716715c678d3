/* SPDX-License-Identifier: MIT */
#include "common/crc32.h"

#define POLYNOMIAL 0xEDB88320u  /* 04C11DB7h, lowest bit first */
#define SLICES 4                /* bytes in one step */

/* tables[k][b]: the effect of byte b on the CRC k bytes later. Built at the first
 * call, which saves 4 KiB in every image. */
static uint32_t tables[SLICES][256];

static void make_tables(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t r = byte;

		for (int bit = 0; bit < 8; bit++)
			r = r & 1 ? r >> 1 ^ POLYNOMIAL : r >> 1;
		tables[0][byte] = r;
	}
	for (uint32_t byte = 0; byte < 256; byte++)
		for (int k = 1; k < SLICES; k++) {
			uint32_t r = tables[k - 1][byte];

			tables[k][byte] = r >> 8 ^ tables[0][r & 0xFF];
		}
}

static uint32_t four_bytes(uint32_t crc, const uint8_t *p)
{
	crc ^= (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
	return tables[3][crc & 0xFF] ^ tables[2][crc >> 8 & 0xFF]
		^ tables[1][crc >> 16 & 0xFF] ^ tables[0][crc >> 24];
}

uint32_t rj_crc32(uint32_t crc, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	if (!tables[0][255])
		make_tables();
	crc = ~crc;
	for (; n >= SLICES; n -= SLICES, p += SLICES)
		crc = four_bytes(crc, p);
	for (; n; n--)
		crc = crc >> 8 ^ tables[0][(crc ^ *p++) & 0xFF];
	return ~crc;
}
