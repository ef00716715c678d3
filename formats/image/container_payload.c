/* SPDX-License-Identifier: MIT */
/*
 * A payload file: manifest and pieces, contiguous, without a stub. Offsets count from the
 * file's first byte, where the manifest starts; stub_crc is the CRC-32 of no bytes. An image
 * packed with --boot initrd takes such a file from its loader.
 */
#include "image/container.h"

#include "base/copy.h"
#include "common/le.h"
#include "image/finding.h"

static void describe(const struct container *container, const struct rj_plan *plan,
		     struct rj_image *image)
{
	*image = (struct rj_image){
		.container = container,
		.features = container->features,
		.piece_count = plan->piece_count,
		.manifest = rj_manifest_of_plan(plan, 0),
	};
}

static enum rj_err copy_pieces(struct rj_plan *plan, const struct rj_output *output,
			       struct rj_image *image, struct rj_error *err)
{
	uint64_t offsets[RJ_MAX_PIECES], at = image->manifest.size;

	for (size_t i = 0; i < plan->piece_count; i++) {
		offsets[i] = at;
		at += plan->pieces[i].size;
	}
	if (at > UINT32_MAX)
		return rj_fail(err, RJ_BAD,
			       "%s bytes are too many for a payload file; "
			       "a payload file must fit below 4 GiB", RJ_DEC(at));
	image->manifest.image_size = (uint32_t)at;
	image->file_size = image->memory_size = at;
	return rj_image_take_pieces(image, plan, offsets, output, err);
}

static enum rj_err refuse_initrd(struct rj_error *err)
{
	return rj_fail(err, RJ_BAD,
		       "a payload file cannot boot what is supplied at boot time; "
		       "use --format payload with something to pack");
}

static enum rj_err payload_write(const struct container *container, struct rj_plan *plan,
				 const struct rj_blob *blob, const struct rj_output *output,
				 struct rj_image *image, struct rj_error *err)
{
	uint8_t manifest[RJ_MANIFEST_MAX];

	(void)blob;
	if (plan->boots_initrd)
		return refuse_initrd(err);
	describe(container, plan, image);
	if (copy_pieces(plan, output, image, err))
		return err->class;
	if (output->fd < 0)
		return RJ_OK;
	rj_manifest_store(&image->manifest, image->pieces, manifest);
	image->manifest.crc = le32(manifest + offsetof(struct rj_manifest, crc));
	return rj_write(output->fd, manifest, image->manifest.size, 0, err);
}

static bool payload_recognise(const struct container *container, struct rj_image *image,
			      const struct rj_input *input)
{
	uint8_t magic[RJ_FIELD_SIZE(struct rj_manifest, magic)] = { 0 };

	rj_input_peek(input, magic, sizeof(magic), 0);
	if (le32(magic) != RJ_MANIFEST_MAGIC)
		return false;
	image->features = container->features;
	return true;
}

static uint64_t payload_memory(const struct rj_image *image)
{
	return image->file_size;
}

static void report_initrd(const struct rj_check *check)
{
	struct rj_error error;

	refuse_initrd(&error);
	rj_check_error(check, &error);
}

/* Reports a size that is not what the pieces need; at is where it is found. */
static void check_size(const struct rj_check *check, uint64_t at, uint64_t expected,
		       uint64_t found)
{
	if (found != expected)
		rj_check_report(check,
				"the payload file's size is wrong %s; "
				"the file is cut short, or has trailing data",
				RJ_FOUND(at, expected, found));
}

/* Every byte after the manifest belongs to a piece, so that a checksum covers it. */
static void payload_check(const struct container *container, const struct rj_image *image,
			  const struct rj_input *input, bool with_checksum,
			  rj_finding *report, void *context)
{
	struct rj_check check = { image, input, report, context };
	uint64_t at = image->manifest.size;

	(void)container;
	(void)with_checksum;
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		rj_check_equal(&check, rj_manifest_size(i) + offsetof(struct rj_piece, offset),
			       at, piece->offset,
			       "the offset of the piece %s is wrong", piece->name);
		if (piece->flags & RJ_PIECE_RUNTIME)
			report_initrd(&check);
		at += piece->size;
	}
	check_size(&check, offsetof(struct rj_manifest, image_size), at,
		   image->manifest.image_size);
	check_size(&check, at, at, input->size);
}

const struct container container_payload = {
	.name = "payload",
	.help = "an initrd or module for an image packed with --boot initrd",
	.suffixes = "rjp",
	.features.payload_file = true,
	.write = payload_write,
	.recognise = payload_recognise,
	.memory_size = payload_memory,
	.check = payload_check,
};
