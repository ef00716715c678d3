/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/copy.h"
#include "base/temporary.h"
#include "cleanup.h"

#define TEMPORARY ".rjpack-XXXXXX"
#define NEW_FILE_MODE 0666
#define COPY_SIZE 65536

static char *join(const char *directory, const char *name)
{
	size_t size = strlen(directory) + strlen(name) + 2;
	char *path = malloc(size);

	if (path)
		snprintf(path, size, "%s/%s", directory, name);
	return path;
}

static mode_t new_file_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return NEW_FILE_MODE & ~mask;
}

static enum rj_err open_beside(struct output *output, mode_t mode, struct rj_error *err)
{
	char *copy = strdup(output->path);
	char *path = copy ? join(dirname(copy), TEMPORARY) : NULL;
	sigset_t before;

	free(copy);
	if (!path)
		return rj_no_memory(err);
	/* no signal may come before the new file is registered */
	cleanup_block(&before);
	output->file.fd = mkstemp(path);
	if (output->file.fd >= 0) {
		output->temporary = path;
		output->file.synced = true;
		cleanup_remove(path);
	} else {
		rj_cannot_create(err);
		free(path);
	}
	cleanup_unblock(&before);
	if (output->file.fd >= 0)
		fchmod(output->file.fd, mode);
	return output->file.fd < 0 ? err->class : RJ_OK;
}

static enum rj_err refuse_inputs(const struct stat *st, const struct rj_input *inputs,
				 size_t input_count, struct rj_error *err)
{
	for (size_t i = 0; i < input_count; i++)
		if (inputs[i].device == st->st_dev && inputs[i].inode == st->st_ino)
			return rj_fail(err, RJ_BAD,
				       "the output is also the input %s; "
				       "use another name with -o", inputs[i].path);
	return RJ_OK;
}

static enum rj_err open_existing(struct output *output, const struct stat *st,
				 enum output_access access, const struct rj_input *inputs,
				 size_t input_count, struct rj_error *err)
{
	char *real;

	if (S_ISDIR(st->st_mode))
		return rj_fail(err, RJ_BAD, "the output is a directory; name a file with -o");
	if (!S_ISREG(st->st_mode))
		return rj_temporary_open(&output->file.fd, err);
	if (refuse_inputs(st, inputs, input_count, err))
		return err->class;
	real = realpath(output->path, NULL);
	if (!real)
		return rj_cannot_create(err);
	free(output->path);
	output->path = real;
	return open_beside(output, st->st_mode & access, err);
}

enum rj_err output_open(struct output *output, const char *path,
			enum output_access access, const struct rj_input *inputs,
			size_t input_count, struct rj_error *err)
{
	struct stat st;
	enum rj_err code;

	*output = (struct output){ .file.fd = -1 };
	if (strcmp(path, "-") == 0) {
		if (isatty(STDOUT_FILENO))
			return rj_fail(err, RJ_USAGE,
				       "standard output is a terminal; "
				       "redirect it, or name a file with -o");
		return rj_temporary_open(&output->file.fd, err);
	}
	output->path = strdup(path);
	if (!output->path)
		return rj_no_memory(err);
	if (stat(path, &st) == 0)
		code = open_existing(output, &st, access, inputs, input_count, err);
	else if (errno != ENOENT)
		code = rj_cannot_create(err);
	else
		code = open_beside(output, new_file_mode() & access, err);
	if (code)
		output_discard(output);
	return code;
}

static bool write_all(int fd, const char *from, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, from, size);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			from += n;
			size -= (size_t)n;
		}
	}
	return true;
}

static int open_path(const char *path)
{
	int fd;

	do
		fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static int sync_file(int fd)
{
	int status;

	do
		status = fsync(fd);
	while (status < 0 && errno == EINTR);
	return status;
}

/* Copies the file without a name to its target. */
static enum rj_err copy_out(const struct output *output, struct rj_error *err)
{
	int to = output->path ? open_path(output->path) : STDOUT_FILENO;
	char buffer[COPY_SIZE];
	off_t at = 0;
	ssize_t n = 0;
	bool good = to >= 0;

	while (good && ((n = pread(output->file.fd, buffer, sizeof(buffer), at)) > 0 ||
			(n < 0 && errno == EINTR))) {
		if (n < 0)
			continue;
		good = write_all(to, buffer, (size_t)n);
		at += n;
	}
	good = good && n == 0;
	if (!good)
		rj_cannot_write(err);
	if (output->path && to >= 0 && close(to) < 0 && good) {
		good = false;
		rj_cannot_write(err);
	}
	return good ? RJ_OK : err->class;
}

/* Makes the new name durable; not all file systems can, so failure is not an error. */
static void sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

enum rj_err output_commit(struct output *output, struct rj_error *err)
{
	enum rj_err code = RJ_OK;

	if (!output->temporary)
		code = copy_out(output, err);
	else if ((output->file.synced && sync_file(output->file.fd) < 0) ||
		 rename(output->temporary, output->path) < 0)
		code = rj_cannot_write(err);
	if (!code && output->temporary) {
		cleanup_remove(NULL);
		if (output->file.synced)
			sync_directory(output->path);
		free(output->temporary);
		output->temporary = NULL;
	}
	output_discard(output);
	return code;
}

void output_discard(struct output *output)
{
	if (output->temporary) {
		unlink(output->temporary);
		cleanup_remove(NULL);
	}
	if (output->file.fd >= 0)
		close(output->file.fd);
	free(output->temporary);
	free(output->path);
	*output = (struct output){ .file.fd = -1 };
}
