/* SPDX-License-Identifier: MIT */
#include "disk/mbr_code.h"

#include <stddef.h>
#include <zlib.h>

/* SYSLINUX 6.04, mbr/mbr.S and mbr/gptmbr.S, as packaged in Debian 11 to 13 */
static const struct rj_mbr_code codes[] = {
	{ .crc = 0x5EF901E0, .finds_xfs = true },
	{ .crc = 0xB461A229, .gpt = true },
};

const struct rj_mbr_code *rj_mbr_code_of(const uint8_t *sector)
{
	uLong crc = crc32(0, sector, RJ_MBR_CODE_SIZE);

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].crc == crc)
			return &codes[i];
	return NULL;
}
