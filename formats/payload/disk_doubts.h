/* SPDX-License-Identifier: MIT */
/* Contradictions in a disk's image, or between the image and the disk made of it. */
#ifndef RJ_DISK_DOUBTS_H
#define RJ_DISK_DOUBTS_H

#include "base/input.h"
#include "common/disk_layout.h"
#include "image/plan.h"

/* Leaves notes in the plan; layout is the one for this wish. */
void rj_disk_doubts(struct rj_plan *plan, const struct rj_input *input,
		    const struct rj_disk_wish *wish, const struct rj_disk_layout *layout);

#endif
