/* SPDX-License-Identifier: MIT */
/*
 * The services of an image described.
 */
#ifndef RJ_SHOW_SERVICES_H
#define RJ_SHOW_SERVICES_H

#include "image/services.h"
#include "json.h"

/* A paragraph on standard output. */
void services_print(const struct rj_services_info *info);

/* "services": an object, or null. */
void services_json(struct json *json, const struct rj_services_info *info);

#endif
