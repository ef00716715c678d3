/* SPDX-License-Identifier: MIT */
/*
 * Containers: the file format around stub, manifest and pieces. A new container is a file
 * container_<name>.c with a struct container_<name>, and a row here. All that carry a stub
 * share one layout and differ in its front: see container_layout.h.
 */
#ifndef RJ_CONTAINER_H
#define RJ_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/input.h"
#include "image/image.h"
#include "image/loaders.h"
#include "image/plan.h"

#define CONTAINERS(row) row(elf) row(elf_strict) row(elf32) row(bzimage) row(efi) row(payload)

/* The front of an image as built by stub/: see stub_blob.h. */
struct rj_blob {
	const uint8_t *bytes;
	size_t size;
};

struct container {
	const char *name;
	const char *help;
	const char *suffixes;   /* file suffixes that select it, with spaces between; NULL */
	struct rj_features features;    /* of its files; perhaps no loader accepts them */
	int elf_class;          /* ELFCLASS32 or 64; ELFCLASSNONE: not an ELF file, */
	uint32_t front_magic;   /* but one that starts with this */
	unsigned parts;         /* bit n: part n of the front, enum front_part */

	/*
	 * Writes a sealed plan to the output and describes the result. If nothing is to be
	 * written, reads and checks everything. Sums the RAM disk, in plan->services.
	 */
	enum rj_err (*write)(const struct container *container, struct rj_plan *plan,
			     const struct rj_blob *blob, const struct rj_output *output,
			     struct rj_image *image, struct rj_error *err);

	/*
	 * Whether the file is in this container, by its start. If so, sets image->features, ->base,
	 * ->stub_at and ->stub_size, after which the manifest is. At most one container recognises
	 * a file.
	 */
	bool (*recognise)(const struct container *container, struct rj_image *image,
			  const struct rj_input *input);

	/* Bytes of memory that an image needs from base on; its manifest has been read. */
	uint64_t (*memory_size)(const struct rj_image *image);

	/* Reports what is wrong with the headers and, if with_checksum, the image checksum. */
	void (*check)(const struct container *container, const struct rj_image *image,
		      const struct rj_input *input, bool with_checksum, rj_finding *report,
		      void *context);
};

#define CONTAINER_DECLARE(name) extern const struct container container_##name;
CONTAINERS(CONTAINER_DECLARE)
#undef CONTAINER_DECLARE
extern const struct container *const containers[];
extern const size_t container_count;

/* By name; the error lists all names. */
enum rj_err container_find(const char *name, const struct container **container,
			   struct rj_error *err);

/* All names, separated by spaces, cut to fit in size bytes. */
void container_words(char *text, size_t size);

/* By the suffix of the file name; the first container if the suffix is not known. */
const struct container *container_of_file(const char *path);

#endif
