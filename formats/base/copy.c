/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE             /* fallocate, sync_file_range */
#include "base/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/progress.h"
#include "base/share.h"

/*
 * Bytes that are read, summed and written in a row: they stay in the processor's cache. Writes
 * end at multiples of it in the file, so that the page cache can use large pages.
 */
#define CHUNK_SIZE (256u << 10)
#define PAGE       4096u                /* the kernel copies from and to whole pages faster */

/* Only starts it, and is not needed: a failure shows when the file is synced. */
static void write_back(const struct rj_output *output, uint64_t offset, size_t size)
{
	if (output->synced)
		sync_file_range(output->fd, (off_t)offset, (off_t)size, SYNC_FILE_RANGE_WRITE);
}

/*
 * Has the file system find room for all bytes at once, which makes the writes faster, except in
 * tmpfs. Where it cannot, the writes find it, or report that there is none.
 */
static void reserve(const struct rj_output *output, uint64_t offset, uint64_t size)
{
	struct statfs fs;
	int status;

	if (output->fd < 0 || size <= CHUNK_SIZE ||
	    (fstatfs(output->fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC))
		return;
	status = fallocate(output->fd, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size);
	(void)status;
}

enum rj_err rj_cannot_write(struct rj_error *err)
{
	rj_fail(err, RJ_HOST, "cannot write: %s", strerror(errno));
	err->of_output = true;
	return RJ_HOST;
}

enum rj_err rj_write(int fd, const void *from, size_t size, uint64_t offset,
		     struct rj_error *err)
{
	const char *at = from;

	while (size > 0) {
		ssize_t n = pwrite(fd, at, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0)
			return rj_cannot_write(err);
		at += n;
		size -= (size_t)n;
		offset += (uint64_t)n;
	}
	return RJ_OK;
}

/* A copy in progress: of the part's bytes, counted from its first. */
struct transfer {
	const struct rj_part *part;
	const struct rj_output *output;
	uint64_t offset;                /* of the output */
	uint8_t *buffer;                /* CHUNK_SIZE bytes, or enough for the part */
	uint32_t crc;
};

static enum rj_err write_chunk(const struct transfer *transfer, size_t size, uint64_t at,
			       struct rj_error *err)
{
	uint64_t offset = transfer->offset + at;

	if (transfer->output->fd < 0)
		return RJ_OK;
	if (rj_write(transfer->output->fd, transfer->buffer, size, offset, err))
		return err->class;
	write_back(transfer->output, offset, size);
	return RJ_OK;
}

/* Sums the bytes from `at` to `end`, and writes them unless the output has them already. */
static enum rj_err take(struct transfer *transfer, uint64_t at, uint64_t end, bool written,
			struct rj_error *err)
{
	while (at < end) {
		uint64_t room = CHUNK_SIZE - (transfer->offset + at) % CHUNK_SIZE;
		size_t size = (size_t)(end - at < room ? end - at : room);

		if (rj_input_read(transfer->part->input, transfer->buffer, size,
				  transfer->part->offset + at, err))
			return err->class;
		transfer->crc = rj_crc(transfer->crc, transfer->buffer, size);
		if (!written && write_chunk(transfer, size, at, err))
			return err->class;
		rj_progress_add(size);
		at += size;
	}
	return RJ_OK;
}

static enum rj_err copy_all(struct transfer *transfer, struct rj_error *err)
{
	transfer->crc = 0;
	reserve(transfer->output, transfer->offset, transfer->part->size);
	return take(transfer, 0, transfer->part->size, false, err);
}

/* Shares what can be shared. If the input is changed meanwhile, copies all of it instead. */
static enum rj_err take_all(struct transfer *transfer, struct rj_error *err)
{
	const struct rj_part *part = transfer->part;
	struct rj_shared shared = rj_share(part, transfer->output->fd, transfer->offset);

	if (shared.from == shared.end)
		return copy_all(transfer, err);
	if (take(transfer, 0, shared.from, false, err) ||
	    take(transfer, shared.from, shared.end, true, err) ||
	    take(transfer, shared.end, part->size, false, err))
		return err->class;
	return rj_share_holds(&shared, part->input) ? RJ_OK : copy_all(transfer, err);
}

static size_t buffer_size(const struct rj_part *part)
{
	return part->size < CHUNK_SIZE ? ((size_t)part->size + PAGE - 1) / PAGE * PAGE : CHUNK_SIZE;
}

enum rj_err rj_copy(const struct rj_part *part, const struct rj_output *output, uint64_t offset,
		    uint32_t *crc, struct rj_error *err)
{
	struct transfer transfer = { .part = part, .output = output, .offset = offset };
	enum rj_err code;

	*crc = 0;
	if (part->size == 0)
		return RJ_OK;
	transfer.buffer = aligned_alloc(PAGE, buffer_size(part));
	if (!transfer.buffer)
		return rj_no_memory(err);
	rj_progress_begin(output->fd < 0 ? RJ_SUMMING : RJ_COPYING, part->size);
	code = take_all(&transfer, err);
	rj_progress_end();
	*crc = transfer.crc;
	free(transfer.buffer);
	return code;
}

enum rj_err rj_crc_input(const struct rj_input *input, uint64_t offset,
			 uint64_t size, uint32_t *crc, struct rj_error *err)
{
	const struct rj_output nowhere = { .fd = -1 };

	return rj_copy(&(struct rj_part){ input, offset, size }, &nowhere, 0, crc, err);
}
