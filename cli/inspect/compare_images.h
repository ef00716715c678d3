/* SPDX-License-Identifier: MIT */
#ifndef RJ_COMPARE_IMAGES_H
#define RJ_COMPARE_IMAGES_H

#include "options.h"

/*
 * rjpack inspect IMAGE IMAGE: prints how the two operands differ. As diff and cmp, returns 0
 * if they are the same, 1 if not, and 2 if one is not an image; 3 if the host failed.
 */
int compare_images(const struct options *options);

#endif
