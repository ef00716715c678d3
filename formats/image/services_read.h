/* SPDX-License-Identifier: MIT */
/* Reads and checks the piece with the services. */
#ifndef RJ_FORMATS_SERVICES_READ_H
#define RJ_FORMATS_SERVICES_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/services.h"
#include "image/plan.h"

#define RJ_SERVICES_MODULES 48
#define RJ_MODULE_NAME_SIZE 9            /* with a NUL */

/* The services piece, as read back. */
struct rj_services_info {
	bool carried;
	const char *wrong;              /* the part that cannot be read, or NULL */
	struct rj_services block;       /* in the host's byte order */
	uint32_t installer_size;        /* bytes, unpacked */
	uint32_t survey_size;           /* likewise; 0: there is none */
	size_t module_count;
	struct {
		char name[RJ_MODULE_NAME_SIZE];
		uint32_t packed_size, size;     /* bytes carried, and in memory */
	} modules[RJ_SERVICES_MODULES];
};

/* A stub, from its first byte on: an image's packed installer refers to the code for STUB_HOME. */
struct rj_stub_bytes {
	const uint8_t *bytes;
	size_t size;                    /* 0: a payload file, which has no stub */
};

/* The stub of the front of an image as built by stub/: see stub_blob.h. */
struct rj_stub_bytes rj_stub_in_front(const uint8_t *front, size_t size);

/* Reads the piece's bytes, none of which is trusted, nor is the stub's, up to the first error. */
void rj_services_parse(struct rj_services_info *info, struct rj_stub_bytes stub,
		       const uint8_t *bytes, size_t size);

/* The same for a plan that has the piece, to show it before the image is written. */
void rj_services_of_plan(struct rj_services_info *info, struct rj_stub_bytes stub,
			 const struct rj_plan *plan);

#endif
