/* SPDX-License-Identifier: MIT */
/* The options of payloads that are, or come from, a partition's boot sector. */
#ifndef RJ_PARTITION_OPTIONS_H
#define RJ_PARTITION_OPTIONS_H

#include "disk/vbr.h"
#include "payload/option.h"

extern const struct payload_option option_partition, option_hidden, option_bpb,
	option_sector_size;

/* What they say; zeros where they are not set. */
struct rj_vbr_choice partition_choice(const struct rj_plan *plan);

#endif
