/* SPDX-License-Identifier: MIT */
#include "image/check.h"

#include "abi/layout.h"
#include "abi/repairs.h"
#include "base/copy.h"
#include "image/container.h"
#include "image/finding.h"
#include "image/services_read.h"

#define KNOWN_PIECE_FLAGS (RJ_PIECE_FIRMWARE | RJ_PIECE_OWN | RJ_PIECE_DISK)
#define KNOWN_FLAGS (RJ_UNREAL | RJ_VERBOSE | RJ_HALT_ON_ERROR | RJ_CONSOLE_VGA | RJ_BIOS_FLAGS | \
		     RJ_CONSOLE_SERIAL)

static void check_piece(const struct rj_check *check, const struct rj_piece *piece)
{
	struct rj_error error;
	uint32_t found;

	if (rj_crc_input(check->input, check->image->stub_at + piece->offset, piece->size,
			 &found, &error) ||
	    rj_image_judge_piece(check->image, piece, check->input, found, &error))
		rj_check_error(check, &error);
}

/* The stub makes boot_params there. */
static void check_linux_setup(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	uint32_t setup = image->manifest.linux_setup;

	for (size_t i = 0; setup && i < image->piece_count; i++)
		if (image->pieces[i].address == setup && image->pieces[i].size >= SETUP_CODE)
			return;
	if (setup)
		rj_check_report(check, "no piece is at %s, where the manifest has a Linux setup part",
				RJ_HEX(setup));
}

/* Reports the bits that no version knows. */
static void check_bits(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	const struct rj_manifest *manifest = &image->manifest;
	uint64_t at = image->stub_at + image->stub_size;

	rj_check_equal(check, at + offsetof(struct rj_manifest, flags),
		       manifest->flags & KNOWN_FLAGS, manifest->flags,
		       "the manifest has unknown flags");
	rj_check_equal(check, at + offsetof(struct rj_manifest, repairs),
		       manifest->repairs & RJ_ALL_REPAIRS, manifest->repairs,
		       "the manifest has unknown repairs");
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		rj_check_equal(check,
			       at + rj_manifest_size(i) + offsetof(struct rj_piece, flags),
			       piece->flags & KNOWN_PIECE_FLAGS, piece->flags,
			       "the piece %s has unknown flags", piece->name);
	}
}

static void check_manifest(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	const struct rj_manifest *manifest = &image->manifest;
	uint64_t at = image->stub_at + image->stub_size;
	uint8_t bytes[RJ_MANIFEST_MAX];

	if (rj_image_peek_manifest(image, check->input, bytes) < manifest->size)
		return;
	rj_check_equal(check, at, manifest->crc, rj_manifest_crc(bytes, manifest->size),
		       "the manifest's CRC-32 is wrong");
	check_bits(check);
	check_linux_setup(check);
	if (manifest->image_size > image->file_size - image->stub_at)
		rj_check_report(check,
				"the image ends beyond the file %s; the file is cut short",
				RJ_FOUND(at + offsetof(struct rj_manifest, image_size),
					 image->file_size - image->stub_at,
					 manifest->image_size));
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
			rj_check_report(check,
					"the piece %s at %s of the image is "
					"outside the range left for it, %s", piece->name,
					RJ_RANGE(piece->offset, end),
					RJ_RANGE(from, image->manifest.image_size));
		else
			from = end;
	}
}

/* Only of the RAM disk do the services check what they have moved or unpacked. */
static void check_disk_flag(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	const struct rj_piece *disk = rj_image_disk(image);

	if (image->services.block.image.size > 0 && !disk)      /* reported as its address */
		return;
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		if (piece->flags & RJ_PIECE_DISK && piece != disk)
			rj_check_report(check, "the piece %s has the flag of the RAM disk, "
					"and is not one that the services move", piece->name);
	}
}

static void check_services(const struct rj_check *check)
{
	const struct rj_services_info *services = &check->image->services;
	const char *wrong = services->wrong;

	if (!wrong && services->block.image.size > 0 && !rj_image_disk(check->image))
		wrong = "RAM disk's address";
	if (wrong)
		rj_check_report(check, "the services' %s is wrong", wrong);
}

static void check_disk(const struct rj_check *check)
{
	const struct rj_output nowhere = { .fd = -1 };
	struct rj_error error;

	if (rj_image_disk(check->image) && !check->image->services.wrong &&
	    rj_image_unpack_disk(check->image, check->input, &nowhere, &error))
		rj_check_error(check, &error);
}

static void check_stub(const struct rj_check *check)
{
	const struct rj_image *image = check->image;
	struct rj_error error;
	uint32_t found = 0;

	if (rj_image_sum_stub(image, check->input, &found, &error))
		rj_check_error(check, &error);
	else
		rj_check_equal(check, image->stub_at, image->manifest.stub_crc, found,
			       "the CRC-32 of the stub and the section headers is wrong");
}

/* Reports a broken rule of the plan with the image as subject; ignores notes. */
static void report_rule(void *context, const struct rj_error *error)
{
	if (error->class != RJ_NOTE)
		rj_check_error(context, error);
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
	check_disk_flag(check);
	if (image->container)
		image->container->check(image->container, image, check->input, with_checksum,
					check->report, check->context);
	else
		rj_check_report(check, "not in a known container");
	if (rj_input_failure(&error))
		rj_check_error(check, &error);
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
	for (size_t i = 0; i < image->piece_count; i++)
		if (rj_image_has_piece(image, &image->pieces[i]))
			check_piece(&check, &image->pieces[i]);
}
