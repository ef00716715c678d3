/* SPDX-License-Identifier: MIT */
#include "common/disk_geometry.h"

#include <stddef.h>

#include "common/boot_sector.h"
#include "common/le.h"

static const struct rj_geometry floppies[] = {
	{ 40, 1, 8 }, { 40, 1, 9 }, { 40, 2, 8 }, { 40, 2, 9 }, { 80, 2, 8 }, { 80, 2, 9 },
	{ 80, 2, 15 }, { 80, 2, 18 }, { 80, 2, 21 }, { 82, 2, 21 }, { 80, 2, 36 },
};
#define FLOPPIES (sizeof(floppies) / sizeof(floppies[0]))

/* Code that reads sectors without a parameter block was nearly always written for this one. */
#define USUAL_FLOPPY 7
#define FIXED_DISK   0xF8u              /* BPB_MEDIA */
#define REMOVABLE    0x10u              /* a floppy drive type: none of the classic drives */

static uint64_t size_of(const struct rj_geometry *g)
{
	return (uint64_t)g->cylinders * g->heads * g->sectors * SECTOR_SIZE;
}

const struct rj_geometry *rj_floppy_of_size(uint64_t bytes)
{
	for (size_t i = 0; i < FLOPPIES; i++)
		if (bytes == size_of(&floppies[i]))
			return &floppies[i];
	return NULL;
}

/* 1: 360 KiB, 2: 1.2 MiB, 3: 720 KiB, 4: 1.44 MiB, 5: 2.88 MiB; drives reach some tracks more. */
uint8_t rj_floppy_type(const struct rj_geometry *g)
{
	if (g->heads > 2 || g->cylinders > 86 || g->sectors > 46)
		return REMOVABLE;
	if (g->sectors <= 9)
		return g->cylinders <= 43 ? 1 : 3;
	if (g->sectors == 15)
		return 2;
	return g->sectors <= 23 ? 4 : 5;
}

/* The heads and sectors in the parameter block of a FAT or NTFS. */
static bool by_parameters(const uint8_t *sector, struct rj_geometry *g)
{
	uint16_t heads = le16(sector + BPB_HEADS), sectors = le16(sector + BPB_TRACK_SECTORS);

	if (!boot_sector_has_parameters(sector) || heads == 0 || heads > GEOMETRY_HEADS_MAX ||
	    sectors == 0 || sectors > GEOMETRY_SECTORS_MAX)
		return false;
	*g = (struct rj_geometry){ 0, heads, (uint8_t)sectors };
	return true;
}

static struct rj_geometry with_cylinders(struct rj_geometry g, uint64_t total)
{
	g.cylinders = (uint16_t)geometry_cylinders(total, g.heads, g.sectors);
	return g;
}

static struct rj_geometry by_size(uint64_t total)
{
	struct rj_geometry g = { 0, (uint16_t)geometry_heads(total), GEOMETRY_SECTORS_MAX };

	return with_cylinders(g, total);
}

/* A CHS address in a partition table, and the LBA of the same sector. */
struct point {
	unsigned cylinder, head, sector;
	uint64_t lba;
};

/* The CHS addresses in a partition table. */
struct points {
	struct point points[2 * PARTITION_COUNT];
	size_t count;
	struct rj_geometry last;        /* from addresses on the last cylinder that has a number */
};

/* The last cylinder also means all cylinders after it; sector 0 means no address. */
static void add_point(struct points *p, const uint8_t *chs, uint64_t lba)
{
	struct point point = { (chs[1] & 0xC0u) << 2 | chs[2], chs[0], chs[1] & 0x3Fu, lba };

	if (point.sector == 0)
		return;
	if (point.cylinder < GEOMETRY_CYLINDERS_MAX - 1) {
		p->points[p->count++] = point;
	} else if (point.head < GEOMETRY_HEADS_MAX - 1 && point.head >= p->last.heads) {
		p->last.heads = (uint16_t)(point.head + 1);
		p->last.sectors = (uint8_t)point.sector;
	}
}

/* A file system in sector 0 may have an entry for itself, as mformat writes it. */
static bool is_partition(const struct partition_entry *entry, bool is_file_system)
{
	return entry->type != 0 && entry->type != PARTITION_GPT && entry->sectors > 0 &&
	       !(is_file_system && entry->first_sector == 0);
}

static void gather(struct points *p, const uint8_t *sector)
{
	bool is_file_system = boot_sector_has_parameters(sector);

	*p = (struct points){ .count = 0 };
	for (size_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(sector, i);

		if (!is_partition(&entry, is_file_system))
			continue;
		add_point(p, entry.first_chs, entry.first_sector);
		add_point(p, entry.last_chs, (uint64_t)entry.first_sector + entry.sectors - 1);
	}
}

static bool fits(const struct points *p, unsigned heads, unsigned sectors)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct point *at = &p->points[i];

		if (at->head >= heads || at->sector > sectors ||
		    ((uint64_t)at->cylinder * heads + at->head) * sectors + at->sector - 1 != at->lba)
			return false;
	}
	return heads > 0;
}

/* Tries all geometries. Two addresses on different cylinders leave at most one. */
static bool search(const struct points *p, struct rj_geometry *g)
{
	for (unsigned heads = 1; heads <= GEOMETRY_HEADS_MAX; heads++)
		for (unsigned sectors = 1; sectors <= GEOMETRY_SECTORS_MAX; sectors++)
			if (fits(p, heads, sectors)) {
				*g = (struct rj_geometry){ 0, (uint16_t)heads, (uint8_t)sectors };
				return true;
			}
	return false;
}

enum rj_table rj_geometry_of_table(const uint8_t *first_sector, uint64_t sectors,
				   struct rj_geometry *geometry)
{
	struct rj_geometry usual[3] = { { 0 } };
	struct points points;

	*geometry = (struct rj_geometry){ 0 };
	if (!boot_sector_has_table(first_sector))
		return RJ_TABLE_NONE;
	gather(&points, first_sector);
	*geometry = points.last;
	if (points.count == 0)
		return RJ_TABLE_UNKNOWN;
	by_parameters(first_sector, &usual[0]);
	usual[1] = points.last;
	usual[2] = by_size(sectors);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		*geometry = usual[i];
		if (fits(&points, usual[i].heads, usual[i].sectors))
			return RJ_TABLE_FITS;
	}
	return search(&points, geometry) ? RJ_TABLE_FITS : RJ_TABLE_CONTRADICTS;
}

struct rj_geometry rj_geometry_of_disk(const uint8_t *first_sector, const uint8_t *partition,
				       uint64_t sectors)
{
	struct rj_geometry g, parameters;
	enum rj_table table = rj_geometry_of_table(first_sector, sectors, &g);

	if (table != RJ_TABLE_FITS &&
	    (by_parameters(first_sector, &parameters) ||
	     (partition && by_parameters(partition, &parameters))))
		return with_cylinders(parameters, sectors);
	if (table == RJ_TABLE_FITS || (table == RJ_TABLE_UNKNOWN && g.heads))
		return with_cylinders(g, sectors);
	return by_size(sectors);
}

/* The drive number of DOS 4 and later, if the signature of these fields is there. */
static bool names_hard_disk(const uint8_t *sector)
{
	bool fat32 = le16(sector + BPB_ROOT_ENTRIES) == 0 && le16(sector + BPB_FAT_SECTORS16) == 0;
	const uint8_t *drive = sector + (fat32 ? BPB_DRIVE32 : BPB_DRIVE);
	uint8_t signature = drive[BPB_SIGNATURE - BPB_DRIVE];

	return (signature == 0x28 || signature == 0x29) && drive[0] & 0x80;
}

bool rj_has_floppy_parameters(const uint8_t *first_sector)
{
	struct rj_geometry g;

	return by_parameters(first_sector, &g) &&
	       le16(first_sector + BPB_SECTOR_SIZE) == SECTOR_SIZE &&
	       first_sector[BPB_MEDIA] != FIXED_DISK && !names_hard_disk(first_sector) &&
	       rj_geometry_of_table(first_sector, 0, &g) != RJ_TABLE_FITS;
}

bool rj_is_floppy(const uint8_t *first_sector, uint64_t bytes)
{
	return rj_has_floppy_parameters(first_sector) || rj_floppy_of_size(bytes);
}

struct rj_geometry rj_geometry_of_floppy(const uint8_t *first_sector, uint64_t bytes)
{
	uint64_t total = boot_sector_total(first_sector);
	struct rj_geometry g;

	if (by_parameters(first_sector, &g)) {
		uint32_t cylinder = (uint32_t)g.heads * g.sectors;
		uint64_t whole = (bytes + SECTOR_SIZE - 1) / SECTOR_SIZE;

		if (total > 0 && whole >= total && whole - total < cylinder)
			whole = total;
		return with_cylinders(g, whole > total ? whole : total);
	}
	if (rj_floppy_of_size(bytes))
		return *rj_floppy_of_size(bytes);
	for (size_t i = USUAL_FLOPPY; i < FLOPPIES; i++)
		if (bytes <= size_of(&floppies[i]))
			return floppies[i];
	return (struct rj_geometry){ 0 };
}

/* Reads a decimal number from 1 to max, then end; returns the text after both, or NULL. */
static const char *take_count(const char *text, char end, unsigned max, unsigned *value)
{
	bool is_usual = *text != '0';

	for (*value = 0; *text >= '0' && *text <= '9' && *value <= max; text++)
		*value = *value * 10 + (unsigned)(*text - '0');
	return is_usual && *value >= 1 && *value <= max && *text == end ? text + 1 : NULL;
}

bool rj_geometry_read(const char *text, struct rj_geometry *geometry)
{
	unsigned cylinders, heads, sectors;

	text = take_count(text, ',', GEOMETRY_CYLINDERS_MAX, &cylinders);
	if (text)
		text = take_count(text, ',', GEOMETRY_HEADS_MAX, &heads);
	if (!text || !take_count(text, '\0', GEOMETRY_SECTORS_MAX, &sectors))
		return false;
	*geometry = (struct rj_geometry){ (uint16_t)cylinders, (uint16_t)heads,
					  (uint8_t)sectors };
	return true;
}
