/* SPDX-License-Identifier: MIT */
#include "disk/partition.h"

#include <assert.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <zlib.h>

#include "base/copy.h"
#include "common/disk_layout.h"
#include "common/le.h"

#define LOGICAL_MAX    128u             /* EBRs to follow, since a chain may be circular */
#define DISK_IMAGE_MIN (4u << 20)      /* memdisk treats smaller images as floppies */
#define ACTIVE         0x80u

/* UEFI 2.10, 5.3.2 */
struct gpt_header {
	uint8_t signature[8];
	uint32_t revision, size, crc, zero;
	uint64_t here, other, first_usable, last_usable;
	uint8_t guid[16];
	uint64_t entries;               /* the sector where the entries start */
	uint32_t entry_count, entry_size, entries_crc;
	uint32_t end;                   /* not in the header: its 92 bytes end here */
};
static_assert(offsetof(struct gpt_header, entries) == 72, "GPT header");
static_assert(offsetof(struct gpt_header, end) == 92, "GPT header");
#define GPT_SIGNATURE   "EFI PART"
#define GPT_HEADER_SIZE offsetof(struct gpt_header, end)
#define GPT_TABLE_MAX   (1u << 20)      /* bytes; 64 times the usual size */

/* UEFI 2.10, 5.3.3 */
struct gpt_entry {
	uint8_t type[16], guid[16];
	uint64_t first, last, attributes;
	uint8_t name[72];
};
static_assert(sizeof(struct gpt_entry) == RJ_GPT_ENTRY_SIZE, "GPT entry");
static_assert(offsetof(struct gpt_entry, attributes) == 48, "GPT entry");
#define GPT_LEGACY_BOOTABLE 0x4u

/* A search for a partition on a disk. */
struct search {
	const struct rj_input *disk;
	uint32_t sector_size;
	uint32_t number;                /* 0: the active one */
	struct rj_partition *found;
};

static bool peek(const struct rj_input *disk, uint64_t offset, void *to, size_t size)
{
	return offset < disk->size && rj_input_peek(disk, to, size, offset) == size;
}

uint32_t rj_disk_sector_size(const struct rj_input *disk)
{
	struct rj_bytes bytes = rj_input_bytes(disk);
	int size;

	if (disk->is_device && ioctl(disk->fd, BLKSSZGET, &size) == 0 && size > 0)
		return (uint32_t)size;
	return rj_disk_layout_sector_size(&bytes);
}

bool rj_is_disk_image(const struct rj_input *input)
{
	uint8_t sector[SECTOR_SIZE];

	return input->size >= DISK_IMAGE_MIN && peek(input, 0, sector, sizeof(sector)) &&
	       boot_sector_is_signed(sector) && !boot_sector_has_parameters(sector) &&
	       boot_sector_has_table(sector);
}

static bool is_extended(uint8_t type)
{
	return type == 0x05 || type == 0x0F || type == 0x85;
}

static bool is_used(const struct partition_entry *entry)
{
	return entry->type != 0 && entry->type != PARTITION_GPT && entry->sectors != 0;
}

static void keep(const struct search *search, uint32_t number,
		 const struct partition_entry *entry)
{
	struct rj_partition *found = search->found;

	found->number = number;
	found->first = entry->first_sector;
	found->sectors = entry->sectors;
	found->active = entry->flag & ACTIVE;
	found->entry = *entry;
}

static unsigned count_active(const uint8_t *record)
{
	unsigned count = 0;

	for (size_t i = 0; i < PARTITION_COUNT; i++)
		count += (boot_sector_partition(record, i).flag & ACTIVE) != 0;
	return count;
}

static bool is_wanted(const struct search *search, uint32_t number, bool active)
{
	return search->number ? search->number == number : active;
}

/* The partition in an extended boot record, and the link to the next record, or 0. */
static void read_links(const uint8_t *record, struct partition_entry *logical, uint64_t *link)
{
	*logical = (struct partition_entry){ 0 };
	*link = 0;
	for (size_t i = PARTITION_COUNT; i-- > 0;) {
		struct partition_entry entry = boot_sector_partition(record, i);

		if (!is_used(&entry))
			continue;
		if (is_extended(entry.type))
			*link = entry.first_sector;
		else
			*logical = entry;
	}
}

/*
 * Searches the chain of extended boot records from sector `base` on: a partition's start is
 * relative to its own record, a link to the first. *number is the last number assigned.
 */
static bool find_in_chain(const struct search *search, uint64_t base, uint32_t *number)
{
	uint64_t link = 0;

	for (unsigned n = 0; n < LOGICAL_MAX; n++) {
		uint64_t at = base + link, first;
		struct partition_entry logical;
		uint8_t record[SECTOR_SIZE];

		if (!peek(search->disk, at * search->sector_size, record, sizeof(record)) ||
		    !boot_sector_is_signed(record))
			return false;
		read_links(record, &logical, &link);
		first = at + logical.first_sector;
		if (is_used(&logical) && first <= UINT32_MAX) {
			logical.first_sector = (uint32_t)first;
			if (is_wanted(search, ++*number, logical.flag & ACTIVE)) {
				keep(search, *number, &logical);
				search->found->sole = count_active(record) == 1;
				return true;
			}
		}
		if (link == 0)
			return false;
	}
	return false;
}

static bool find_primary(const struct search *search, const uint8_t *mbr)
{
	for (uint32_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(mbr, i);

		if (!is_used(&entry) || !is_wanted(search, i + 1, entry.flag & ACTIVE))
			continue;
		keep(search, i + 1, &entry);
		search->found->sole = count_active(mbr) == 1;
		memcpy(search->found->table, mbr + PARTITION_TABLE, RJ_TABLE_SIZE);
		return true;
	}
	return false;
}

/* A logical partition counts as active only if no primary one is, as in SYSLINUX's mbr.bin. */
static bool find_in_mbr(const struct search *search, const uint8_t *mbr)
{
	uint32_t number = PARTITION_COUNT;

	if (find_primary(search, mbr))
		return true;
	for (size_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(mbr, i);

		if (!is_used(&entry) || !is_extended(entry.type) ||
		    !find_in_chain(search, entry.first_sector, &number))
			continue;
		search->found->sole = search->found->sole && count_active(mbr) == 0;
		return true;
	}
	return false;
}

/* Whether this sector has an undamaged header with undamaged entries. */
static bool read_gpt_header(const struct search *search, uint64_t here, uint8_t *header)
{
	static const uint8_t no_crc[RJ_FIELD_SIZE(struct gpt_header, crc)];
	uint64_t sectors = search->disk->size / search->sector_size, start, bytes;
	size_t crc_at = offsetof(struct gpt_header, crc), after = crc_at + sizeof(no_crc);
	uint32_t size, sum;
	struct rj_error error;
	uLong crc;

	if (here >= sectors ||
	    !peek(search->disk, here * search->sector_size, header, SECTOR_SIZE) ||
	    memcmp(header, GPT_SIGNATURE, sizeof(GPT_SIGNATURE) - 1) != 0)
		return false;
	size = (uint32_t)LE_GET(header, struct gpt_header, size);
	if (size < GPT_HEADER_SIZE || size > SECTOR_SIZE ||
	    LE_GET(header, struct gpt_header, here) != here)
		return false;
	crc = crc32(0, header, (uInt)crc_at);
	crc = crc32(crc, no_crc, sizeof(no_crc));
	crc = crc32(crc, header + after, (uInt)(size - after));
	start = LE_GET(header, struct gpt_header, entries);
	size = (uint32_t)LE_GET(header, struct gpt_header, entry_size);
	bytes = LE_GET(header, struct gpt_header, entry_count) * size;
	if (crc != LE_GET(header, struct gpt_header, crc) || size < RJ_GPT_ENTRY_SIZE ||
	    bytes == 0 || bytes > GPT_TABLE_MAX || start >= sectors ||
	    bytes > search->disk->size - start * search->sector_size)
		return false;
	return !rj_crc_input(search->disk, start * search->sector_size, bytes, &sum, &error) &&
	       sum == LE_GET(header, struct gpt_header, entries_crc);
}

static bool is_used_gpt(const uint8_t *entry)
{
	static const uint8_t unused[RJ_FIELD_SIZE(struct gpt_entry, type)];

	return memcmp(entry, unused, sizeof(unused)) != 0 &&
	       LE_GET(entry, struct gpt_entry, first) <= LE_GET(entry, struct gpt_entry, last);
}

/* Entry i of the GPT with this header; false if it is unused. */
static bool read_gpt_entry(const struct search *search, const uint8_t *header, uint32_t i,
			   uint8_t *entry)
{
	uint64_t at = LE_GET(header, struct gpt_header, entries) * search->sector_size +
		      i * LE_GET(header, struct gpt_header, entry_size);

	return peek(search->disk, at, entry, RJ_GPT_ENTRY_SIZE) && is_used_gpt(entry);
}

static void keep_gpt(const struct search *search, uint32_t number, const uint8_t *entry)
{
	struct rj_partition *found = search->found;

	found->number = number;
	found->first = LE_GET(entry, struct gpt_entry, first);
	found->sectors = LE_GET(entry, struct gpt_entry, last) - found->first + 1;
	found->active = LE_GET(entry, struct gpt_entry, attributes) & GPT_LEGACY_BOOTABLE;
	found->gpt = found->sole = true;
	memcpy(found->gpt_entry, entry, RJ_GPT_ENTRY_SIZE);
}

static bool find_in_gpt(const struct search *search, const uint8_t *header)
{
	uint32_t count = (uint32_t)LE_GET(header, struct gpt_header, entry_count);
	struct rj_partition *found = search->found;

	for (uint32_t i = 0; i < count; i++) {
		uint8_t entry[RJ_GPT_ENTRY_SIZE];
		bool active;

		if (!read_gpt_entry(search, header, i, entry))
			continue;
		active = LE_GET(entry, struct gpt_entry, attributes) & GPT_LEGACY_BOOTABLE;
		if (!is_wanted(search, i + 1, active))
			continue;
		if (found->gpt) {
			found->sole = false;
			break;
		}
		keep_gpt(search, i + 1, entry);
		if (search->number)
			break;
	}
	return found->gpt;
}

/* Reads the primary GPT, or the backup in the last sector. */
static bool read_gpt(const struct search *search, uint8_t *header)
{
	uint64_t sectors = search->disk->size / search->sector_size;

	if (read_gpt_header(search, 1, header))
		return true;
	search->found->backup = true;
	return sectors > 2 && read_gpt_header(search, sectors - 1, header);
}

/* Whether the MBR announces a GPT; otherwise a GPT is a remnant (5.2.3). */
static bool is_protective(const uint8_t *mbr)
{
	for (size_t i = 0; i < PARTITION_COUNT; i++)
		if (boot_sector_partition(mbr, i).type == PARTITION_GPT)
			return true;
	return false;
}

/* Sets the error for a disk that lacks something; todo: what to do about it. */
static enum rj_err lacks(const struct search *search, const char *what, const char *todo,
			 struct rj_error *err)
{
	search->found->lacks = what;
	return rj_fail_about(err, RJ_BAD, search->disk->path, "%s%s", what, todo);
}

static enum rj_err not_found(const struct search *search, struct rj_error *err)
{
	if (!search->number)
		return lacks(search, "no partition is active",
			     "; choose one with --partition N", err);
	return rj_fail_about(err, RJ_BAD, search->disk->path, "no partition %u",
			     search->number);
}

static enum rj_err find(const struct search *search, const uint8_t *mbr, struct rj_error *err)
{
	uint8_t header[SECTOR_SIZE];

	if (!boot_sector_is_signed(mbr) || !boot_sector_has_table(mbr))
		return lacks(search, "no partition table", "", err);
	if (is_protective(mbr)) {
		if (!read_gpt(search, header))
			return lacks(search, "the GPT is damaged, "
				     "and so is the backup in the last sector",
				     "; if the sector size was detected wrong, "
				     "set --sector-size", err);
		if (find_in_gpt(search, header))
			return RJ_OK;
		/* a hybrid MBR marks one of the GPT's partitions active */
		search->found->backup = false;
		if (search->number)
			return not_found(search, err);
	}
	if (find_in_mbr(search, mbr))
		return RJ_OK;
	return not_found(search, err);
}

enum rj_err rj_partition_find(const struct rj_input *disk, uint32_t sector_size,
			      uint32_t number, struct rj_partition *partition,
			      struct rj_error *err)
{
	struct search search = { disk, sector_size ? sector_size : rj_disk_sector_size(disk),
				 number, partition };
	uint8_t mbr[SECTOR_SIZE] = { 0 };

	*partition = (struct rj_partition){ .sector_size = search.sector_size };
	rj_input_peek(disk, mbr, sizeof(mbr), 0);
	return find(&search, mbr, err);
}

uint64_t rj_partitions_end(const struct rj_input *disk, uint32_t sector_size, const char **name)
{
	struct rj_partition partition = { 0 };
	struct search search = { disk, sector_size, 0, &partition };
	uint8_t mbr[SECTOR_SIZE] = { 0 }, header[SECTOR_SIZE];

	rj_input_peek(disk, mbr, sizeof(mbr), 0);
	if (!boot_sector_has_table(mbr))
		return 0;
	*name = "GPT";
	if (is_protective(mbr) && read_gpt_header(&search, 1, header))
		return LE_GET(header, struct gpt_header, other) + 1;
	*name = "partition table";
	return boot_sector_partitions_end(mbr);
}

/* Entries of type 0 count: isohybrid images use them. */
static bool mbr_has(const uint8_t *mbr, uint64_t sector)
{
	for (size_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(mbr, i);

		if (entry.type != PARTITION_GPT && sector >= entry.first_sector &&
		    sector - entry.first_sector < entry.sectors)
			return true;
	}
	return false;
}

static bool gpt_has(const struct search *search, const uint8_t *header, uint64_t sector)
{
	uint32_t count = (uint32_t)LE_GET(header, struct gpt_header, entry_count);
	uint8_t entry[RJ_GPT_ENTRY_SIZE];

	for (uint32_t i = 0; i < count; i++)
		if (read_gpt_entry(search, header, i, entry) &&
		    sector >= LE_GET(entry, struct gpt_entry, first) &&
		    sector <= LE_GET(entry, struct gpt_entry, last))
			return true;
	return false;
}

bool rj_partitions_leave_out(const struct rj_input *disk, uint64_t sector)
{
	struct rj_partition partition = { 0 };
	struct search search = { disk, rj_disk_sector_size(disk), 0, &partition };
	uint8_t mbr[SECTOR_SIZE] = { 0 }, header[SECTOR_SIZE];

	rj_input_peek(disk, mbr, sizeof(mbr), 0);
	if (!boot_sector_is_signed(mbr) || !boot_sector_has_table(mbr) || mbr_has(mbr, sector))
		return false;
	if (!is_protective(mbr))
		return true;
	return read_gpt(&search, header) &&
	       !gpt_has(&search, header, sector * SECTOR_SIZE / search.sector_size);
}
