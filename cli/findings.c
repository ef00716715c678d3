/* SPDX-License-Identifier: MIT */
#include "findings.h"

#include <stdlib.h>
#include <string.h>

#include "diag.h"

void findings_add(void *context, const struct rj_error *error)
{
	struct findings *findings = context;
	int class = (int)error->class;
	char text[DIAG_TEXT];

	if (class == RJ_NOTE)
		return;
	if (class > findings->status)
		findings->status = class;
	diag_format(error, text);
	if (findings->count < FINDINGS_MAX) {
		findings->text[findings->count] = strdup(text);
		if (!findings->text[findings->count]) {
			diag(error);
			findings->status = diag_no_memory();
			return;
		}
	}
	findings->count++;
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count && i < FINDINGS_MAX; i++)
		free(findings->text[i]);
	findings->count = 0;
}
