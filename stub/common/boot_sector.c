/* SPDX-License-Identifier: MIT */
#include "common/boot_sector.h"

#include "common/le.h"
#include "common/mem.h"

bool boot_sector_is_signed(const uint8_t *sector)
{
	return le16(sector + SIGNATURE_OFFSET) == SIGNATURE;
}

bool boot_sector_has_parameters(const uint8_t *sector)
{
	bool jumps = sector[0] == 0xEB || sector[0] == 0xE9;
	uint16_t bytes = le16(sector + BPB_SECTOR_SIZE);

	if (!jumps)
		return false;
	return memcmp(sector + 3, "NTFS    ", 8) == 0 ||
	       memcmp(sector + 3, "EXFAT   ", 8) == 0 ||
	       (bytes >= 512 && bytes <= 4096 && (bytes & (bytes - 1)) == 0 &&
		sector[BPB_MEDIA] >= 0xF0);
}

uint32_t boot_sector_total(const uint8_t *sector)
{
	uint16_t few = le16(sector + BPB_SECTORS16);

	if (!boot_sector_has_parameters(sector))
		return 0;
	return few ? few : le32(sector + BPB_SECTORS32);
}

struct partition_entry boot_sector_partition(const uint8_t *sector, size_t n)
{
	const uint8_t *at = sector + PARTITION_TABLE + n * sizeof(struct partition_entry);
	struct partition_entry entry;

	memcpy(&entry, at, sizeof(entry));
	entry.first_sector = (uint32_t)LE_GET(at, struct partition_entry, first_sector);
	entry.sectors = (uint32_t)LE_GET(at, struct partition_entry, sectors);
	return entry;
}

bool boot_sector_has_table(const uint8_t *sector)
{
	bool used = false;

	for (size_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(sector, i);

		if (entry.flag & PARTITION_FLAGS)
			return false;
		used = used || entry.type != 0;
	}
	return used;
}

uint64_t boot_sector_partitions_end(const uint8_t *sector)
{
	uint64_t end = 0;

	for (size_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(sector, i);
		uint64_t last = (uint64_t)entry.first_sector + entry.sectors;

		if (entry.type && entry.type != PARTITION_GPT && entry.sectors && last > end)
			end = last;
	}
	return end;
}
