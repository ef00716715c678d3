/* SPDX-License-Identifier: MIT */
/*
 * A packed image, as a container has written it or as it is read back. No field of a file is
 * trusted: every size and offset is checked before use.
 */
#ifndef RJ_IMAGE_H
#define RJ_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"
#include "image/loaders.h"
#include "image/manifest.h"
#include "image/plan.h"
#include "image/services_read.h"

struct container;

struct rj_image {
	const struct container *container;      /* NULL: unknown */
	struct rj_features features;
	uint64_t file_size;
	uint64_t stub_at;               /* in the file; offsets of pieces count from here */
	uint32_t stub_size;             /* the manifest follows; 0: there is no stub */
	struct rj_manifest manifest;    /* in the host's byte order */
	struct rj_piece pieces[RJ_MAX_PIECES];  /* names are NUL-terminated */
	size_t piece_count;
	struct rj_services_info services;
	uint64_t base;                  /* where a loader loads the stub; 0: anywhere */
	uint64_t memory_size;           /* bytes that it needs from base on */
};

static inline bool rj_image_is_placed(const struct rj_image *image)
{
	return image->base != 0;
}

/* The manifest of a plan, without the checksums. */
struct rj_manifest rj_manifest_of_plan(const struct rj_plan *plan, uint32_t image_size);

/*
 * Describes the plan's pieces and copies their bytes to the output, each to its offset in the
 * file. A RAM disk that is not compressed is copied first, and its sum goes into the plan's
 * services: its image is read only once.
 */
enum rj_err rj_image_take_pieces(struct rj_image *image, struct rj_plan *plan,
				 const uint64_t offsets[RJ_MAX_PIECES],
				 const struct rj_output *output, struct rj_error *err);

/* What the image carries, as a plan without bytes, for rj_plan_check. */
void rj_image_plan(const struct rj_image *image, struct rj_plan *plan);

/*
 * Computes rj_manifest.stub_crc from the file: over the stub, and over what the container has
 * between manifest and pieces.
 */
enum rj_err rj_image_sum_stub(const struct rj_image *image, const struct rj_input *input,
			      uint32_t *crc, struct rj_error *err);

/* The piece with the RAM disk, or NULL if there is none or it is not where it should be. */
const struct rj_piece *rj_image_disk(const struct rj_image *image);

/* Compares the CRC-32 of a piece's bytes in the input with the one in the manifest. */
enum rj_err rj_image_judge_piece(const struct rj_image *image, const struct rj_piece *piece,
				 const struct rj_input *input, uint32_t crc,
				 struct rj_error *err);

/*
 * Writes the RAM disk, unpacked, to the output. The image must have a RAM disk. Fails if its
 * bytes are not those that the manifest describes.
 */
enum rj_err rj_image_unpack_disk(const struct rj_image *image, const struct rj_input *input,
				 const struct rj_output *output, struct rj_error *err);

/*
 * Reads the manifest as far as the file has it, at most RJ_MANIFEST_MAX bytes; returns how
 * many.
 */
size_t rj_image_peek_manifest(const struct rj_image *image, const struct rj_input *input,
			      uint8_t *bytes);

/* Whether a piece is within both the image and the file. */
bool rj_image_has_piece(const struct rj_image *image, const struct rj_piece *piece);

#endif
