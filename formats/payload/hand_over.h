/* SPDX-License-Identifier: MIT */
/*
 * What an MBR hands over to a partition's boot sector: the drive in DL, and the partition's
 * entry at DS:SI, as if the MBR had relocated itself to 600h. With a GPT, the boot sector gets
 * a hybrid entry and "!GPT" in EAX, see SYSLINUX's gpt.txt.
 */
#ifndef RJ_HAND_OVER_H
#define RJ_HAND_OVER_H

#include "base/error.h"
#include "disk/partition.h"
#include "disk/vbr.h"
#include "image/plan.h"

/*
 * Adds the partition's entry as a piece, and sets the registers: DS:SI and DS:BP point to the
 * entry, BL = DL, and EAX for a GPT.
 */
enum rj_err rj_vbr_hand_over(struct rj_plan *plan, const struct rj_partition *partition,
			     struct rj_error *err);

/*
 * Adds the boot sector at 7C00h, whose bytes it takes from vbr, the hand-over and the entry
 * 0:7C00.
 */
enum rj_err rj_vbr_plan(struct rj_plan *plan, struct rj_vbr *vbr, struct rj_error *err);

/*
 * Notes that GRUB's boot.img is carried without core.img; wrong says why, see
 * grub_embedded_core.
 */
void rj_note_core_left(struct rj_plan *plan, const struct rj_input *input,
		       const uint8_t *sector, const char *wrong);

#endif
