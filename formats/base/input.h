/* SPDX-License-Identifier: MIT */
/*
 * A file that is read: by offset, a part at a time, never as a whole.
 */
#ifndef RJ_INPUT_H
#define RJ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"
#include "common/bytes.h"

struct rj_input {
	int fd;                 /* -1: not open */
	const char *path;       /* the caller's string */
	struct rj_origin origin; /* of path, for messages; the caller's to set */
	uint64_t size;          /* bytes, at least 1 */
	dev_t device;
	ino_t inode;
	bool is_device;         /* a block device */
};

/*
 * Opens a regular file that has bytes in it; never waits for a FIFO's writer.
 * RJ_ERR_OPEN, _DIRECTORY, _NOT_REGULAR, _EMPTY. On failure input->fd is -1.
 */
enum rj_err rj_input_open(struct rj_input *input, const char *path,
			  struct rj_error *err);

/* The same for a regular file or a block device. */
enum rj_err rj_input_open_disk(struct rj_input *input, const char *path,
			       struct rj_error *err);

/* Closes it; harmless when it is not open. */
void rj_input_close(struct rj_input *input);

/* Exactly size bytes from offset on. RJ_ERR_READ, RJ_ERR_SHRANK. */
enum rj_err rj_input_read(const struct rj_input *input, void *to, size_t size,
			  uint64_t offset, struct rj_error *err);

/*
 * At most size bytes from offset on; gives how many, 0 at the end or on errors, of which
 * rj_input_failure tells.
 */
size_t rj_input_peek(const struct rj_input *input, void *to, size_t size,
		     uint64_t offset);

/* The same for what reads files and memory alike; the input has to live as long. */
struct rj_bytes rj_input_bytes(const struct rj_input *input);

/*
 * For what looks into the file by other means, after errno = 0: whether memory or the disk
 * has failed since then. rj_input_failure tells of that, too.
 */
void rj_input_heed_errno(const struct rj_input *input);

/*
 * The first failure, in any file, of those that only look whether something is there: what
 * they have found says nothing then. It is told once. RJ_OK, RJ_ERR_READ, _SHRANK.
 */
enum rj_err rj_input_failure(struct rj_error *err);

#endif
