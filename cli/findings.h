/* SPDX-License-Identifier: MIT */
/* A check's findings as text. */
#ifndef RJ_FINDINGS_H
#define RJ_FINDINGS_H

#include <stddef.h>

#include "base/error.h"

/* How many texts are kept. */
#define FINDINGS_MAX 64
struct findings {
	size_t count;                   /* of all findings, which may be more than are kept */
	int status;                     /* the exit status of the worst */
	char *text[FINDINGS_MAX];
};

/* An rj_finding whose context is a struct findings. */
void findings_add(void *context, const struct rj_error *error);
void findings_free(struct findings *findings);

#endif
