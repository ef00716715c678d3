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
#include "base/root.h"
#include "base/temporary.h"
#include "cleanup.h"

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

static enum rj_err open_beside(struct output *output, mode_t mode, const char *failure,
			       struct rj_error *err)
{
	char *copy = strdup(output->path);
	char *path = copy ? join(dirname(copy), RJ_TEMPORARY_NAME) : NULL;
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
		rj_fail(err, RJ_HOST, "%s: %s", failure, strerror(errno));
		free(path);
	}
	cleanup_unblock(&before);
	if (output->file.fd >= 0)
		fchmod(output->file.fd, mode);
	return output->file.fd < 0 ? err->class : RJ_OK;
}

static enum rj_err refuse_directory(struct rj_error *err)
{
	return rj_fail(err, RJ_BAD, "the output is a directory; name a file with -o");
}

static enum rj_err refuse_inputs(const struct stat *st, const struct rj_input *inputs,
				 size_t input_count, struct rj_error *err)
{
	for (size_t i = 0; i < input_count; i++)
		if (rj_input_is(&inputs[i], st))
			return rj_fail(err, RJ_BAD,
				       "the output is also the input %s; "
				       "use another name with -o", inputs[i].path);
	return RJ_OK;
}

/*
 * What the link `path` contains, as a path from here; the caller frees it. NULL and errno if there
 * is none: EINVAL if it is not a link.
 */
static char *link_target(const char *path)
{
	char target[PATH_MAX], *copy, *result;
	ssize_t size = readlink(path, target, sizeof(target) - 1);

	if (size < 0)
		return NULL;
	target[size] = '\0';
	if (*target == '/')
		return strdup(target);
	copy = strdup(path);
	result = copy ? join(dirname(copy), target) : NULL;
	free(copy);
	return result;
}

/* The path of the file itself, which need not be there: a new one is made where links lead. */
static enum rj_err follow_links(struct output *output, struct rj_error *err)
{
	for (unsigned i = 0; i < RJ_ROOT_LINKS; i++) {
		char *next = link_target(output->path);

		if (!next)
			return errno == EINVAL || errno == ENOENT ? RJ_OK : rj_cannot_create(err);
		free(output->path);
		output->path = next;
	}
	errno = ELOOP;
	return rj_cannot_create(err);
}

static enum rj_err open_existing(struct output *output, const struct stat *st,
				 enum output_access access, struct rj_error *err)
{
	if (S_ISDIR(st->st_mode))
		return refuse_directory(err);
	if (!S_ISREG(st->st_mode))
		return rj_temporary_open(&output->file.fd, err);
	if (follow_links(output, err))
		return err->class;
	return open_beside(output, st->st_mode & access,
			   "cannot be replaced, since no file can be created beside it", err);
}

static enum rj_err open_path(struct output *output, enum output_access access,
			     const struct rj_input *inputs, size_t input_count,
			     struct rj_error *err)
{
	size_t length = strlen(output->path);
	struct stat st;

	if (stat(output->path, &st) == 0)
		return refuse_inputs(&st, inputs, input_count, err)
		       ? err->class : open_existing(output, &st, access, err);
	if (errno != ENOENT || length == 0)
		return rj_cannot_create(err);
	if (output->path[length - 1] == '/')
		return refuse_directory(err);
	if (follow_links(output, err))
		return err->class;
	return open_beside(output, new_file_mode() & access, "cannot create", err);
}

static enum rj_err open_standard(struct output *output, const struct rj_input *inputs,
				 size_t input_count, struct rj_error *err)
{
	struct stat st;

	if (isatty(STDOUT_FILENO))
		return rj_fail(err, RJ_USAGE,
			       "standard output is a terminal; "
			       "redirect it, or name a file with -o");
	if (fstat(STDOUT_FILENO, &st) == 0 && refuse_inputs(&st, inputs, input_count, err))
		return err->class;
	return rj_temporary_open(&output->file.fd, err);
}

bool output_is_standard(const char *path)
{
	struct stat st, standard;

	return strcmp(path, "-") == 0 ||
	       (stat(path, &st) == 0 && fstat(STDOUT_FILENO, &standard) == 0 &&
		st.st_dev == standard.st_dev && st.st_ino == standard.st_ino);
}

enum rj_err output_open(struct output *output, const char *path,
			enum output_access access, const struct rj_input *inputs,
			size_t input_count, struct rj_error *err)
{
	enum rj_err code;

	*output = (struct output){ .file.fd = -1 };
	if (output_is_standard(path))
		return open_standard(output, inputs, input_count, err);
	output->path = strdup(path);
	if (!output->path)
		return rj_no_memory(err);
	code = open_path(output, access, inputs, input_count, err);
	if (code)
		output_discard(output);
	return code;
}

static bool write_all(int fd, const char *from, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, from, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0)
			return false;
		from += n;
		size -= (size_t)n;
	}
	return true;
}

static int sync_file(int fd)
{
	int status;

	do
		status = fsync(fd);
	while (status < 0 && errno == EINTR);
	return status;
}

/* Copies all of a file. False, with errno, if it cannot. */
static bool copy_bytes(int from, int to)
{
	char buffer[COPY_SIZE];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(from, buffer, sizeof(buffer), at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || !write_all(to, buffer, (size_t)n))
			return false;
		at += n;
	}
	return true;
}

/* Copies the file without a name to a device or FIFO. */
static enum rj_err copy_to_path(const struct output *output, struct rj_error *err)
{
	int to = rj_open(output->path, O_WRONLY);
	bool good;

	if (to < 0)
		return rj_cannot_write(err);
	if (isatty(to)) {
		close(to);
		return rj_fail(err, RJ_USAGE, "the output is a terminal; name a file with -o");
	}
	good = copy_bytes(output->file.fd, to);
	if (!good)
		rj_cannot_write(err);
	if (close(to) < 0 && good)
		return rj_cannot_write(err);
	return good ? RJ_OK : err->class;
}

static enum rj_err copy_out(const struct output *output, struct rj_error *err)
{
	if (output->path)
		return copy_to_path(output, err);
	return copy_bytes(output->file.fd, STDOUT_FILENO) ? RJ_OK : rj_cannot_write(err);
}

/* Makes the new name durable; not all file systems can, so failure is not an error. */
static void sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? rj_open(dirname(copy), O_RDONLY | O_DIRECTORY) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

/* Network file systems report some writes that failed only when the file is closed. */
static bool finish_file(struct output *output)
{
	int fd = output->file.fd;

	if (output->file.synced && sync_file(fd) < 0)
		return false;
	output->file.fd = -1;
	return close(fd) == 0 || errno == EINTR;        /* closed all the same: close(2) */
}

static enum rj_err put_in_place(struct output *output, struct rj_error *err)
{
	if (!finish_file(output))
		return rj_cannot_write(err);
	if (rename(output->temporary, output->path) < 0)
		return rj_fail(err, RJ_HOST, "cannot be replaced: %s", strerror(errno));
	cleanup_remove(NULL);
	if (output->file.synced)
		sync_directory(output->path);
	free(output->temporary);
	output->temporary = NULL;
	return RJ_OK;
}

enum rj_err output_commit(struct output *output, struct rj_error *err)
{
	enum rj_err code = output->temporary ? put_in_place(output, err) : copy_out(output, err);

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
