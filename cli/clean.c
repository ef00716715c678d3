/* SPDX-License-Identifier: MIT */
#include "clean.h"

#include <ctype.h>

char *clean_name(char *to, size_t size, const char *name)
{
	size_t i;

	for (i = 0; i + 1 < size && name[i]; i++)
		to[i] = '?';
	to[i] = '\0';
	while (i-- > 0)
		if (isprint((unsigned char)name[i]))
			to[i] = name[i];
	return to;
}
