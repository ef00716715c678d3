/* SPDX-License-Identifier: MIT */
#include "common/boot_catalog.h"

#include "common/le.h"
#include "common/mem.h"

/* ISO 9660, 8.1: volume descriptors, up to one of type 255. */
#define DESCRIPTORS_MAX   64u
#define DESCRIPTOR_END    255
#define DESCRIPTOR_BOOT   0
#define STANDARD_ID       "CD001"

/* El Torito, figure 7: the boot record volume descriptor, which is in sector 17 (2.0). */
#define BOOT_RECORD       17u
#define BOOT_SYSTEM       "EL TORITO SPECIFICATION"
#define BOOT_SYSTEM_AT    7
#define CATALOG_AT        0x47

/* El Torito, figures 2 to 5: the catalog's entries, of 32 bytes each. */
#define ENTRY_SIZE        32u
#define ID_VALIDATION     0x01
#define ID_HEADER         0x90
#define ID_LAST_HEADER    0x91
#define ID_BOOTABLE       0x88
#define PLATFORM_AT       1
#define PLATFORM_PC       0
#define HEADER_COUNT_AT   2
#define KEY_AT            30
#define KEY               0xAA55
#define MEDIA_AT          1
#define MEDIA_MASK        0x0F
#define ID_EXTENSION      0x44
#define SEGMENT_AT        2
#define COUNT_AT          6
#define LBA_AT            8
#define DEFAULT_SEGMENT   0x7C0

/* The part of a descriptor that is read. */
#define FRONT (CATALOG_AT + 4)

/* Reads size bytes, with zeros after the end of the file; false if all are after it. */
static bool read(const struct rj_bytes *bytes, void *to, size_t size, uint64_t offset)
{
	memset(to, 0, size);
	return bytes->peek(bytes->from, to, size, offset) > 0;
}

static bool read_descriptor(const struct rj_bytes *bytes, uint32_t sector, uint8_t *front)
{
	return read(bytes, front, FRONT, (uint64_t)sector * CD_SECTOR) &&
	       memcmp(front + 1, STANDARD_ID, sizeof(STANDARD_ID) - 1) == 0;
}

static bool is_boot_record(const uint8_t *front)
{
	return front[0] == DESCRIPTOR_BOOT &&
	       memcmp(front + BOOT_SYSTEM_AT, BOOT_SYSTEM, sizeof(BOOT_SYSTEM) - 1) == 0;
}

/* BIOSes read only this one sector, and none before it. */
static bool find_record(const struct rj_bytes *bytes, uint8_t *front)
{
	if (read_descriptor(bytes, BOOT_RECORD, front) && is_boot_record(front))
		return true;
	for (uint32_t i = FIRST_DESCRIPTOR; i < FIRST_DESCRIPTOR + DESCRIPTORS_MAX; i++) {
		if (!read_descriptor(bytes, i, front) || front[0] == DESCRIPTOR_END)
			break;
		if (is_boot_record(front))
			return true;
	}
	return false;
}

bool boot_catalog_is_iso(const struct rj_bytes *bytes)
{
	uint8_t front[FRONT];

	return read_descriptor(bytes, FIRST_DESCRIPTOR, front) ||
	       (read_descriptor(bytes, BOOT_RECORD, front) && is_boot_record(front));
}

/* A catalog, read one entry at a time. */
struct catalog {
	const struct rj_bytes *bytes;
	uint64_t offset;
	uint32_t next;
	uint8_t entry[ENTRY_SIZE];
};

/* Reads into catalog->entry; false at the end of the catalog's sector. */
static bool next_entry(struct catalog *catalog)
{
	uint64_t at = catalog->offset + catalog->next * ENTRY_SIZE;

	return catalog->next++ < CD_SECTOR / ENTRY_SIZE &&
	       read(catalog->bytes, catalog->entry, ENTRY_SIZE, at);
}

/* The words of a validation entry add up to 0. */
static bool has_bad_sum(const uint8_t *entry)
{
	uint16_t sum = 0;

	for (size_t i = 0; i < ENTRY_SIZE; i += 2)
		sum = (uint16_t)(sum + le16(entry + i));
	return sum != 0;
}

/* Finds an entry that a PC boots in a section, whose header is catalog->entry. */
static bool find_in_section(struct catalog *catalog)
{
	bool is_pc = catalog->entry[PLATFORM_AT] == PLATFORM_PC;
	unsigned count = le16(catalog->entry + HEADER_COUNT_AT);

	while (count > 0 && next_entry(catalog)) {
		if (catalog->entry[0] == ID_EXTENSION)
			continue;
		if (is_pc && catalog->entry[0] == ID_BOOTABLE)
			return true;
		count--;
	}
	return false;
}

/*
 * The initial entry has the platform of the validation entry; those after a header have the
 * header's.
 */
static bool find_entry(struct catalog *catalog, bool is_pc)
{
	bool last = false;

	if (!next_entry(catalog))
		return false;
	if (is_pc && catalog->entry[0] == ID_BOOTABLE)
		return true;
	while (!last && next_entry(catalog)) {
		uint8_t id = catalog->entry[0];

		if (id == ID_EXTENSION)
			continue;
		last = id == ID_LAST_HEADER;
		if (id != ID_HEADER && !last)
			return false;
		if (find_in_section(catalog))
			return true;
	}
	return false;
}

enum boot_catalog boot_catalog_find(const struct rj_bytes *bytes, struct el_torito_boot *boot)
{
	struct catalog catalog = { .bytes = bytes };
	const uint8_t *entry = catalog.entry;
	uint8_t front[FRONT];
	bool bad_sum;

	if (!find_record(bytes, front))
		return BOOT_NO_RECORD;
	catalog.offset = (uint64_t)le32(front + CATALOG_AT) * CD_SECTOR;
	if (!next_entry(&catalog))
		return BOOT_NO_CATALOG;
	if (entry[0] != ID_VALIDATION || le16(entry + KEY_AT) != KEY)
		return BOOT_NO_VALIDATION;
	bad_sum = has_bad_sum(entry);
	if (!find_entry(&catalog, entry[PLATFORM_AT] == PLATFORM_PC))
		return BOOT_NO_ENTRY;
	if ((entry[MEDIA_AT] & MEDIA_MASK) >= EL_TORITO_MEDIA_COUNT)
		return BOOT_MEDIA;
	*boot = (struct el_torito_boot){
		.media = entry[MEDIA_AT] & MEDIA_MASK,
		.load_segment = le16(entry + SEGMENT_AT),
		.sector_count = le16(entry + COUNT_AT),
		.lba = le32(entry + LBA_AT),
		.bad_sum = bad_sum,
	};
	if (boot->load_segment == 0)
		boot->load_segment = DEFAULT_SEGMENT;
	return (uint64_t)boot->lba * CD_SECTOR >= bytes->size ? BOOT_OUTSIDE : BOOT_FOUND;
}
