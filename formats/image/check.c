/* SPDX-License-Identifier: MIT */
#include "image/check.h"

#include "abi/layout.h"
#include "abi/repairs.h"
#include "base/copy.h"
#include "image/container.h"
#include "image/finding.h"

#define KNOWN_PIECE_FLAGS (RJ_PIECE_FIRMWARE | RJ_PIECE_OWN)
#define KNOWN_FLAGS (RJ_UNREAL | RJ_VERBOSE | RJ_HALT_ON_ERROR | RJ_CONSOLE_VGA | \
		     RJ_CONSOLE_SERIAL)

static void check_bytes(const struct rj_check *check, enum rj_err code, const char *name,
			uint64_t at, uint64_t size, uint32_t expected)
{
	struct rj_error error;
	uint32_t found;

	if (rj_crc_input(check->input, at, size, &found, &error))
		rj_check_report(check, error);
	else
		rj_check_equal(check, code, name, at, expected, found);
}

/* Reports code if a manifest field has unknown bits; offset is the field's in the manifest. */
static void check_bits(const struct rj_check *check, enum rj_err code, const char *name,
		       size_t offset, uint32_t found, uint32_t known)
{
	if (found & ~known)
		rj_check_report(check, (struct rj_error){
			.code = code, .name = name, .located = true,
			.at = check->image->stub_at + check->image->stub_size + offset,
			.expected = found & known, .found = found });
}

static void check_all_bits(const struct rj_check *check)
{
	const struct rj_image *image = check->image;

	check_bits(check, RJ_ERR_MANIFEST_FLAGS, NULL, offsetof(struct rj_manifest, flags),
		   image->manifest.flags, KNOWN_FLAGS);
	check_bits(check, RJ_ERR_MANIFEST_REPAIRS, NULL,
		   offsetof(struct rj_manifest, repairs), image->manifest.repairs,
		   RJ_ALL_REPAIRS);
	for (size_t i = 0; i < image->piece_count; i++)
		check_bits(check, RJ_ERR_PIECE_FLAGS, image->pieces[i].name,
			   rj_manifest_size(i) + offsetof(struct rj_piece, flags),
			   image->pieces[i].flags, KNOWN_PIECE_FLAGS);
}

static void check_manifest(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	const struct rj_manifest *manifest = &image->manifest;
	uint64_t at = image->stub_at + image->stub_size;
	uint8_t bytes[RJ_MANIFEST_MAX];

	if (rj_image_peek_manifest(image, check->input, bytes) < manifest->size)
		return;
	rj_check_equal(check, RJ_ERR_MANIFEST_CRC, NULL, at, manifest->crc,
		    rj_manifest_crc(bytes, manifest->size));
	check_all_bits(check);
	if (manifest->image_size > image->file_size - image->stub_at)
		rj_check_report(check, (struct rj_error){
			.code = RJ_ERR_IMAGE_SIZE, .located = true,
			.at = at + offsetof(struct rj_manifest, image_size),
			.expected = image->file_size - image->stub_at,
			.found = manifest->image_size });
}

/* The pieces are in order, do not overlap, and come after the manifest. */
static void check_offsets(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	uint64_t from = (uint64_t)image->stub_size + image->manifest.size;

	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];
		uint64_t end = (uint64_t)piece->offset + piece->size;

		if (piece->offset < from || !rj_image_has_piece(image, piece))
			rj_check_report(check, (struct rj_error){
				.code = RJ_ERR_PIECE_BOUNDS, .name = piece->name,
				.at = piece->offset, .end = end, .other_at = from,
				.other_end = image->manifest.image_size });
		else
			from = end;
	}
}

static void check_services(const struct rj_check *check)
{
	const struct rj_services_info *services = &check->image->services;
	const char *wrong = services->wrong;

	if (!wrong && services->block.image.size > 0 && !rj_image_disk(check->image))
		wrong = "RAM disk's address";
	if (wrong)
		rj_check_report(check, (struct rj_error){ .code = RJ_ERR_SERVICES_BLOCK,
							  .name = wrong });
}

static void check_disk(const struct rj_check *check)
{
	struct rj_error error;

	if (rj_image_disk(check->image) && !check->image->services.wrong &&
	    rj_image_unpack_disk(check->image, check->input, -1, &error))
		rj_check_report(check, error);
}

static void check_stub(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	struct rj_error error;
	uint32_t found = 0;

	if (rj_image_sum_stub(image, check->input, &found, &error))
		rj_check_report(check, error);
	else
		rj_check_equal(check, RJ_ERR_STUB_CRC, NULL, image->stub_at,
			    image->manifest.stub_crc, found);
}

/* Reports a broken rule of the plan with the image as subject; ignores notes. */
static void report_rule(void *context, const struct rj_error *error)
{
	if (rj_error_class(error->code) != RJ_NOTE)
		rj_check_report(context, *error);
}

static void check_headers(struct rj_check *check, bool with_checksum)
{
	const struct rj_image *image = check->image;
	struct rj_error error;
	struct rj_plan plan;

	check_manifest(check);
	check_offsets(check);
	rj_image_plan(image, &plan);
	rj_plan_check(&plan, report_rule, check);
	check_services(check);
	for (size_t i = 0; i < container_count; i++)
		if (containers[i]->name == image->container)
			containers[i]->check(containers[i], image, check->input, with_checksum,
					     check->report, check->context);
	if (!image->container)
		rj_check_report(check, (struct rj_error){ .code = RJ_ERR_NO_CONTAINER });
	if (rj_input_failure(&error))
		rj_check_report(check, error);
}

void rj_image_check_headers(const struct rj_image *image,
			    const struct rj_input *input, rj_finding *finding,
			    void *context)
{
	struct rj_check check = { image, input, finding, context };

	check_headers(&check, false);
}

void rj_image_check(const struct rj_image *image, const struct rj_input *input,
		    rj_finding *finding, void *context)
{
	struct rj_check check = { image, input, finding, context };

	check_headers(&check, true);
	check_stub(&check);
	check_disk(&check);
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		if (rj_image_has_piece(image, piece))
			check_bytes(&check, RJ_ERR_PIECE_CRC, piece->name,
				    image->stub_at + piece->offset, piece->size, piece->crc);
	}
}
