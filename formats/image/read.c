/* SPDX-License-Identifier: MIT */
#include "image/read.h"

#include "image/container.h"
#include "image/container_layout.h"
#include "image/services_read.h"

/* Without a known container, the stub says where the manifest is. */
static enum rj_err find_container(struct rj_image *image, const struct rj_input *input,
				  struct rj_error *err)
{
	for (size_t i = 0; i < container_count; i++) {
		image->container = containers[i];
		if (image->container->recognise(image->container, image, input))
			return RJ_OK;
	}
	image->container = NULL;
	rj_features_read(&image->features, input);
	return layout_find_stub(image, input, err);
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

static void read_services(struct rj_image *image, const struct rj_input *input)
{
	uint8_t bytes[RJ_SERVICES_MAX], stub[STUB_HOME_SIZE];
	size_t most = image->stub_size < sizeof(stub) ? image->stub_size : sizeof(stub);
	struct rj_stub_bytes front = { stub, rj_input_peek(input, stub, most, image->stub_at) };

	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		if (piece->flags & RJ_PIECE_SERVICES && piece->size <= sizeof(bytes) &&
		    rj_image_has_piece(image, piece) &&
		    rj_input_peek(input, bytes, piece->size, image->stub_at + piece->offset))
			rj_services_parse(&image->services, front, bytes, piece->size);
	}
}

static enum rj_err read_image(struct rj_image *image, const struct rj_input *input,
			      struct rj_error *err)
{
	uint8_t bytes[RJ_MANIFEST_MAX] = { 0 };
	size_t size;

	*image = (struct rj_image){ .file_size = input->size };
	if (find_container(image, input, err))
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
	if (image->container)
		image->memory_size = image->container->memory_size(image);
	read_services(image, input);
	return RJ_OK;
}

enum rj_err rj_image_read(struct rj_image *image, const struct rj_input *input,
			  struct rj_error *err)
{
	enum rj_err code = read_image(image, input, err);

	return rj_input_failure(err) ? err->class : code;
}
