/* SPDX-License-Identifier: MIT */
/*
 * A packed image, as a container has written it or as it is read back. Nothing
 * in a file is trusted: every size and offset is checked before it is used.
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
#include "image/services.h"

struct rj_image {
	const char *container;          /* its name, or NULL when it is unknown */
	struct rj_features features;
	uint64_t file_size;
	uint64_t stub_at;               /* in the file */
	uint32_t stub_size;             /* 0: it is a payload file, and the manifest comes first */
	struct rj_manifest manifest;    /* in the host's byte order */
	struct rj_piece pieces[RJ_MAX_PIECES];  /* names end within them */
	size_t piece_count;
	struct rj_services_info services;
	uint64_t base;                  /* where a loader puts the stub; 0: anywhere */
	uint64_t memory_size;           /* what it needs from there on */
};

static inline bool rj_image_is_placed(const struct rj_image *image)
{
	return image->base != 0;
}

/* What the manifest says of a plan; the checksums are still to come. */
struct rj_manifest rj_manifest_of_plan(const struct rj_plan *plan, uint32_t image_size);

/*
 * Piece n, whose bytes go to fd at an offset in the file, or nowhere if fd is negative.
 * What rj_plan_copy_piece gives.
 */
enum rj_err rj_image_take_piece(struct rj_image *image, size_t n,
				const struct rj_plan_piece *from, int fd, uint64_t at,
				struct rj_error *err);

/* What the image carries, as a plan without bytes; for rj_plan_check. */
void rj_image_plan(const struct rj_image *image, struct rj_plan *plan);

/*
 * rj_manifest.stub_crc as the file's bytes make it: of the stub, and of what the
 * container has put between manifest and pieces.
 */
enum rj_err rj_image_sum_stub(const struct rj_image *image, const struct rj_input *input,
			      uint32_t *crc, struct rj_error *err);

/* The piece that is the RAM disk, or NULL: there is none, or not where it should be. */
const struct rj_piece *rj_image_disk(const struct rj_image *image);

/*
 * The RAM disk, which there is, as it was packed, to fd or, if that is negative, to nowhere. RJ_ERR_DISK_CRC,
 * _INFLATE.
 */
enum rj_err rj_image_unpack_disk(const struct rj_image *image, const struct rj_input *input,
				 int fd, struct rj_error *err);

/* The manifest's bytes as far as the file has them, at most RJ_MANIFEST_MAX; returns how many. */
size_t rj_image_peek_manifest(const struct rj_image *image, const struct rj_input *input,
			      uint8_t *bytes);

/* Whether a piece lies within the image and the file. */
bool rj_image_has_piece(const struct rj_image *image, const struct rj_piece *piece);

#endif
