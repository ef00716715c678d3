/* SPDX-License-Identifier: MIT */
#include "disk_geometry.h"

#include <stdlib.h>
#include <string.h>

/* A decimal number from 1 to max and the character behind it; NULL: it is none. */
static const char *take_count(const char *text, char behind, unsigned long max,
			      unsigned long *value)
{
	size_t length = strspn(text, "0123456789");

	if (length == 0 || length > 4 || text[length] != behind)
		return NULL;
	*value = strtoul(text, NULL, 10);
	return *value >= 1 && *value <= max ? text + length + (behind != '\0') : NULL;
}

enum rj_err rj_geometry_parse(const char *text, struct rj_geometry *geometry,
			      struct rj_error *err)
{
	unsigned long cylinders, heads, sectors;
	const char *at = take_count(text, ',', GEOMETRY_CYLINDERS_MAX, &cylinders);

	if (at)
		at = take_count(at, ',', GEOMETRY_HEADS_MAX, &heads);
	if (at)
		at = take_count(at, '\0', GEOMETRY_SECTORS_MAX, &sectors);
	if (!at)
		return rj_fail(err, RJ_ERR_GEOMETRY, .name = text);
	*geometry = (struct rj_geometry){ (uint16_t)cylinders, (uint16_t)heads,
					  (uint8_t)sectors };
	return RJ_OK;
}
