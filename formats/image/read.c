/* SPDX-License-Identifier: MIT */
#include "image/read.h"

#include <string.h>

#include "common/le.h"
#include "image/container.h"

#define STUB_SEARCH 0x10000u
#define STUB_ALIGN  16u

/*
 * Finds the stub by its magic; what precedes it is smaller than STUB_SEARCH. A payload file
 * has no stub and starts with the manifest.
 */
static enum rj_err find_stub(struct rj_image *image, const struct rj_input *input,
			     struct rj_error *err)
{
	uint8_t front[STUB_SEARCH];
	size_t size = rj_input_peek(input, front, sizeof(front), 0);
	size_t header = STUB_HEADER + sizeof(struct rj_stub_header);

	if (size >= sizeof(uint32_t) && le32(front) == RJ_MANIFEST_MAGIC)
		return RJ_OK;
	for (size_t at = 0; at + header <= size; at += STUB_ALIGN) {
		const uint8_t *stub = front + at + STUB_HEADER;

		if (memcmp(stub, RJ_STUB_MAGIC, RJ_FIELD_SIZE(struct rj_stub_header, magic)) != 0)
			continue;
		image->stub_at = at;
		image->stub_size = (uint32_t)LE_GET(stub, struct rj_stub_header, stub_size);
		if (image->stub_size < header || image->stub_size > input->size - at)
			return rj_fail_about(err, RJ_BAD, input->path,
					     "the stub ends beyond the file");
		return RJ_OK;
	}
	return rj_fail_about(err, RJ_BAD, input->path,
			     "no rjpack stub in the file; use an image made by rjpack");
}

static enum rj_err no_manifest(const char *path, struct rj_error *err)
{
	return rj_fail_about(err, RJ_BAD, path, "the manifest ends beyond the file");
}

static enum rj_err check_manifest_header(const struct rj_manifest *manifest,
					 const char *path, uint64_t at,
					 struct rj_error *err)
{
	if (manifest->magic != RJ_MANIFEST_MAGIC)
		return rj_fail_about(err, RJ_BAD, path, "the manifest's magic is wrong %s",
				     RJ_FOUND(at, RJ_MANIFEST_MAGIC, manifest->magic));
	if (manifest->version != RJ_MANIFEST_VERSION)
		return rj_fail_about(err, RJ_BAD, path,
				     "the manifest's version is unknown %s; "
				     "another version of rjpack made it",
				     RJ_FOUND(at + offsetof(struct rj_manifest, version),
					      RJ_MANIFEST_VERSION, manifest->version));
	if (manifest->piece_count > RJ_MAX_PIECES) {
		rj_too_many_pieces(err);
		err->subject = path;
		return err->class;
	}
	if (manifest->size != rj_manifest_size(manifest->piece_count))
		return rj_fail_about(err, RJ_BAD, path,
				     "the manifest's size and number of pieces disagree %s",
				     RJ_FOUND(at + offsetof(struct rj_manifest, size),
					      rj_manifest_size(manifest->piece_count),
					      manifest->size));
	return RJ_OK;
}

static void recognise(struct rj_image *image, const struct rj_input *input)
{
	rj_features_read(&image->features, input);
	for (size_t i = 0; i < container_count && !image->container; i++)
		if (containers[i]->recognise(containers[i], image, input))
			image->container = containers[i]->name;
}

static void read_services(struct rj_image *image, const struct rj_input *input)
{
	uint8_t bytes[RJ_SERVICES_MAX];

	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		if (piece->flags & RJ_PIECE_SERVICES && piece->size <= sizeof(bytes) &&
		    rj_image_has_piece(image, piece) &&
		    rj_input_peek(input, bytes, piece->size, image->stub_at + piece->offset))
			rj_services_parse(&image->services, bytes, piece->size);
	}
}

static enum rj_err read_image(struct rj_image *image, const struct rj_input *input,
			      struct rj_error *err)
{
	uint8_t bytes[RJ_MANIFEST_MAX] = { 0 };
	size_t size;

	*image = (struct rj_image){ .file_size = input->size };
	if (find_stub(image, input, err))
		return err->class;
	size = rj_image_peek_manifest(image, input, bytes);
	if (size < sizeof(struct rj_manifest))
		return no_manifest(input->path, err);
	rj_manifest_load(&image->manifest, bytes);
	if (check_manifest_header(&image->manifest, input->path,
				  image->stub_at + image->stub_size, err))
		return err->class;
	if (image->manifest.size > size)
		return no_manifest(input->path, err);
	image->piece_count = image->manifest.piece_count;
	for (size_t i = 0; i < image->piece_count; i++)
		rj_manifest_load_piece(&image->pieces[i], bytes, i);
	recognise(image, input);
	read_services(image, input);
	return RJ_OK;
}

enum rj_err rj_image_read(struct rj_image *image, const struct rj_input *input,
			  struct rj_error *err)
{
	enum rj_err code = read_image(image, input, err);

	return rj_input_failure(err) ? err->class : code;
}
