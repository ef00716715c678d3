/* SPDX-License-Identifier: MIT */
#include "image/image.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/compress.h"
#include "base/copy.h"
#include "image/services.h"

struct rj_manifest rj_manifest_of_plan(const struct rj_plan *plan, uint32_t image_size)
{
	return (struct rj_manifest){
		.magic = RJ_MANIFEST_MAGIC,
		.version = RJ_MANIFEST_VERSION,
		.piece_count = (uint16_t)plan->piece_count,
		.size = (uint32_t)rj_manifest_size(plan->piece_count),
		.image_size = image_size,
		.flags = plan->flags,
		.serial_port = plan->serial_port,
		.serial_divisor = plan->serial_divisor,
		.repairs = plan->repairs,
		.linux_setup = plan->linux_setup,
		.regs = plan->regs,
	};
}

static enum rj_err take_piece(struct rj_image *image, struct rj_piece *to,
			      const struct rj_plan_piece *from, const struct rj_output *output,
			      uint64_t at, struct rj_error *err)
{
	memcpy(to->name, from->name, sizeof(to->name));
	to->flags = from->flags;
	to->address = (uint32_t)from->address;
	to->offset = (uint32_t)(at - image->stub_at);
	to->size = (uint32_t)from->size;
	return rj_plan_copy_piece(from, output, at, &to->crc, err);
}

/* Takes the pieces that are the RAM disk, or those that are not. */
static enum rj_err take_some(struct rj_image *image, const struct rj_plan *plan, bool disk,
			     const uint64_t *offsets, const struct rj_output *output,
			     struct rj_error *err)
{
	for (size_t i = 0; i < plan->piece_count; i++)
		if (disk == !!(plan->pieces[i].flags & RJ_PIECE_DISK) &&
		    take_piece(image, &image->pieces[i], &plan->pieces[i], output, offsets[i], err))
			return err->class;
	return RJ_OK;
}

enum rj_err rj_image_take_pieces(struct rj_image *image, struct rj_plan *plan,
				 const uint64_t offsets[RJ_MAX_PIECES],
				 const struct rj_output *output, struct rj_error *err)
{
	if (take_some(image, plan, true, offsets, output, err))
		return err->class;
	for (size_t i = 0; i < plan->piece_count; i++)
		if (plan->pieces[i].flags & RJ_PIECE_DISK &&
		    !(plan->services.image.flags & RJ_DISK_DEFLATED))
			rj_services_set_sum(plan, image->pieces[i].crc);
	return take_some(image, plan, false, offsets, output, err);
}

void rj_image_plan(const struct rj_image *image, struct rj_plan *plan)
{
	rj_plan_init(plan, (uint8_t)image->manifest.regs.edx);
	plan->regs = image->manifest.regs;
	plan->has_entry = true;
	plan->flags = image->manifest.flags;
	plan->repairs = image->manifest.repairs;
	plan->linux_setup = image->manifest.linux_setup;
	plan->serial_port = image->manifest.serial_port;
	plan->serial_divisor = image->manifest.serial_divisor;
	plan->base = image->base;
	plan->piece_count = image->piece_count;
	for (size_t i = 0; i < image->piece_count; i++) {
		struct rj_plan_piece *piece = &plan->pieces[i];

		memcpy(piece->name, image->pieces[i].name, sizeof(piece->name));
		piece->flags = image->pieces[i].flags;
		piece->address = image->pieces[i].address;
		piece->size = image->pieces[i].size;
	}
}

bool rj_image_has_piece(const struct rj_image *image, const struct rj_piece *piece)
{
	uint64_t end = (uint64_t)piece->offset + piece->size;

	return piece->offset >= (uint64_t)image->stub_size + image->manifest.size &&
	       end <= image->manifest.image_size &&
	       end <= image->file_size - image->stub_at;
}

/* The end of the container's own bytes after the manifest: the first piece. */
static uint64_t gap_end(const struct rj_image *image)
{
	return image->piece_count ? image->pieces[0].offset : image->manifest.image_size;
}

enum rj_err rj_image_sum_stub(const struct rj_image *image, const struct rj_input *input,
			      uint32_t *crc, struct rj_error *err)
{
	uint64_t gap = (uint64_t)image->stub_size + image->manifest.size;
	uint64_t size = gap_end(image) > gap ? gap_end(image) - gap : 0;
	uint32_t stub, rest;

	if (rj_crc_input(input, image->stub_at, image->stub_size, &stub, err) ||
	    rj_crc_input(input, image->stub_at + gap, size, &rest, err))
		return err->class;
	*crc = (uint32_t)crc32_combine(stub, rest, (z_off_t)size);
	return RJ_OK;
}

const struct rj_piece *rj_image_disk(const struct rj_image *image)
{
	const struct rj_disk_image *disk = &image->services.block.image;

	for (size_t i = 0; i < image->piece_count && disk->size > 0; i++)
		if (image->pieces[i].address == disk->address &&
		    image->pieces[i].size == disk->packed_size &&
		    rj_image_has_piece(image, &image->pieces[i]))
			return &image->pieces[i];
	return NULL;
}

enum rj_err rj_image_judge_piece(const struct rj_image *image, const struct rj_piece *piece,
				 const struct rj_input *input, uint32_t crc,
				 struct rj_error *err)
{
	if (crc == piece->crc)
		return RJ_OK;
	return rj_fail_about(err, RJ_BAD, input->path,
			     "the CRC-32 of the piece %s is wrong %s", piece->name,
			     RJ_FOUND(image->stub_at + piece->offset, piece->crc, crc));
}

enum rj_err rj_image_unpack_disk(const struct rj_image *image, const struct rj_input *input,
				 const struct rj_output *output, struct rj_error *err)
{
	const struct rj_disk_image *disk = &image->services.block.image;
	const struct rj_piece *piece = rj_image_disk(image);
	struct rj_part plain = { input, image->stub_at + piece->offset, piece->size };
	enum rj_err code;
	uint32_t crc;

	if (disk->flags & RJ_DISK_DEFLATED)
		code = rj_inflate(input, plain.offset, plain.size, output->fd, disk->contents, &crc, err);
	else
		code = rj_copy(&plain, output, 0, &crc, err);
	if (!code && crc != disk->crc)
		code = rj_fail(err, RJ_BAD, "the CRC-32 of the RAM disk is wrong %s",
			       RJ_FOUND(plain.offset, disk->crc, crc));
	if (!code && output->fd >= 0 && ftruncate(output->fd, disk->size) < 0)
		code = rj_cannot_write(err);
	if (code == RJ_BAD)
		err->subject = input->path;
	return code;
}

size_t rj_image_peek_manifest(const struct rj_image *image, const struct rj_input *input,
			      uint8_t *bytes)
{
	return rj_input_peek(input, bytes, RJ_MANIFEST_MAX, image->stub_at + image->stub_size);
}
