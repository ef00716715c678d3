/* SPDX-License-Identifier: MIT */
/*
 * The installer ("install") and the modules as stub/install/ builds them; services.h describes
 * how an image carries them.
 */
#ifndef RJ_SERVICE_BLOBS_H
#define RJ_SERVICE_BLOBS_H

#include <stddef.h>

struct rj_service_blob {
	const char *name;
	const unsigned char *bytes;
	size_t size;
};

extern const struct rj_service_blob rj_service_blobs[];
extern const size_t rj_service_blob_count;

#endif
