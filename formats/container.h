/* SPDX-License-Identifier: MIT */
/*
 * Containers: the file format around stub, manifest and pieces. A new one is a
 * file container_<name>.c with a struct container_<name>, and a row here.
 */
#ifndef RJ_CONTAINER_H
#define RJ_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "image.h"
#include "input.h"
#include "plan.h"

#define CONTAINERS(row) row(elf)

/* The front of an image as built by stub/: see stub_blob.h. */
struct rj_blob {
	const uint8_t *bytes;
	size_t size;
};

struct container {
	const char *name;
	const char *help;

	/*
	 * Writes a sealed plan to fd, a regular file open for reading and
	 * writing, and describes the result. fd < 0: reads and checks
	 * everything, writes nothing.
	 */
	enum rj_err (*write)(const struct rj_plan *plan, const struct rj_blob *blob,
			     int fd, struct rj_image *image, struct rj_error *err);

	/* Whether the file is one of these; sets image->base and ->memory_size. */
	bool (*recognise)(struct rj_image *image, const struct rj_input *input);

	/* Reports what is wrong with its headers and checksum. */
	void (*check)(const struct rj_image *image, const struct rj_input *input,
		      bool with_checksum, rj_finding *report, void *context);
};

extern const struct container *const containers[];
extern const size_t container_count;

/* By name; RJ_ERR_FORMAT. */
enum rj_err container_find(const char *name, const struct container **container,
			   struct rj_error *err);

#endif
