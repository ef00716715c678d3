/* SPDX-License-Identifier: MIT */
/* The options of payloads that are a partition's boot sector, or come from one. */
#ifndef RJ_PARTITION_OPTIONS_H
#define RJ_PARTITION_OPTIONS_H

#include "disk/vbr.h"
#include "payload/option.h"

extern const struct payload_option option_partition, option_hidden, option_bpb,
	option_sector_size;

/* The values of these options; zeros if they are not set. */
struct rj_vbr_choice partition_choice(const struct rj_plan *plan);

#endif
