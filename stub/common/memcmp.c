/* SPDX-License-Identifier: MIT */
/* Separate from mem.c, since resident code does not use memcmp. */
#include "common/mem.h"

int memcmp(const void *s1, const void *s2, size_t n)
{
	const unsigned char *x = s1, *y = s2;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x < *y ? -1 : 1;
	return 0;
}
