/* SPDX-License-Identifier: MIT */
#include "copy.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define BLOCK_SIZE  (256u << 10)
#define BLOCKS      8u

/* Blocks go round: this thread fills and writes them, the other sums them up. */
struct ring {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	unsigned filled, summed;        /* blocks since the start; filled - summed <= BLOCKS */
	bool done;
	uint32_t crc;
	size_t size[BLOCKS];
	uint8_t *bytes;                 /* BLOCKS times BLOCK_SIZE */
};

enum rj_err rj_write(int fd, const void *from, size_t size, uint64_t offset,
		     struct rj_error *err)
{
	const char *at = from;

	while (size > 0) {
		ssize_t n = pwrite(fd, at, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return rj_fail(err, RJ_ERR_WRITE, .os_error = n < 0 ? errno : ENOSPC);
		at += n;
		size -= (size_t)n;
		offset += (uint64_t)n;
	}
	return RJ_OK;
}

static uint32_t sum(uint32_t crc, const uint8_t *bytes, size_t size)
{
	return (uint32_t)crc32_z(crc, bytes, size);
}

static void *sum_blocks(void *argument)
{
	struct ring *ring = argument;

	pthread_mutex_lock(&ring->lock);
	for (;;) {
		unsigned at = ring->summed % BLOCKS;

		while (ring->filled == ring->summed && !ring->done)
			pthread_cond_wait(&ring->moved, &ring->lock);
		if (ring->filled == ring->summed)
			break;
		pthread_mutex_unlock(&ring->lock);
		ring->crc = sum(ring->crc, ring->bytes + at * BLOCK_SIZE, ring->size[at]);
		pthread_mutex_lock(&ring->lock);
		ring->summed++;
		pthread_cond_signal(&ring->moved);
	}
	pthread_mutex_unlock(&ring->lock);
	return NULL;
}

static uint8_t *next_block(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	while (ring->filled - ring->summed == BLOCKS)
		pthread_cond_wait(&ring->moved, &ring->lock);
	pthread_mutex_unlock(&ring->lock);
	return ring->bytes + ring->filled % BLOCKS * BLOCK_SIZE;
}

static void hand_over(struct ring *ring, size_t size)
{
	pthread_mutex_lock(&ring->lock);
	ring->size[ring->filled % BLOCKS] = size;
	ring->filled++;
	pthread_cond_signal(&ring->moved);
	pthread_mutex_unlock(&ring->lock);
}

static enum rj_err fill_blocks(struct ring *ring, const struct rj_plan_piece *piece,
			       int fd, uint64_t offset, struct rj_error *err)
{
	uint64_t done = 0;

	while (done < piece->size) {
		uint64_t left = piece->size - done;
		size_t size = left < BLOCK_SIZE ? (size_t)left : BLOCK_SIZE;
		uint8_t *block = next_block(ring);

		if (rj_input_read(piece->input, block, size, piece->offset + done, err))
			return err->code;
		hand_over(ring, size);
		if (fd >= 0 && rj_write(fd, block, size, offset + done, err))
			return err->code;
		done += size;
	}
	return RJ_OK;
}

static enum rj_err with_thread(struct ring *ring, const struct rj_plan_piece *piece,
			       int fd, uint64_t offset, struct rj_error *err)
{
	pthread_t thread;
	int failure = pthread_create(&thread, NULL, sum_blocks, ring);
	enum rj_err code;

	if (failure)
		return rj_fail(err, RJ_ERR_THREAD, .os_error = failure);
	code = fill_blocks(ring, piece, fd, offset, err);
	pthread_mutex_lock(&ring->lock);
	ring->done = true;
	pthread_cond_signal(&ring->moved);
	pthread_mutex_unlock(&ring->lock);
	pthread_join(thread, NULL);
	return code;
}

static enum rj_err copy_large(const struct rj_plan_piece *piece, int fd,
			      uint64_t offset, uint32_t *crc, struct rj_error *err)
{
	struct ring ring = {
		.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER,
		.bytes = malloc((size_t)BLOCKS * BLOCK_SIZE),
	};
	enum rj_err code;

	if (!ring.bytes)
		return rj_fail(err, RJ_ERR_MEMORY);
	code = with_thread(&ring, piece, fd, offset, err);
	*crc = ring.crc;
	free(ring.bytes);
	return code;
}

static enum rj_err copy_small(const struct rj_plan_piece *piece, int fd,
			      uint64_t offset, uint32_t *crc, struct rj_error *err)
{
	size_t size = (size_t)piece->size;
	uint8_t *buffer = malloc(size);
	enum rj_err code;

	if (!buffer)
		return rj_fail(err, RJ_ERR_MEMORY);
	code = rj_input_read(piece->input, buffer, size, piece->offset, err);
	if (!code && fd >= 0)
		code = rj_write(fd, buffer, size, offset, err);
	if (!code)
		*crc = sum(0, buffer, size);
	free(buffer);
	return code;
}

enum rj_err rj_copy_piece(const struct rj_plan_piece *piece, int fd,
			  uint64_t offset, uint32_t *crc, struct rj_error *err)
{
	if (piece->input && piece->size > BLOCK_SIZE)
		return copy_large(piece, fd, offset, crc, err);
	if (piece->input)
		return copy_small(piece, fd, offset, crc, err);
	*crc = sum(0, piece->bytes, (size_t)piece->size);
	return fd < 0 ? RJ_OK : rj_write(fd, piece->bytes, (size_t)piece->size, offset, err);
}

enum rj_err rj_crc_input(const struct rj_input *input, uint64_t offset,
			 uint64_t size, uint32_t *crc, struct rj_error *err)
{
	uint8_t *buffer = malloc(BLOCK_SIZE);
	enum rj_err code = RJ_OK;

	if (!buffer)
		return rj_fail(err, RJ_ERR_MEMORY);
	for (*crc = 0; size > 0 && !code;) {
		size_t part = size < BLOCK_SIZE ? (size_t)size : BLOCK_SIZE;

		code = rj_input_read(input, buffer, part, offset, err);
		if (!code)
			*crc = sum(*crc, buffer, part);
		offset += part;
		size -= part;
	}
	free(buffer);
	return code;
}
