/* SPDX-License-Identifier: MIT */
/*
 * An input file: read by offset, a part at a time, never as a whole.
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
	struct rj_origin origin; /* where path was set, for messages; the caller sets it */
	uint64_t size;          /* bytes, at least 1 */
	dev_t device;           /* on which the file is; of a block device, its own */
	ino_t inode;            /* 0 for a block device */
	struct timespec modified;       /* its contents, as of when it was opened */
	bool is_device;         /* a block device */
};

/* A range of bytes in a file. */
struct rj_part {
	const struct rj_input *input;
	uint64_t offset, size;
};

/*
 * open(2), again if a signal interrupts it; also closed on exec, and never the controlling
 * terminal. Returns the descriptor, or -1 and errno.
 */
int rj_open(const char *path, int flags);

/* Sets the error for a file that cannot be opened, by errno. */
enum rj_err rj_cannot_open(const char *path, struct rj_error *err);

/*
 * Opens a regular file that is not empty; never waits for a FIFO's writer. On failure
 * input->fd is -1.
 */
enum rj_err rj_input_open(struct rj_input *input, const char *path,
			  struct rj_error *err);

/* The same for a regular file or a block device. */
enum rj_err rj_input_open_disk(struct rj_input *input, const char *path,
			       struct rj_error *err);

/* Whether st describes the input's file, by whatever name. */
bool rj_input_is(const struct rj_input *input, const struct stat *st);

/*
 * Fails if a file has been written to since it was opened: what was read may then be a mix of old
 * and new contents. Devices do not tell, and pass.
 */
enum rj_err rj_input_unchanged(const struct rj_input *input, struct rj_error *err);

/* Closes the input; does nothing if it is not open. */
void rj_input_close(struct rj_input *input);

/* Reads exactly size bytes from offset on, which the file must still have. */
enum rj_err rj_input_read(const struct rj_input *input, void *to, size_t size,
			  uint64_t offset, struct rj_error *err);

/*
 * Reads at most size bytes from offset on. Returns how many, 0 at the end of the file or on an
 * error, which rj_input_failure reports.
 */
size_t rj_input_peek(const struct rj_input *input, void *to, size_t size,
		     uint64_t offset);

/* The same for code that reads both files and memory. The input must outlive the result. */
struct rj_bytes rj_input_bytes(const struct rj_input *input);

/*
 * For code that reads a file by other means, and sets errno = 0 first: keeps ENOMEM or EIO
 * in errno as a failure, for rj_input_failure.
 */
void rj_input_heed_errno(const char *path);

/*
 * Returns the first failure of rj_input_peek and rj_input_heed_errno since the last call, in
 * any file, and clears it. After a failure, what the probes found is not reliable.
 */
enum rj_err rj_input_failure(struct rj_error *err);

#endif
