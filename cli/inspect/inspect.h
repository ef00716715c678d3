/* SPDX-License-Identifier: MIT */
/*
 * An image described: for people, or as JSON.
 */
#ifndef RJ_INSPECT_H
#define RJ_INSPECT_H

#include <stdbool.h>
#include <stddef.h>

#include "image/image.h"
#include "json.h"

/* What a check found, in words, as far as it fits. */
#define FINDINGS_MAX 64
struct findings {
	size_t count;                   /* of all, more than are kept */
	int status;                     /* of the worst, for exit */
	char *text[FINDINGS_MAX];
};

/* A rj_finding whose context is a struct findings. */
void findings_add(void *context, const struct rj_error *error);
void findings_free(struct findings *findings);

/* On standard output; name is the file's. findings may be NULL. */
void inspect_print(const struct rj_image *image, const char *name,
		   const struct findings *findings, bool as_json);

/*
 * Of a JSON object the members that say what an image is, without those that
 * follow from them.
 */
void inspect_describe(struct json *json, const struct rj_image *image);

#endif
