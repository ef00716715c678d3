/* SPDX-License-Identifier: MIT */
#include "base/compress.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/copy.h"
#include "base/crc.h"
#include "base/progress.h"

#define BUFFER_SIZE (256u << 10)
#define WITH_GZIP   (MAX_WBITS + 16)    /* zlib's way to ask for gzip */
#define RAW         (-MAX_WBITS)
#define MEMORY_LEVEL 9                  /* longer blocks than by default: the stub makes fewer tables */

/* A part of a file on its way through zlib to the output. */
struct flow {
	z_stream z;
	const struct rj_input *input;
	uint64_t at, end;               /* of the input: what is not read yet */
	int fd;
	uint64_t written;
	uint32_t in_crc, out_crc;       /* of what was read, and of what was written */
	uint8_t in[BUFFER_SIZE], out[BUFFER_SIZE];
};

bool rj_is_gzip(const struct rj_input *input)
{
	uint8_t magic[3] = { 0 };

	rj_input_peek(input, magic, sizeof(magic), 0);
	return magic[0] == 0x1F && magic[1] == 0x8B && magic[2] == Z_DEFLATED;
}

/* Reads more input if none is left. False at the end of the input and on errors. */
static bool refill(struct flow *flow, struct rj_error *err)
{
	uint64_t left = flow->end - flow->at;
	size_t part = left < sizeof(flow->in) ? (size_t)left : sizeof(flow->in);

	if (flow->z.avail_in > 0)
		return true;
	if (part == 0 || rj_input_read(flow->input, flow->in, part, flow->at, err))
		return false;
	flow->at += part;
	flow->in_crc = rj_crc(flow->in_crc, flow->in, part);
	rj_progress_add(part);
	flow->z.next_in = flow->in;
	flow->z.avail_in = (uInt)part;
	return true;
}

/* Makes room for output, before a call to zlib; drain writes it afterwards. */
static void make_room(struct flow *flow)
{
	flow->z.next_out = flow->out;
	flow->z.avail_out = sizeof(flow->out);
}

static enum rj_err drain(struct flow *flow, struct rj_error *err)
{
	size_t size = sizeof(flow->out) - flow->z.avail_out;

	flow->out_crc = rj_crc(flow->out_crc, flow->out, size);
	if (flow->fd >= 0 && rj_write(flow->fd, flow->out, size, flow->written, err))
		return err->class;
	flow->written += size;
	return RJ_OK;
}

static struct flow *new_flow(const struct rj_input *input, uint64_t offset, uint64_t size,
			     int fd, struct rj_error *err)
{
	struct flow *flow = calloc(1, sizeof(*flow));

	err->class = RJ_OK;
	if (!flow) {
		rj_no_memory(err);
		return NULL;
	}
	flow->input = input;
	flow->at = offset;
	flow->end = offset + size;
	flow->fd = fd;
	return flow;
}

/* Z_BUF_ERROR means no progress: since there is room for output, the input has ended. */
static enum rj_err judge_gzip(const struct flow *flow, int result, struct rj_error *err)
{
	uint64_t at = flow->at - flow->z.avail_in;

	if (result == Z_OK || result == Z_STREAM_END)
		return RJ_OK;
	if (result == Z_MEM_ERROR)
		return rj_no_memory(err);
	return result == Z_BUF_ERROR
	       ? rj_fail(err, RJ_BAD, "the gzip file is cut short at %s", RJ_HEX(at))
	       : rj_fail(err, RJ_BAD, "the gzip file is damaged before %s", RJ_HEX(at));
}

/* Whether the rest of the input is zeros: tapes and disks pad files with them. */
static bool only_zeros(struct flow *flow, struct rj_error *err)
{
	while (refill(flow, err))
		for (; flow->z.avail_in > 0; flow->z.avail_in--)
			if (*flow->z.next_in++)
				return false;
	return !err->class;
}

/* After a member: another one follows (1), the end (0), or an error (-1). */
static int next_member(struct flow *flow, struct rj_error *err)
{
	if (!refill(flow, err))
		return err->class ? -1 : 0;
	if (*flow->z.next_in == 0x1F)
		return inflateReset(&flow->z) == Z_OK ? 1 : -1;
	if (only_zeros(flow, err))
		return 0;
	if (!err->class)
		rj_fail(err, RJ_BAD, "trailing data after the gzip file");
	return -1;
}

static enum rj_err gunzip(struct flow *flow, uint64_t limit, struct rj_error *err)
{
	int more = 1;

	while (more > 0) {
		int result;

		if (!refill(flow, err) && err->class)
			return err->class;
		make_room(flow);
		result = inflate(&flow->z, Z_NO_FLUSH);
		if (judge_gzip(flow, result, err) || drain(flow, err))
			return err->class;
		if (flow->written > limit)
			return rj_fail(err, RJ_BAD,
				       "the gzip file holds more than %s bytes; "
				       "a RAM disk must fit below 4 GiB", RJ_DEC(limit));
		if (result == Z_STREAM_END)
			more = next_member(flow, err);
	}
	return err->class;
}

enum rj_err rj_gunzip(const struct rj_input *input, int fd, uint64_t limit,
		      uint64_t *size, struct rj_error *err)
{
	struct flow *flow = new_flow(input, 0, input->size, fd, err);

	if (!flow)
		return err->class;
	if (inflateInit2(&flow->z, WITH_GZIP) != Z_OK) {
		rj_no_memory(err);
	} else {
		rj_progress_begin(RJ_UNPACKING, input->size);
		gunzip(flow, limit, err);
		rj_progress_end();
		*size = flow->written;
		inflateEnd(&flow->z);
	}
	free(flow);
	return err->class;
}

static enum rj_err deflate_all(struct flow *flow, uint64_t limit, struct rj_error *err)
{
	int result = Z_OK;

	while (result != Z_STREAM_END && flow->written < limit) {
		if (!refill(flow, err) && err->class)
			return err->class;
		make_room(flow);
		result = deflate(&flow->z, flow->at == flow->end ? Z_FINISH : Z_NO_FLUSH);
		if (drain(flow, err))
			return err->class;
	}
	return RJ_OK;
}

enum rj_err rj_deflate(const struct rj_input *input, int level, int fd, uint64_t limit,
		       uint64_t *size, uint32_t *crc, struct rj_error *err)
{
	struct flow *flow = new_flow(input, 0, input->size, fd, err);

	if (!flow)
		return err->class;
	if (deflateInit2(&flow->z, level, Z_DEFLATED, RAW, MEMORY_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK) {
		rj_no_memory(err);
	} else {
		rj_progress_begin(RJ_COMPRESSING, input->size);
		deflate_all(flow, limit, err);
		rj_progress_end();
		*size = flow->written < limit ? flow->written : limit;
		*crc = flow->in_crc;
		deflateEnd(&flow->z);
	}
	free(flow);
	return err->class;
}

static enum rj_err damaged(struct rj_error *err)
{
	return rj_fail(err, RJ_BAD, "the RAM disk's compressed bytes are damaged");
}

/* Up to the end of the stream, which must be the end of the input, after size bytes. */
static enum rj_err inflate_all(struct flow *flow, uint64_t size, struct rj_error *err)
{
	int result = Z_OK;

	while (result != Z_STREAM_END) {
		if (!refill(flow, err) && err->class)
			return err->class;
		make_room(flow);
		result = inflate(&flow->z, Z_NO_FLUSH);
		if (result == Z_MEM_ERROR)
			return rj_no_memory(err);
		if ((result != Z_OK && result != Z_STREAM_END) ||
		    sizeof(flow->out) - flow->z.avail_out > size - flow->written)
			return damaged(err);
		if (drain(flow, err))
			return err->class;
	}
	if (flow->written != size || flow->z.avail_in > 0 || flow->at != flow->end)
		return damaged(err);
	return RJ_OK;
}

enum rj_err rj_inflate(const struct rj_input *input, uint64_t offset, uint64_t packed_size,
		       int fd, uint64_t size, uint32_t *crc, struct rj_error *err)
{
	struct flow *flow = new_flow(input, offset, packed_size, fd, err);

	if (!flow)
		return err->class;
	if (inflateInit2(&flow->z, RAW) != Z_OK) {
		rj_no_memory(err);
	} else {
		rj_progress_begin(RJ_UNPACKING, packed_size);
		inflate_all(flow, size, err);
		rj_progress_end();
		*crc = flow->out_crc;
		inflateEnd(&flow->z);
	}
	free(flow);
	return err->class;
}
