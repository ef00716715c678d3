/* SPDX-License-Identifier: MIT */
#include "payload/hand_over.h"

#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "common/le.h"
#include "disk/grub_embedded.h"

/* Where the partition table is after MBR code has relocated itself to 600h. */
#define HANDED_TABLE    0x7BEu
#define GPT_HAND_OVER   0x54504721u     /* "!GPT" */
#define GPT_TYPE        0xEDu           /* of the entry made for a GPT partition */
#define ACTIVE          0x80u

static void store_entry(uint8_t *to, const struct partition_entry *entry)
{
	memcpy(to, entry, sizeof(*entry));
	LE_PUT(to, struct partition_entry, first_sector, entry->first_sector);
	LE_PUT(to, struct partition_entry, sectors, entry->sectors);
}

/*
 * The MBR's table, with the partition's entry in its own slot as the only active one. A
 * logical partition, or one in no table, is the first in an empty table.
 */
static size_t hand_over_mbr(uint8_t *to, const struct rj_partition *partition)
{
	struct partition_entry entry = partition->entry;
	size_t slot = partition->number - 1;

	if (slot >= PARTITION_COUNT)
		slot = 0;
	memcpy(to, partition->table, RJ_TABLE_SIZE);
	for (size_t i = 0; i < PARTITION_COUNT; i++)
		to[i * sizeof(entry)] &= PARTITION_FLAGS;
	entry.flag = ACTIVE;
	store_entry(to + slot * sizeof(entry), &entry);
	return slot * sizeof(entry);
}

/* SYSLINUX's doc/gpt.txt: a hybrid entry, the length of the GPT entry, the GPT entry. */
static void hand_over_gpt(uint8_t *to, const struct rj_partition *partition)
{
	struct partition_entry entry = {
		.flag = ACTIVE, .type = GPT_TYPE, .first_sector = rj_partition_clamp(partition->first),
		.sectors = rj_partition_clamp(partition->sectors) };

	store_entry(to, &entry);
	le_store(to + sizeof(entry), RJ_GPT_ENTRY_SIZE, 4);
	memcpy(to + sizeof(entry) + 4, partition->gpt_entry, RJ_GPT_ENTRY_SIZE);
}

enum rj_err rj_vbr_hand_over(struct rj_plan *plan, const struct rj_partition *partition,
			     struct rj_error *err)
{
	size_t size = partition->gpt ? sizeof(struct partition_entry) + 4 + RJ_GPT_ENTRY_SIZE
				     : RJ_TABLE_SIZE;
	uint8_t *bytes = calloc(1, size);
	uint32_t at = HANDED_TABLE;

	if (!bytes)
		return rj_no_memory(err);
	if (partition->gpt)
		hand_over_gpt(bytes, partition);
	else
		at += (uint32_t)hand_over_mbr(bytes, partition);
	plan->regs.eax = partition->gpt ? GPT_HAND_OVER : 0;
	plan->regs.ebx = plan->drive;
	plan->regs.ds = 0;
	plan->regs.esi = plan->regs.ebp = at;
	if (partition->backup)
		rj_plan_note(plan, NULL,
			     "warning: the primary GPT is damaged; "
			     "the backup in the last sector is used");
	return rj_plan_add_bytes(plan, ".partition", HANDED_TABLE, bytes, size, err);
}

enum rj_err rj_vbr_plan(struct rj_plan *plan, struct rj_vbr *vbr, struct rj_error *err)
{
	uint8_t *bytes = vbr->bytes;

	vbr->bytes = NULL;
	if (rj_vbr_sector_size(bytes) && rj_vbr_first(bytes) != vbr->partition.first)
		rj_plan_note(plan, vbr->path,
			     "warning: the partition starts at sector %s, "
			     "but its BIOS parameter block says %s; "
			     "add --bpb hidden", RJ_DEC(vbr->partition.first),
			     RJ_DEC(rj_vbr_first(bytes)));
	rj_plan_set_entry(plan, 0, BOOT_SECTOR);
	if (rj_plan_add_bytes(plan, ".vbr", BOOT_SECTOR, bytes, vbr->size, err))
		return err->class;
	return rj_vbr_hand_over(plan, &vbr->partition, err);
}

void rj_note_core_left(struct rj_plan *plan, const struct rj_input *input,
		       const uint8_t *sector, const char *wrong)
{
	rj_plan_note(plan, input->path,
		     "boot.img names sector %s for core.img, but %s; "
		     "only the boot sector is carried, and reads core.img from its disk",
		     RJ_DEC(grub_kernel_sector(sector)), wrong);
}
