/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE             /* sync_file_range */
#include "base/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/crc.h"
#include "base/progress.h"

#define CHUNK_SIZE  (1024u << 10)
#define THREADS_MAX 4u

/*
 * A copy in progress. Each thread takes the next chunk, reads it, computes its CRC-32 and
 * writes it; the CRCs are combined at the end.
 */
struct transfer {
	const struct rj_part *part;
	int fd;
	uint64_t offset;
	pthread_mutex_t lock;           /* of what follows */
	uint64_t chunks, next;
	enum rj_err code;               /* the first failure; *err has the details */
	struct rj_error *err;
	uint32_t *crcs;                 /* one for each chunk */
};

static bool writes_back;

void rj_copy_writes_back(bool on)
{
	writes_back = on;
}

/* Only starts it, and is not needed: a failure shows when the file is synced. */
static void write_back(int fd, uint64_t offset, size_t size)
{
	if (writes_back)
		sync_file_range(fd, (off_t)offset, (off_t)size, SYNC_FILE_RANGE_WRITE);
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

static size_t chunk_size(const struct transfer *transfer, uint64_t n)
{
	uint64_t left = transfer->part->size - n * CHUNK_SIZE;

	return left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE;
}

static enum rj_err copy_chunk(const struct transfer *transfer, uint64_t n,
			      uint8_t *buffer, struct rj_error *err)
{
	const struct rj_part *part = transfer->part;
	uint64_t at = n * CHUNK_SIZE;
	size_t size = chunk_size(transfer, n);

	if (rj_input_read(part->input, buffer, size, part->offset + at, err))
		return err->class;
	transfer->crcs[n] = rj_crc(0, buffer, size);
	if (transfer->fd >= 0) {
		if (rj_write(transfer->fd, buffer, size, transfer->offset + at, err))
			return err->class;
		write_back(transfer->fd, transfer->offset + at, size);
	}
	rj_progress_add(size);
	return RJ_OK;
}

/* Takes the number of the next chunk. False if none is left or one has failed. */
static bool take_chunk(struct transfer *transfer, uint64_t *n)
{
	bool more;

	pthread_mutex_lock(&transfer->lock);
	more = transfer->next < transfer->chunks && !transfer->code;
	if (more)
		*n = transfer->next++;
	pthread_mutex_unlock(&transfer->lock);
	return more;
}

static void keep_failure(struct transfer *transfer, const struct rj_error *error)
{
	pthread_mutex_lock(&transfer->lock);
	if (!transfer->code) {
		*transfer->err = *error;
		transfer->code = error->class;
	}
	pthread_mutex_unlock(&transfer->lock);
}

static void *copy_chunks(void *argument)
{
	struct transfer *transfer = argument;
	uint8_t *buffer = malloc(chunk_size(transfer, 0));
	struct rj_error error;
	uint64_t n;

	if (!buffer) {
		rj_no_memory(&error);
		keep_failure(transfer, &error);
		return NULL;
	}
	while (take_chunk(transfer, &n))
		if (copy_chunk(transfer, n, buffer, &error))
			keep_failure(transfer, &error);
	free(buffer);
	return NULL;
}

/*
 * Copies in this thread, which alone handles signals, and in up to three more. A thread that
 * cannot be created is left out.
 */
static void copy_in_threads(struct transfer *transfer)
{
	pthread_t threads[THREADS_MAX];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = cpus > THREADS_MAX ? THREADS_MAX : cpus > 0 ? (size_t)cpus : 1;
	size_t count = 0;
	sigset_t all, before;

	if (wanted > transfer->chunks)
		wanted = (size_t)transfer->chunks;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (count + 1 < wanted &&
	       pthread_create(&threads[count], NULL, copy_chunks, transfer) == 0)
		count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	copy_chunks(transfer);
	while (count > 0)
		pthread_join(threads[--count], NULL);
}

static uint32_t combine(const struct transfer *transfer)
{
	uLong crc = 0;

	for (uint64_t n = 0; n < transfer->chunks; n++)
		crc = crc32_combine(crc, transfer->crcs[n],
				    (z_off_t)chunk_size(transfer, n));
	return (uint32_t)crc;
}

enum rj_err rj_copy(const struct rj_part *part, int fd, uint64_t offset, uint32_t *crc,
		    struct rj_error *err)
{
	struct transfer transfer = {
		.part = part, .fd = fd, .offset = offset, .err = err,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.chunks = (part->size + CHUNK_SIZE - 1) / CHUNK_SIZE,
	};

	*crc = 0;
	if (part->size == 0)
		return RJ_OK;
	transfer.crcs = calloc((size_t)transfer.chunks, sizeof(*transfer.crcs));
	if (!transfer.crcs)
		return rj_no_memory(err);
	rj_progress_begin(fd < 0 ? RJ_SUMMING : RJ_COPYING, part->size);
	copy_in_threads(&transfer);
	rj_progress_end();
	if (!transfer.code)
		*crc = combine(&transfer);
	free(transfer.crcs);
	return transfer.code;
}

enum rj_err rj_crc_input(const struct rj_input *input, uint64_t offset,
			 uint64_t size, uint32_t *crc, struct rj_error *err)
{
	return rj_copy(&(struct rj_part){ input, offset, size }, -1, 0, crc, err);
}
