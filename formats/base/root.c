/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE             /* strverscmp */
#include "base/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/input.h"

/* A call has failed; if that is not about the tree's contents, rj_input_failure reports it. */
static bool fail(const char *path)
{
	rj_input_heed_errno(path);
	return false;
}

/* Appends /name, or removes the last component for "..". */
static bool step(char path[PATH_MAX], const char *name, size_t length)
{
	size_t used = strlen(path);

	if (length == 0 || (length == 1 && name[0] == '.'))
		return true;
	if (length == 2 && name[0] == '.' && name[1] == '.') {
		char *slash = strrchr(path, '/');

		if (slash)
			*slash = '\0';
		return true;
	}
	if (used + length + 2 > PATH_MAX)
		return false;
	path[used] = '/';
	memcpy(path + used + 1, name, length);
	path[used + 1 + length] = '\0';
	return true;
}

static bool outside(const struct rj_root *root, const char *path, char to[PATH_MAX])
{
	int size = snprintf(to, PATH_MAX, "%s%s", root->path, path);

	return size >= 0 && size < PATH_MAX;
}

/* Whether there is something at path; target is a link's target, otherwise empty. */
static bool look(const struct rj_root *root, const char *path, char target[PATH_MAX])
{
	char real[PATH_MAX];
	struct stat st;
	ssize_t size;

	target[0] = '\0';
	if (!outside(root, path, real))
		return false;
	if (lstat(real[0] ? real : "/", &st) < 0)
		return fail(real);
	if (!S_ISLNK(st.st_mode))
		return true;
	size = readlink(real, target, PATH_MAX - 1);
	if (size <= 0)
		return fail(real);
	target[size] = '\0';
	return true;
}

/* Prepends a link's target to the rest of the path. */
static bool follow(char to[PATH_MAX], char rest[PATH_MAX], const char *after,
		   const char *target)
{
	char joined[PATH_MAX];
	int size = snprintf(joined, sizeof(joined), "%s/%s", target, after);

	if (size < 0 || size >= PATH_MAX)
		return false;
	memcpy(rest, joined, (size_t)size + 1);
	if (target[0] == '/')
		to[0] = '\0';
	else
		step(to, "..", 2);
	return true;
}

bool rj_root_resolve(const struct rj_root *root, const char *path, char to[PATH_MAX])
{
	char rest[PATH_MAX], target[PATH_MAX];
	const char *at = rest;
	unsigned links = 0;

	to[0] = '\0';
	if (snprintf(rest, sizeof(rest), "%s", path) >= PATH_MAX)
		return false;
	while (*at) {
		size_t length = strcspn(at, "/");

		if (!step(to, at, length) || !look(root, to, target))
			return false;
		at += length + (at[length] == '/');
		if (target[0] == '\0')
			continue;
		if (++links > RJ_ROOT_LINKS || !follow(to, rest, at, target))
			return false;
		at = rest;
	}
	return true;
}

bool rj_root_read_link(const struct rj_root *root, const char *path, char to[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX], inside[PATH_MAX];

	if (!slash || slash - path >= PATH_MAX)
		return false;
	memcpy(directory, path, (size_t)(slash - path));
	directory[slash - path] = '\0';
	return rj_root_resolve(root, directory, inside) &&
	       step(inside, slash + 1, strlen(slash + 1)) && look(root, inside, to) && *to;
}

bool rj_root_outside(const struct rj_root *root, const char *path, char to[PATH_MAX])
{
	char inside[PATH_MAX];

	return rj_root_resolve(root, path, inside) && outside(root, inside, to);
}

bool rj_root_has(const struct rj_root *root, const char *path)
{
	char inside[PATH_MAX];

	return rj_root_resolve(root, path, inside);
}

static int open_file(const struct rj_root *root, const char *path)
{
	char real[PATH_MAX];
	struct stat st;
	int fd;

	if (!rj_root_outside(root, path, real))
		return -1;
	fd = rj_open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0)
		fail(real);
	else if (S_ISREG(st.st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

long rj_root_read(const struct rj_root *root, const char *path, char *to, size_t size)
{
	int fd = open_file(root, path);
	size_t used = 0;

	if (fd < 0)
		return -1;
	while (used < size - 1) {
		ssize_t n = read(fd, to + used, size - 1 - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			fail(path);
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	close(fd);
	to[used] = '\0';
	return (long)used;
}

bool rj_root_word(const struct rj_root *root, const char *path, char *to, size_t size)
{
	if (rj_root_read(root, path, to, size) < 0)
		return false;
	to[strcspn(to, "\n")] = '\0';
	return true;
}

bool rj_root_number(const struct rj_root *root, const char *path, int base, uint64_t *value)
{
	char text[64], *end;

	if (!rj_root_word(root, path, text, sizeof(text)))
		return false;
	errno = 0;
	*value = strtoull(text, &end, base);
	return end != text && errno == 0;
}

bool rj_root_link(const struct rj_root *root, const char *path, char to[NAME_MAX + 1])
{
	char inside[PATH_MAX];
	const char *slash;

	if (!rj_root_resolve(root, path, inside) || !(slash = strrchr(inside, '/')) ||
	    strlen(slash + 1) > NAME_MAX)
		return false;
	strcpy(to, slash + 1);
	return true;
}

struct reader {
	int fd;
	gzFile gzip;                    /* or NULL */
	const char *path;
	char buffer[RJ_ROOT_LINE];
	size_t at, have;
	uint64_t total;                 /* bytes until the end of the buffer */
};

/* zlib reads other files as well, but loses bytes when a signal interrupts it. */
static bool is_gzip(int fd)
{
	uint8_t magic[2];
	ssize_t n;

	do
		n = pread(fd, magic, sizeof(magic), 0);
	while (n < 0 && errno == EINTR);
	return n == sizeof(magic) && magic[0] == 0x1F && magic[1] == 0x8B; /* RFC 1952, 2.3.1 */
}

static bool reader_open(struct reader *reader, const struct rj_root *root, const char *path)
{
	*reader = (struct reader){ .fd = open_file(root, path), .path = path };
	if (reader->fd < 0 || !is_gzip(reader->fd))
		return reader->fd >= 0;
	errno = ENOMEM;
	reader->gzip = gzdopen(reader->fd, "rb");
	if (reader->gzip)
		return true;
	fail(path);
	close(reader->fd);
	return false;
}

static void reader_close(struct reader *reader)
{
	if (reader->gzip)
		gzclose(reader->gzip);
	else
		close(reader->fd);
}

/* Returns false at the end, or where the file cannot be read. */
static bool refill(struct reader *reader)
{
	ssize_t n;

	errno = 0;
	do
		n = reader->gzip ? gzread(reader->gzip, reader->buffer, sizeof(reader->buffer))
				 : read(reader->fd, reader->buffer, sizeof(reader->buffer));
	while (n < 0 && errno == EINTR && !reader->gzip);
	if (n < 0)
		fail(reader->path);
	reader->at = 0;
	reader->have = n < 0 ? 0 : (size_t)n;
	reader->total += reader->have;
	return n > 0;
}

/*
 * Reads a line without its newline, or as much as fits; *whole: it is the line's last part. Returns
 * false at the end.
 */
static bool next_line(struct reader *reader, char text[RJ_ROOT_LINE], bool *whole)
{
	size_t length = 0;
	char byte = '\0';

	while (length < RJ_ROOT_LINE - 1 && byte != '\n' &&
	       (reader->at < reader->have || refill(reader))) {
		byte = reader->buffer[reader->at++];
		if (byte != '\n')
			text[length++] = byte;
	}
	text[length] = '\0';
	*whole = length < RJ_ROOT_LINE - 1;
	return length > 0 || byte == '\n';
}

bool rj_root_lines(const struct rj_root *root, const char *path,
		   bool (*line)(void *context, char *text), void *context)
{
	char text[RJ_ROOT_LINE];
	bool fresh = true, more = true, whole;
	struct reader reader;

	if (!reader_open(&reader, root, path))
		return false;
	while (more && reader.total < RJ_ROOT_MAX && next_line(&reader, text, &whole)) {
		if (fresh)
			more = line(context, text);
		fresh = whole;
	}
	reader_close(&reader);
	return true;
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

/* Lists as many names as fit in the array and in memory. */
static size_t list(DIR *directory, char *names[RJ_ROOT_NAMES])
{
	const struct dirent *entry;
	size_t count = 0;

	while (count < RJ_ROOT_NAMES && (entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		names[count] = strdup(entry->d_name);
		if (!names[count]) {
			fail(entry->d_name);
			break;
		}
		count++;
	}
	qsort(names, count, sizeof(*names), by_version);
	return count;
}

bool rj_root_names(const struct rj_root *root, const char *path,
		   bool (*entry)(void *context, const char *name), void *context)
{
	char real[PATH_MAX], *names[RJ_ROOT_NAMES];
	DIR *directory;
	bool more = true;
	size_t count;

	if (!rj_root_outside(root, path, real))
		return false;
	directory = opendir(real[0] ? real : "/");
	if (!directory)
		return fail(real);
	count = list(directory, names);
	closedir(directory);
	for (size_t i = 0; i < count; i++) {
		more = more && entry(context, names[i]);
		free(names[i]);
	}
	return true;
}
