/* SPDX-License-Identifier: MIT */
/*
 * What an MBR hands over to a partition's boot sector: the drive in DL, and in DS:SI the
 * partition's entry, as if the MBR had moved itself to 600h. From a GPT it gets a hybrid
 * entry and "!GPT" in EAX, see gpt.txt of SYSLINUX.
 */
#ifndef RJ_HAND_OVER_H
#define RJ_HAND_OVER_H

#include "base/error.h"
#include "disk/partition.h"
#include "disk/vbr.h"
#include "image/plan.h"

/*
 * The partition's entry as a piece of the plan, and the registers that point to it: DS:SI
 * and DS:BP, BL = DL, and EAX for a GPT.
 */
enum rj_err rj_vbr_hand_over(struct rj_plan *plan, const struct rj_partition *partition,
			     struct rj_error *err);

/*
 * The whole of it: the boot sector at 7C00h, which takes it out of vbr, the hand-over and
 * the entry 0:7C00.
 */
enum rj_err rj_vbr_plan(struct rj_plan *plan, struct rj_vbr *vbr, struct rj_error *err);

#endif
