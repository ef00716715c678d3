/* SPDX-License-Identifier: MIT */
#include "payload/payload.h"

#include <string.h>

#include "abi/layout.h"
#include "common/boot_sector.h"
#include "common/disk_geometry.h"
#include "common/le.h"
#include "disk/grub_embedded.h"
#include "disk/vbr.h"
#include "payload/hand_over.h"
#include "payload/partition_options.h"

static enum rj_detected vbr_detect(const struct rj_input *input, const char **why)
{
	uint8_t sector[SECTOR_SIZE] = { 0 };

	rj_input_peek(input, sector, sizeof(sector), 0);
	*why = "a partition's boot sector by its BIOS parameter block";
	if (input->is_device || !boot_sector_is_signed(sector) ||
	    !boot_sector_has_parameters(sector))
		return RJ_DETECT_NO;
	if (input->size == SECTOR_SIZE)
		return grub_is_boot_img(sector) ? RJ_DETECT_MAYBE : RJ_DETECT_YES;
	if (input->size == le16(sector + BPB_SECTOR_SIZE))
		return RJ_DETECT_YES;
	*why = "a partition's image by its BIOS parameter block";
	return rj_floppy_of_size(input->size) ? RJ_DETECT_NO : RJ_DETECT_MAYBE;
}

static enum rj_err vbr_read(struct rj_plan *plan, const struct rj_input *input,
			    const struct payload_argument *argument, struct rj_error *err)
{
	const struct rj_vbr_choice choice = partition_choice(plan);
	struct rj_vbr vbr;

	(void)argument;
	if (rj_vbr_read(&vbr, input, &choice, plan->drive, err))
		return err->class;
	return rj_vbr_plan(plan, &vbr, err);
}

const struct payload_kind payload_vbr = {
	.name = "vbr",
	.argument = "FILE",
	.help = "a partition's boot sector: alone, or in a partition's or disk's image",
	.signature = "AA55h at 1FEh; a BIOS parameter block",
	.place = "7C00h, entry 0:7C00; the partition's entry at 7BEh",
	.options = (const struct payload_option *const[]){
		&option_partition, &option_hidden, &option_bpb, &option_sector_size, NULL },
	.device = true,
	.detect = vbr_detect,
	.read = vbr_read,
};
