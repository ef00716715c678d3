/* SPDX-License-Identifier: MIT */
#include "machine/iomem.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BEHIND " : "

/*
 * A hexadecimal number. Returns the text after it, or NULL if there is none or it overflows.
 */
static const char *take(const char *text, uint64_t *value)
{
	char *end;

	if (!isxdigit((unsigned char)*text))
		return NULL;
	errno = 0;
	*value = strtoull(text, &end, 16);
	return errno ? NULL : end;
}

bool rj_iomem_is(const char *line, const char *name, uint64_t *from, uint64_t *end)
{
	const char *at = take(line + strspn(line, " "), from);

	if (!at || *at != '-' || !(at = take(at + 1, end)))
		return false;
	if (*end < *from || *end == UINT64_MAX)
		return false;
	++*end;
	return strncmp(at, BEHIND, strlen(BEHIND)) == 0 &&
	       strncmp(at + strlen(BEHIND), name, strlen(name)) == 0;
}
