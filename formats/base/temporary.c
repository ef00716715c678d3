/* SPDX-License-Identifier: MIT */
#include "base/temporary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "/.rjpack-XXXXXX"

enum rj_err rj_temporary_open(int *fd, struct rj_error *err)
{
	const char *directory = getenv("TMPDIR");
	size_t size;
	char *path;

	if (!directory || !*directory)
		directory = "/tmp";
	size = strlen(directory) + sizeof(NAME);
	path = malloc(size);
	if (!path)
		return rj_fail(err, RJ_ERR_MEMORY);
	snprintf(path, size, "%s%s", directory, NAME);
	*fd = mkstemp(path);
	if (*fd < 0)
		rj_fail(err, RJ_ERR_CREATE, .os_error = errno);
	else
		unlink(path);
	free(path);
	return *fd < 0 ? err->code : RJ_OK;
}
