/* SPDX-License-Identifier: MIT */
#ifndef RJ_READ_H
#define RJ_READ_H

#include "image/image.h"

/*
 * Reads stub header and manifest. Does not verify checksums. Sets features, also on errors, and
 * base and memory_size if the container is known.
 */
enum rj_err rj_image_read(struct rj_image *image, const struct rj_input *input,
			  struct rj_error *err);

#endif
