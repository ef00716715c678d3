/* SPDX-License-Identifier: MIT */
#include "disk/vbr.h"

#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "common/le.h"

#define ACTIVE          0x80u

/* An XFS starts with its superblock; EXTLINUX's boot sector follows it, see mbr/mbr.S. */
#define XFS_MAGIC       "XFSB"
#define XFS_BOOT        0x800u

/* Offsets in the file systems' own BPBs, after the common part. */
#define NTFS_SECTORS    0x28u
#define EXFAT_FIRST     0x40u           /* a qword: the partition's first sector */
#define EXFAT_SECTORS   0x48u
#define EXFAT_SHIFT     0x6Cu           /* log2 of the sector size */

enum bpb_type { BPB_NONE, BPB_FAT12, BPB_FAT16, BPB_FAT32, BPB_NTFS, BPB_EXFAT, BPB_EXTLINUX };

/* The partition type, and the offset of the drive number, 0 if there is none. */
static const struct { uint8_t partition_type; uint8_t drive; } bpbs[] = {
	[BPB_NONE] = { 0x83, 0 },
	[BPB_FAT12] = { 0x01, 0x24 },
	[BPB_FAT16] = { 0x0E, 0x24 },
	[BPB_FAT32] = { 0x0C, 0x40 },
	[BPB_NTFS] = { 0x07, 0x24 },
	[BPB_EXFAT] = { 0x07, 0x6F },
	[BPB_EXTLINUX] = { 0x83, 0x40 },        /* same layout as FAT32 */
};

static bool has_name(const uint8_t *sector, const char *name)
{
	return memcmp(sector + 3, name, strlen(name)) == 0;
}

static enum bpb_type bpb_type(const uint8_t *sector)
{
	if (!boot_sector_has_parameters(sector))
		return BPB_NONE;
	if (has_name(sector, "NTFS    "))
		return BPB_NTFS;
	if (has_name(sector, "EXFAT   "))
		return BPB_EXFAT;
	if (has_name(sector, "EXTLINUX"))
		return BPB_EXTLINUX;
	if (le16(sector + BPB_ROOT_ENTRIES) == 0 && le16(sector + BPB_FAT_SECTORS16) == 0)
		return BPB_FAT32;
	return memcmp(sector + 0x36, "FAT12", 5) == 0 ? BPB_FAT12 : BPB_FAT16;
}

uint32_t rj_vbr_sector_size(const uint8_t *sector)
{
	uint32_t size = le16(sector + BPB_SECTOR_SIZE);
	enum bpb_type type = bpb_type(sector);

	if (type == BPB_EXFAT)
		size = sector[EXFAT_SHIFT] < 16 ? 1u << sector[EXFAT_SHIFT] : 0;
	/* 1024 and 2048 are only the file system's units */
	return type == BPB_NONE ? 0 : size == 4096 ? 4096 : SECTOR_SIZE;
}

uint64_t rj_vbr_first(const uint8_t *sector)
{
	switch (bpb_type(sector)) {
	case BPB_NONE:
		return 0;
	case BPB_EXFAT:
		return le64(sector + EXFAT_FIRST);
	default:
		return le32(sector + BPB_HIDDEN);
	}
}

uint64_t rj_vbr_sectors(const uint8_t *sector)
{
	uint32_t unit = le16(sector + BPB_SECTOR_SIZE);

	switch (bpb_type(sector)) {
	case BPB_NONE:
		return 0;
	case BPB_NTFS:
		return le64(sector + NTFS_SECTORS);
	case BPB_EXFAT:
		return le64(sector + EXFAT_SECTORS);
	default:
		return (uint64_t)boot_sector_total(sector) * (unit / rj_vbr_sector_size(sector));
	}
}

/*
 * Patching makes exFAT's boot checksum, in sector 11, wrong in memory only. Code that checks
 * it reads the disk, which is unchanged; boot code does not check it.
 */
enum rj_err rj_vbr_patch(uint8_t *sector, unsigned bpb, uint64_t first, uint8_t drive,
			 struct rj_error *err)
{
	enum bpb_type type = bpb_type(sector);

	if (bpb && type == BPB_NONE)
		return rj_fail(err, RJ_BAD,
			       "the boot sector has no known BIOS parameter block; "
			       "leave out --bpb");
	if (bpb & RJ_BPB_HIDDEN && type == BPB_EXFAT)
		le_store(sector + EXFAT_FIRST, first, 8);
	else if (bpb & RJ_BPB_HIDDEN && first > UINT32_MAX)
		return rj_fail(err, RJ_BAD,
			       "sector %s does not fit in the BIOS parameter block; "
			       "leave out --bpb hidden", RJ_DEC(first));
	else if (bpb & RJ_BPB_HIDDEN)
		le_store(sector + BPB_HIDDEN, first, 4);
	if (bpb & RJ_BPB_DRIVE)
		sector[bpbs[type].drive] = drive;
	return RJ_OK;
}

/* Fills in what a partition table would say about the partition, from its boot sector. */
static void describe(struct rj_partition *partition, const uint8_t *sector)
{
	static const uint8_t no_chs[] = { 0xFE, 0xFF, 0xFF };
	enum bpb_type type = bpb_type(sector);
	struct partition_entry *entry = &partition->entry;

	partition->sectors = rj_vbr_sectors(sector);
	partition->active = true;
	entry->flag = ACTIVE;
	entry->type = bpbs[type].partition_type;
	memcpy(entry->first_chs, no_chs, sizeof(no_chs));
	memcpy(entry->last_chs, no_chs, sizeof(no_chs));
	entry->first_sector = rj_partition_clamp(partition->first);
	entry->sectors = rj_partition_clamp(partition->sectors);
}

static enum rj_err lacks_bounds(struct rj_vbr *vbr, struct rj_error *err)
{
	vbr->partition.lacks = "the partition starts after the end of the disk";
	return rj_fail(err, RJ_BAD, "%s", vbr->partition.lacks);
}

static enum rj_err lacks_signature(struct rj_vbr *vbr, uint64_t offset, struct rj_error *err)
{
	vbr->partition.lacks = "the partition's first sector has no boot sector signature";
	return rj_fail(err, RJ_BAD, "%s %s; nothing that boots by BIOS is installed there",
		       vbr->partition.lacks,
		       RJ_FOUND(offset + SIGNATURE_OFFSET, SIGNATURE,
				le16(vbr->bytes + SIGNATURE_OFFSET)));
}

/* Reads the boot sector at this sector of the file. */
static enum rj_err load(struct rj_vbr *vbr, const struct rj_input *input, uint64_t number,
			struct rj_error *err)
{
	if (number >= input->size / vbr->size)
		return number ? lacks_bounds(vbr, err)
			      : rj_fail(err, RJ_BAD, "%s bytes: a boot sector is %zu",
					RJ_DEC(input->size), vbr->size);
	vbr->bytes = malloc(vbr->size);
	if (!vbr->bytes)
		return rj_no_memory(err);
	if (rj_input_read(input, vbr->bytes, vbr->size, number * vbr->size, err))
		return err->class;
	vbr->behind_xfs = memcmp(vbr->bytes, XFS_MAGIC, strlen(XFS_MAGIC)) == 0;
	if (vbr->behind_xfs &&
	    rj_input_read(input, vbr->bytes, vbr->size, number * vbr->size + XFS_BOOT, err))
		return err->class;
	if (!boot_sector_is_signed(vbr->bytes))
		return lacks_signature(vbr, number * vbr->size, err);
	return RJ_OK;
}

/* Reads the boot sector at the file's first sector, or at the one that --hidden names. */
static enum rj_err read_alone(struct rj_vbr *vbr, const struct rj_input *input,
			      uint64_t number, const struct rj_vbr_choice *choice,
			      struct rj_error *err)
{
	struct rj_partition *partition = &vbr->partition;

	partition->sector_size = (uint32_t)vbr->size;
	partition->number = choice->partition;
	if (load(vbr, input, number, err))
		return err->class;
	partition->first = choice->has_hidden ? choice->hidden :
			   rj_vbr_first(vbr->bytes);
	describe(partition, vbr->bytes);
	return RJ_OK;
}

static enum rj_err read_from_disk(struct rj_vbr *vbr, const struct rj_input *input,
				  const struct rj_vbr_choice *choice, struct rj_error *err)
{
	if (choice->has_hidden && !choice->partition)
		return read_alone(vbr, input, choice->hidden, choice, err);
	if (rj_partition_find(input, (uint32_t)vbr->size, choice->partition, &vbr->partition, err) ||
	    load(vbr, input, vbr->partition.first, err))
		return err->class;
	if (choice->has_hidden) {
		vbr->partition.first = choice->hidden;
		vbr->partition.entry.first_sector = rj_partition_clamp(choice->hidden);
	}
	return RJ_OK;
}

/*
 * Whether the file is a single sector or a partition's image, whose first sector has no
 * partition table.
 */
static bool is_alone(const struct rj_input *input, const uint8_t *first)
{
	return input->size == SECTOR_SIZE || boot_sector_has_parameters(first) ||
	       !boot_sector_has_table(first);
}

enum rj_err rj_vbr_read(struct rj_vbr *vbr, const struct rj_input *input,
			const struct rj_vbr_choice *choice, uint8_t drive, struct rj_error *err)
{
	uint8_t first[SECTOR_SIZE] = { 0 };
	uint32_t told;

	rj_input_peek(input, first, sizeof(first), 0);
	told = choice->sector_size ? choice->sector_size : rj_vbr_sector_size(first);
	*vbr = (struct rj_vbr){ .path = input->path, .size = told ? told : rj_disk_sector_size(input) };
	if (is_alone(input, first) ? read_alone(vbr, input, 0, choice, err)
				   : read_from_disk(vbr, input, choice, err))
		goto failed;
	if (!rj_vbr_patch(vbr->bytes, choice->bpb, vbr->partition.first, drive, err))
		return RJ_OK;
failed:
	if (!err->subject)
		err->subject = input->path;
	rj_vbr_free(vbr);
	return err->class;
}

void rj_vbr_free(struct rj_vbr *vbr)
{
	free(vbr->bytes);
	vbr->bytes = NULL;
}
