/* SPDX-License-Identifier: MIT */
/*
 * An image described: for people, or as JSON.
 */
#ifndef RJ_DESCRIBE_H
#define RJ_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>

#include "findings.h"
#include "image/image.h"
#include "json.h"

/* On standard output; name is the file's. findings may be NULL. */
void inspect_print(const struct rj_image *image, const char *name,
		   const struct findings *findings, bool as_json);

/*
 * Of a JSON object the members that say what an image is, without those that
 * follow from them.
 */
void inspect_describe(struct json *json, const struct rj_image *image);

#endif
