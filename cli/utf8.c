/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <stdint.h>

size_t utf8_sequence(const unsigned char *text)
{
	static const struct { unsigned char mask, value; size_t size; uint32_t least; } leads[] = {
		{ 0x80, 0x00, 1, 0 }, { 0xE0, 0xC0, 2, 0x80 },
		{ 0xF0, 0xE0, 3, 0x800 }, { 0xF8, 0xF0, 4, 0x10000 },
	};

	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		uint32_t point = text[0] & (unsigned char)~leads[i].mask;

		if ((text[0] & leads[i].mask) != leads[i].value)
			continue;
		for (size_t n = 1; n < leads[i].size; n++) {
			if ((text[n] & 0xC0) != 0x80)
				return 0;
			point = point << 6 | (text[n] & 0x3Fu);
		}
		return point < leads[i].least || point > 0x10FFFF ||
		       (point >= 0xD800 && point <= 0xDFFF) ? 0 : leads[i].size;
	}
	return 0;
}
