/* SPDX-License-Identifier: MIT */
#ifndef RJ_CHECK_H
#define RJ_CHECK_H

#include "image/image.h"

/*
 * Reports everything that is wrong with an image that rj_image_read has accepted: checksums,
 * rules of the plan, the container's headers.
 */
void rj_image_check(const struct rj_image *image, const struct rj_input *input,
		    rj_finding *finding, void *context);

/* The same, without the checks that must read the whole file. */
void rj_image_check_headers(const struct rj_image *image,
			    const struct rj_input *input, rj_finding *finding,
			    void *context);

#endif
