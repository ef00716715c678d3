/* SPDX-License-Identifier: MIT */
/* Apart from mem.c: what stays resident has no use for it. */
#include "common/mem.h"

int memcmp(const void *s1, const void *s2, size_t n)
{
	const unsigned char *x = s1, *y = s2;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x < *y ? -1 : 1;
	return 0;
}
