/* SPDX-License-Identifier: MIT */
#include "base/temporary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "/" RJ_TEMPORARY_NAME

enum rj_err rj_cannot_create(struct rj_error *err)
{
	rj_fail(err, RJ_HOST, "cannot create: %s", strerror(errno));
	err->of_output = true;
	return RJ_HOST;
}

void rj_about_temporary(struct rj_error *err)
{
	size_t used = strlen(err->text);

	if (!err->of_output)
		return;
	err->subject = "a temporary file";
	err->of_output = false;
	snprintf(err->text + used, sizeof(err->text) - used,
		 "; set TMPDIR to another directory");
}

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
		return rj_no_memory(err);
	snprintf(path, size, "%s%s", directory, NAME);
	*fd = mkstemp(path);
	if (*fd < 0) {
		rj_cannot_create(err);
		rj_about_temporary(err);
	} else {
		unlink(path);
	}
	free(path);
	return *fd < 0 ? err->class : RJ_OK;
}
