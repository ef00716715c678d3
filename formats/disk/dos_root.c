/* SPDX-License-Identifier: MIT */
#include "disk/dos_root.h"

#include <stdbool.h>
#include <string.h>

#include "common/boot_sector.h"
#include "common/le.h"

#define NAME_SIZE        11u    /* in a directory entry; the attributes follow */
#define ATTRIBUTE_NOFILE 0x18u  /* a directory or the volume label */

static const char *const pairs[][2] = {
	{ "IO      SYS", "MSDOS   SYS" },
	{ "IBMBIO  COM", "IBMDOS  COM" },
};
#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

/*
 * Whether the root directory has a fixed size; FAT32's has not, and these versions of DOS do
 * not know it.
 */
static bool is_fat16(const uint8_t *sector)
{
	return boot_sector_has_parameters(sector) && le16(sector + BPB_SECTOR_SIZE) > 0 &&
	       sector[BPB_FATS] > 0 && le16(sector + BPB_FAT_SECTORS16) > 0 &&
	       le16(sector + BPB_ROOT_ENTRIES) > 0 && le16(sector + BPB_RESERVED) > 0;
}

/* Offset of the partition in the file: 0 if the file starts with its boot sector. */
static uint64_t volume_start(const struct rj_input *volume, const struct rj_vbr *vbr)
{
	uint8_t front[BPB_HIDDEN] = { 0 };

	rj_input_peek(volume, front, sizeof(front), 0);
	if (memcmp(front, vbr->bytes, sizeof(front)) == 0)
		return 0;
	return vbr->partition.first * vbr->partition.sector_size;
}

/* Keeps the entry if it belongs to one of the files. */
static void keep(uint8_t found[PAIRS][2][DOS_ENTRY_SIZE], const uint8_t *entry)
{
	if (entry[NAME_SIZE] & ATTRIBUTE_NOFILE)
		return;
	for (size_t i = 0; i < PAIRS; i++)
		for (size_t j = 0; j < 2; j++)
			if (memcmp(entry, pairs[i][j], NAME_SIZE) == 0)
				memcpy(found[i][j], entry, DOS_ENTRY_SIZE);
}

static enum rj_err find_files(struct dos_root *root, const struct rj_input *volume,
			      uint64_t at, uint32_t count, struct rj_error *err)
{
	uint8_t found[PAIRS][2][DOS_ENTRY_SIZE] = { 0 };
	uint8_t entry[DOS_ENTRY_SIZE];

	for (uint32_t i = 0; i < count; i++, at += sizeof(entry)) {
		if (rj_input_peek(volume, entry, sizeof(entry), at) != sizeof(entry))
			return rj_fail_about(err, RJ_BAD, volume->path,
					     "ends before the root directory, "
					     "which DOS also needs; "
					     "use the partition or the disk, "
					     "not only the boot sector");
		if (entry[0] == 0)      /* the end */
			break;
		keep(found, entry);
	}
	for (size_t i = 0; i < PAIRS; i++) {
		memcpy(root->entries, found[i], sizeof(root->entries));
		if (found[i][0][0] && found[i][1][0])
			return RJ_OK;
	}
	return rj_fail_about(err, RJ_BAD, volume->path,
			     "the root directory has neither IO.SYS and "
			     "MSDOS.SYS nor IBMBIO.COM and IBMDOS.COM");
}

enum rj_err dos_root_read(struct dos_root *root, const struct rj_input *volume,
			  const struct rj_vbr *vbr, struct rj_error *err)
{
	const uint8_t *sector = vbr->bytes;
	uint32_t bytes, count, directory;

	if (!is_fat16(sector))
		return rj_fail_about(err, RJ_BAD, volume->path,
				     "the partition is not FAT12 or FAT16, "
				     "and these versions of DOS read no other");
	bytes = le16(sector + BPB_SECTOR_SIZE);
	count = le16(sector + BPB_ROOT_ENTRIES);
	directory = le16(sector + BPB_RESERVED) +
		    sector[BPB_FATS] * (uint32_t)le16(sector + BPB_FAT_SECTORS16);
	root->media = sector[BPB_MEDIA];
	root->data = le32(sector + BPB_HIDDEN) + directory +
		     (count * DOS_ENTRY_SIZE + bytes - 1) / bytes;
	return find_files(root, volume, volume_start(volume, vbr) + (uint64_t)directory * bytes,
			  count, err);
}
