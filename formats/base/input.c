/* SPDX-License-Identifier: MIT */
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The failure that rj_input_failure will return. */
static struct rj_error failure;

int rj_open(const char *path, int flags)
{
	int fd;

	do
		fd = open(path, flags | O_NOCTTY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd;
}

enum rj_err rj_cannot_open(const char *path, struct rj_error *err)
{
	int os_error = errno;

	rj_fail_about(err, RJ_BAD, path, "cannot open: %s", strerror(os_error));
	err->os_error = os_error;
	return RJ_BAD;
}

static enum rj_err cannot_read(const char *path, uint64_t offset, struct rj_error *err)
{
	return rj_fail_about(err, RJ_HOST, path, "cannot read at %s: %s",
			     RJ_HEX(offset), strerror(errno));
}

static enum rj_err check_type(struct rj_input *input, bool devices, struct rj_error *err)
{
	struct stat st;
	off_t size;

	if (fstat(input->fd, &st) < 0)
		return rj_cannot_open(input->path, err);
	if (S_ISDIR(st.st_mode))
		return rj_fail_about(err, RJ_BAD, input->path, "a directory; name a file");
	input->is_device = S_ISBLK(st.st_mode);
	if (!S_ISREG(st.st_mode) && !(devices && input->is_device))
		return rj_fail_about(err, RJ_BAD, input->path,
				     "not a regular file; "
				     "copy its contents to a file and use that");
	size = lseek(input->fd, 0, SEEK_END);   /* a device has no st_size */
	if (size < 0)
		return rj_cannot_open(input->path, err);
	if (size == 0)
		return rj_fail_about(err, RJ_BAD, input->path, "empty file");
	input->size = (uint64_t)size;
	input->device = input->is_device ? st.st_rdev : st.st_dev;
	input->inode = input->is_device ? 0 : st.st_ino;
	input->modified = st.st_mtim;
	return RJ_OK;
}

static enum rj_err open_input(struct rj_input *input, const char *path, bool devices,
			      struct rj_error *err)
{
	*input = (struct rj_input){ .fd = rj_open(path, O_RDONLY | O_NONBLOCK), .path = path };
	if (input->fd < 0)
		return rj_cannot_open(path, err);
	if (check_type(input, devices, err))
		rj_input_close(input);
	return input->fd < 0 ? err->class : RJ_OK;
}

enum rj_err rj_input_open(struct rj_input *input, const char *path,
			  struct rj_error *err)
{
	return open_input(input, path, false, err);
}

enum rj_err rj_input_open_disk(struct rj_input *input, const char *path,
			       struct rj_error *err)
{
	return open_input(input, path, true, err);
}

bool rj_input_is(const struct rj_input *input, const struct stat *st)
{
	if (S_ISBLK(st->st_mode))
		return input->is_device && input->device == st->st_rdev;
	return !input->is_device && input->device == st->st_dev && input->inode == st->st_ino;
}

enum rj_err rj_input_unchanged(const struct rj_input *input, struct rj_error *err)
{
	struct stat st;

	if (input->is_device)
		return RJ_OK;
	if (fstat(input->fd, &st) < 0)
		return rj_fail_about(err, RJ_HOST, input->path, "cannot read: %s", strerror(errno));
	/* what was unpacked from the file is in one that nobody else has */
	if (!rj_input_is(input, &st) || (st.st_mtim.tv_sec == input->modified.tv_sec &&
					 st.st_mtim.tv_nsec == input->modified.tv_nsec))
		return RJ_OK;
	return rj_fail_about(err, RJ_BAD, input->path,
			     "the file was changed while being read; "
			     "nothing else may write to the file");
}

void rj_input_close(struct rj_input *input)
{
	if (input->fd >= 0)
		close(input->fd);
	input->fd = -1;
}

enum rj_err rj_input_read(const struct rj_input *input, void *to, size_t size,
			  uint64_t offset, struct rj_error *err)
{
	char *at = to;

	while (size > 0) {
		ssize_t n = pread(input->fd, at, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cannot_read(input->path, offset, err);
		if (n == 0)
			return rj_fail_about(err, RJ_BAD, input->path,
					     "the file shrank while being read: "
					     "nothing is left at %s; "
					     "nothing else may write to the file",
					     RJ_HEX(offset));
		at += n;
		size -= (size_t)n;
		offset += (uint64_t)n;
	}
	return RJ_OK;
}

static void keep_failure(const struct rj_error *error)
{
	static char subject[PATH_MAX];

	if (failure.class)
		return;
	failure = *error;
	snprintf(subject, sizeof(subject), "%s", error->subject);
	failure.subject = subject;
}

size_t rj_input_peek(const struct rj_input *input, void *to, size_t size,
		     uint64_t offset)
{
	struct rj_error error;

	if (offset >= input->size)
		return 0;
	if (size > input->size - offset)
		size = (size_t)(input->size - offset);
	if (!rj_input_read(input, to, size, offset, &error))
		return size;
	keep_failure(&error);
	return 0;
}

static size_t peek_input(const void *from, void *to, size_t size, uint64_t offset)
{
	return rj_input_peek(from, to, size, offset);
}

struct rj_bytes rj_input_bytes(const struct rj_input *input)
{
	return (struct rj_bytes){ peek_input, input, input->size };
}

void rj_input_heed_errno(const char *path)
{
	struct rj_error error;

	if (errno != ENOMEM && errno != EIO)
		return;
	cannot_read(path, 0, &error);
	keep_failure(&error);
}

enum rj_err rj_input_failure(struct rj_error *err)
{
	enum rj_err code = failure.class;

	if (code)
		*err = failure;
	failure.class = RJ_OK;
	return code;
}
