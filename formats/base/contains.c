/* SPDX-License-Identifier: MIT */
#include "base/contains.h"

#include <string.h>

bool rj_contains(const void *bytes, size_t size, const void *part, size_t length)
{
	const char *at = bytes;

	for (size_t i = 0; i + length <= size; i++)
		if (memcmp(at + i, part, length) == 0)
			return true;
	return false;
}
