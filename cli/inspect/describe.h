/* SPDX-License-Identifier: MIT */
/*
 * Describes an image, as text or JSON.
 */
#ifndef RJ_DESCRIBE_H
#define RJ_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>

#include "findings.h"
#include "image/image.h"
#include "json.h"

/* Prints to standard output; name: the file's name. findings may be NULL. */
void inspect_print(const struct rj_image *image, const char *name,
		   const struct findings *findings, bool as_json);

/*
 * Writes the members of a JSON object that define an image, without those that can be derived
 * from them.
 */
void inspect_describe(struct json *json, const struct rj_image *image);

#endif
