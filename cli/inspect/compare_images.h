/* SPDX-License-Identifier: MIT */
#ifndef RJ_COMPARE_IMAGES_H
#define RJ_COMPARE_IMAGES_H

#include "options.h"

/*
 * rjpack inspect IMAGE IMAGE: what differs in the two operands. Gives 0 if nothing does,
 * 1 if something does, 2 if one is no image, as diff and cmp, and 3 if the host failed.
 */
int compare_images(const struct options *options);

#endif
