/* SPDX-License-Identifier: MIT */
#ifndef RJ_BUILD_H
#define RJ_BUILD_H

#include "image/container.h"
#include "options.h"

/*
 * Packs the payload of the options in this container to fd, a regular file open for reading and
 * writing, and describes the image. Prints notes and errors; returns the exit status.
 */
int build_into(const struct options *options, const struct container *container, int fd,
	       struct rj_image *image);

#endif
