/* SPDX-License-Identifier: MIT */
#include "el_torito.h"

#include <string.h>

#include "le.h"

/* ISO 9660, 8.1: a volume descriptor; from sector 16 on, up to one of type 255. */
#define FIRST_DESCRIPTOR  16u
#define DESCRIPTORS_MAX   64u
#define DESCRIPTOR_END    255
#define DESCRIPTOR_BOOT   0
#define STANDARD_ID       "CD001"

/* El Torito, figure 7: the boot record volume descriptor. */
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

static bool read_sector(const struct rj_input *input, uint32_t lba, uint8_t *to)
{
	return rj_input_peek(input, to, CD_SECTOR, (uint64_t)lba * CD_SECTOR) == CD_SECTOR;
}

static bool is_descriptor(const uint8_t *sector)
{
	return memcmp(sector + 1, STANDARD_ID, strlen(STANDARD_ID)) == 0;
}

bool el_torito_is_iso(const struct rj_input *input)
{
	uint8_t sector[CD_SECTOR];

	return read_sector(input, FIRST_DESCRIPTOR, sector) && is_descriptor(sector);
}

static enum rj_err find_catalog(const struct rj_input *input, uint32_t *lba,
				struct rj_error *err)
{
	uint8_t sector[CD_SECTOR];

	for (uint32_t i = FIRST_DESCRIPTOR; i < FIRST_DESCRIPTOR + DESCRIPTORS_MAX; i++) {
		if (!read_sector(input, i, sector) || !is_descriptor(sector) ||
		    sector[0] == DESCRIPTOR_END)
			break;
		if (sector[0] == DESCRIPTOR_BOOT &&
		    memcmp(sector + BOOT_SYSTEM_AT, BOOT_SYSTEM, strlen(BOOT_SYSTEM)) == 0) {
			*lba = le32(sector + CATALOG_AT);
			return RJ_OK;
		}
	}
	return rj_fail(err, RJ_ERR_ISO_BOOT);
}

/* The validation entry: all its words add up to 0. */
static const char *check_validation(const uint8_t *entry)
{
	uint16_t sum = 0;

	for (size_t i = 0; i < ENTRY_SIZE; i += 2)
		sum = (uint16_t)(sum + le16(entry + i));
	if (entry[0] != ID_VALIDATION || le16(entry + KEY_AT) != KEY)
		return "its first entry is none";
	return sum ? "its first entry's checksum is wrong" : NULL;
}

/*
 * The initial entry is for the validation entry's platform, those behind a header for
 * the header's.
 */
static const uint8_t *find_entry(const uint8_t *catalog)
{
	const uint8_t *end = catalog + CD_SECTOR, *at = catalog + 2 * ENTRY_SIZE;
	bool last = false;

	if (catalog[PLATFORM_AT] == PLATFORM_PC && catalog[ENTRY_SIZE] == ID_BOOTABLE)
		return catalog + ENTRY_SIZE;
	while (!last && at < end && (at[0] == ID_HEADER || at[0] == ID_LAST_HEADER)) {
		unsigned count = le16(at + HEADER_COUNT_AT);
		bool is_pc = at[PLATFORM_AT] == PLATFORM_PC;

		last = at[0] == ID_LAST_HEADER;
		for (at += ENTRY_SIZE; count > 0 && at < end; at += ENTRY_SIZE) {
			if (at[0] == ID_EXTENSION)
				continue;
			if (is_pc && at[0] == ID_BOOTABLE)
				return at;
			count--;
		}
		while (at < end && at[0] == ID_EXTENSION)
			at += ENTRY_SIZE;
	}
	return NULL;
}

enum rj_err el_torito_find(const struct rj_input *input, struct el_torito_boot *boot,
			   struct rj_error *err)
{
	uint8_t catalog[CD_SECTOR];
	const uint8_t *entry;
	const char *wrong;
	uint32_t lba = 0;

	if (find_catalog(input, &lba, err))
		return err->code;
	wrong = read_sector(input, lba, catalog) ? check_validation(catalog)
						 : "it is not in the file";
	if (wrong)
		return rj_fail(err, RJ_ERR_ISO_CATALOG, .name = wrong);
	entry = find_entry(catalog);
	if (!entry)
		return rj_fail(err, RJ_ERR_ISO_ENTRY);
	if ((entry[MEDIA_AT] & MEDIA_MASK) >= EL_TORITO_MEDIA_COUNT)
		return rj_fail(err, RJ_ERR_ISO_CATALOG, .name = "its entry's media type is unknown");
	*boot = (struct el_torito_boot){
		.media = entry[MEDIA_AT] & MEDIA_MASK,
		.load_segment = le16(entry + SEGMENT_AT),
		.sector_count = le16(entry + COUNT_AT),
		.lba = le32(entry + LBA_AT),
	};
	if (boot->load_segment == 0)
		boot->load_segment = DEFAULT_SEGMENT;
	if (boot->lba >= input->size / CD_SECTOR)
		return rj_fail(err, RJ_ERR_ISO_BOUNDS);
	return RJ_OK;
}
