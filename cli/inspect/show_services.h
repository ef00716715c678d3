/* SPDX-License-Identifier: MIT */
/*
 * Describes the services of an image.
 */
#ifndef RJ_SHOW_SERVICES_H
#define RJ_SHOW_SERVICES_H

#include "image/services_read.h"
#include "json.h"

/* Prints a paragraph to standard output. */
void services_print(const struct rj_services_info *info);

/* Writes "services": an object, or null. */
void services_json(struct json *json, const struct rj_services_info *info);

#endif
