/* SPDX-License-Identifier: MIT */
/* What a check found, in words. */
#ifndef RJ_FINDINGS_H
#define RJ_FINDINGS_H

#include <stddef.h>

#include "base/error.h"

/* How many are kept. */
#define FINDINGS_MAX 64
struct findings {
	size_t count;                   /* of all, more than are kept */
	int status;                     /* of the worst, for exit */
	char *text[FINDINGS_MAX];
};

/* A rj_finding whose context is a struct findings. */
void findings_add(void *context, const struct rj_error *error);
void findings_free(struct findings *findings);

#endif
