/* SPDX-License-Identifier: MIT */
#include "base/progress.h"

#include <stddef.h>

static const struct rj_progress *listener;

void rj_progress_tell(const struct rj_progress *progress)
{
	listener = progress;
}

void rj_progress_begin(enum rj_work work, uint64_t bytes)
{
	if (listener)
		listener->begin(work, bytes);
}

void rj_progress_add(uint64_t bytes)
{
	if (listener)
		listener->advance(bytes);
}

void rj_progress_end(void)
{
	if (listener)
		listener->end();
}
