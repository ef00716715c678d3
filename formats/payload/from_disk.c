/* SPDX-License-Identifier: MIT */
/*
 * What a disk would boot: core.img if the MBR is GRUB's; the boot sector of the active
 * partition if the MBR is known to start that and nothing else; otherwise the MBR itself,
 * which finds what to boot on the machine.
 */
#include "payload/payload.h"

#include <string.h>

#include "abi/layout.h"
#include "common/boot_sector.h"
#include "common/le.h"
#include "disk/grub_core.h"
#include "disk/grub_embedded.h"
#include "disk/mbr_code.h"
#include "disk/partition.h"
#include "disk/vbr.h"
#include "payload/hand_over.h"
#include "payload/partition_options.h"

/* Only a partition's boot sector has a BIOS parameter block to set. */
static enum rj_err refuse_bpb(const struct rj_plan *plan, const char *carried,
			      struct rj_error *err)
{
	if (!payload_text(plan, &option_bpb))
		return RJ_OK;
	return rj_fail(err, RJ_BAD,
		       "the %s is carried, which has no BIOS parameter block to set; "
		       "for the active partition's boot sector, which has one, use --vbr",
		       carried);
}

/* Adds the MBR. Sectors of 4096 bytes are loaded whole. */
static enum rj_err plan_mbr(struct rj_plan *plan, const struct rj_input *input,
			    const char *reason, struct rj_error *err)
{
	uint32_t size = partition_choice(plan).sector_size;

	if (refuse_bpb(plan, "MBR", err))
		return err->class;
	size = size ? size : rj_disk_sector_size(input);
	if (size > input->size)
		size = SECTOR_SIZE;
	rj_plan_note(plan, input->path, "the MBR is carried and started: %s", reason);
	plan->regs.eax = BIOS_SIGNATURE_EAX;
	rj_plan_set_entry(plan, 0, BOOT_SECTOR);
	return rj_plan_add(plan, ".mbr", BOOT_SECTOR, input, 0, size, err);
}

/* GRUB counts sectors of 512 bytes, see grub_embedded.c. */
static enum rj_err plan_grub(struct rj_plan *plan, const struct rj_input *input,
			     const uint8_t *sector, struct rj_error *err)
{
	const char *wrong;
	uint8_t *bytes;
	size_t size;

	if (refuse_bpb(plan, "core.img", err))
		return err->class;
	if (grub_embedded_core(input, sector, &bytes, &size, &wrong, err))
		return err->class;
	if (wrong) {
		rj_note_core_left(plan, input, sector, wrong);
		return plan_mbr(plan, input, "GRUB's boot.img", err);
	}
	rj_plan_note(plan, input->path,
		     "the MBR is GRUB's: core.img at sector %s is carried and started",
		     RJ_DEC(grub_kernel_sector(sector)));
	rj_plan_set_entry(plan, 0, GRUB_CORE_ADDRESS + GRUB_SECTOR);
	return rj_plan_add_bytes(plan, ".core", GRUB_CORE_ADDRESS, bytes, size, err);
}

/* Whether this MBR code would start this boot sector and no other. */
static bool would_start(const struct rj_mbr_code *code, const struct rj_vbr *vbr)
{
	return vbr->partition.sole && vbr->partition.gpt == code->gpt &&
	       !vbr->partition.backup && (code->finds_xfs || !vbr->behind_xfs);
}

/* Adds the boot sector that known MBR code starts, or the MBR if it starts none. */
static enum rj_err plan_partition(struct rj_plan *plan, const struct rj_input *input,
				  const struct rj_mbr_code *code, struct rj_error *err)
{
	const struct rj_vbr_choice choice = partition_choice(plan);
	struct rj_vbr vbr;

	if (rj_vbr_read(&vbr, input, &choice, plan->drive, err))
		return vbr.partition.lacks ? plan_mbr(plan, input, vbr.partition.lacks, err)
					   : err->class;
	if (!would_start(code, &vbr)) {
		rj_vbr_free(&vbr);
		return plan_mbr(plan, input, "code and partition tables do not name one partition", err);
	}
	rj_plan_note(plan, input->path,
		     "the MBR starts the active partition: the boot sector of "
		     "partition %u (%s) at sector %s is carried and started",
		     vbr.partition.number, vbr.partition.gpt ? "GPT" : "MBR",
		     RJ_DEC(vbr.partition.first));
	return rj_vbr_plan(plan, &vbr, err);
}

static enum rj_err plan_file_system(struct rj_plan *plan, const struct rj_input *input,
				    struct rj_error *err)
{
	const struct rj_vbr_choice choice = partition_choice(plan);
	struct rj_vbr vbr;

	if (rj_vbr_read(&vbr, input, &choice, plan->drive, err))
		return err->class;
	rj_plan_note(plan, input->path,
		     "a file system without partitions: "
		     "its first sector is carried and started");
	return rj_vbr_plan(plan, &vbr, err);
}

/* No code, as partitioning tools leave the MBR of a disk that does not boot. */
static bool is_empty(const uint8_t *sector)
{
	for (size_t i = 0; i < RJ_MBR_CODE_SIZE; i++)
		if (sector[i])
			return false;
	return true;
}

static enum rj_err from_disk_read(struct rj_plan *plan, const struct rj_input *input,
				  const struct payload_argument *argument, struct rj_error *err)
{
	uint8_t sector[SECTOR_SIZE] = { 0 };
	const struct rj_mbr_code *known;

	(void)argument;
	rj_input_peek(input, sector, sizeof(sector), 0);
	if (!boot_sector_is_signed(sector))
		return rj_fail(err, RJ_BAD,
			       "the first sector has no boot sector signature %s; "
			       "a BIOS cannot boot it",
			       RJ_FOUND(SIGNATURE_OFFSET, SIGNATURE,
					le16(sector + SIGNATURE_OFFSET)));
	if (grub_is_boot_img(sector))
		return plan_grub(plan, input, sector, err);
	if (boot_sector_has_parameters(sector))
		return plan_file_system(plan, input, err);
	if (is_empty(sector))
		return rj_fail(err, RJ_BAD,
			       "the MBR has no code, so a BIOS cannot boot the disk; "
			       "to carry a partition's boot sector, use --vbr");
	known = rj_mbr_code_of(sector);
	return known ? plan_partition(plan, input, known, err)
		     : plan_mbr(plan, input, "what its code starts is unknown", err);
}

static enum rj_detected from_disk_detect(const struct rj_input *input, const char **why)
{
	*why = "a disk's device";
	if (input->is_device)
		return RJ_DETECT_YES;
	*why = "a hard disk's image by its partition table; what it would boot would be carried";
	return rj_is_disk_image(input) ? RJ_DETECT_MAYBE : RJ_DETECT_NO;
}

const struct payload_kind payload_from_disk = {
	.name = "from-disk",
	.argument = "DISK",
	.help = "what a disk or its image would boot: core.img, a boot sector",
	.signature = "a block device; a partition table in 4 MiB or more",
	.place = "as --grub, --vbr or --mbr",
	.options = (const struct payload_option *const[]){ &option_sector_size, &option_bpb, NULL },
	.device = true,
	.detect = from_disk_detect,
	.read = from_disk_read,
};
