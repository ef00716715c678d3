/* SPDX-License-Identifier: MIT */
/* For the stub, too: no C library, no division of 64 bits. */
#include "disk_geometry.h"

#include <stdbool.h>
#include <stddef.h>

#include "boot_sector.h"
#include "le.h"

/* Types: 1 is 360 KiB, 2 1.2 MiB, 3 720 KiB, 4 1.44 MiB, 5 2.88 MiB. */
static const struct rj_floppy floppies[] = {
	{ 160, { 40, 1, 8 }, 1 },
	{ 180, { 40, 1, 9 }, 1 },
	{ 320, { 40, 2, 8 }, 1 },
	{ 360, { 40, 2, 9 }, 1 },
	{ 640, { 80, 2, 8 }, 3 },
	{ 720, { 80, 2, 9 }, 3 },
	{ 1200, { 80, 2, 15 }, 2 },
	{ 1440, { 80, 2, 18 }, 4 },
	{ 1680, { 80, 2, 21 }, 4 },
	{ 1722, { 82, 2, 21 }, 4 },
	{ 2880, { 80, 2, 36 }, 5 },
};

const struct rj_floppy *rj_floppy_of_size(uint64_t bytes)
{
	for (size_t i = 0; i < sizeof(floppies) / sizeof(floppies[0]); i++)
		if (bytes == floppies[i].kib * UINT64_C(1024))
			return &floppies[i];
	return NULL;
}

/* As BIOSes translate LBA: the fewest of these heads that reach the disk's end. */
static const uint16_t usual_heads[] = { 16, 32, 64, 128, 255 };
#define USUAL_HEADS (sizeof(usual_heads) / sizeof(usual_heads[0]))

static struct rj_geometry with_cylinders(uint16_t heads, uint8_t sectors, uint64_t total)
{
	uint32_t cylinder = (uint32_t)heads * sectors, cylinders = GEOMETRY_CYLINDERS_MAX;

	if (total < (uint64_t)GEOMETRY_CYLINDERS_MAX * cylinder)
		cylinders = (uint32_t)total / cylinder;
	if (cylinders == 0)
		cylinders = 1;
	return (struct rj_geometry){ (uint16_t)cylinders, heads, sectors };
}

static struct rj_geometry by_size(uint64_t total)
{
	size_t i = 0;

	while (i < USUAL_HEADS - 1 &&
	       total > GEOMETRY_CYLINDERS_MAX * (uint64_t)usual_heads[i] * GEOMETRY_SECTORS_MAX)
		i++;
	return with_cylinders(usual_heads[i], GEOMETRY_SECTORS_MAX, total);
}

/* A place as a partition table has it: head, sector with two bits of the cylinder, cylinder. */
struct place {
	unsigned cylinder, head, sector;
};

static struct place unpack(const uint8_t *chs)
{
	return (struct place){ (chs[1] & 0xC0u) << 2 | chs[2], chs[0], chs[1] & 0x3Fu };
}

/* Whether a place is that sector; the last cylinder stands for all that are beyond. */
static bool is_sector(struct place place, uint64_t sector, const struct rj_geometry *g)
{
	if (place.cylinder == GEOMETRY_CYLINDERS_MAX - 1)
		return true;
	return place.sector > 0 && place.sector <= g->sectors && place.head < g->heads &&
	       ((uint64_t)place.cylinder * g->heads + place.head) * g->sectors +
	       place.sector - 1 == sector;
}

static bool is_used(const struct partition_entry *entry)
{
	return entry->type != 0 && entry->type != PARTITION_GPT && entry->sectors > 0;
}

static bool fits_table(const uint8_t *sector, const struct rj_geometry *g)
{
	for (size_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(sector, i);
		uint64_t last = (uint64_t)entry.first_sector + entry.sectors - 1;

		if (is_used(&entry) &&
		    (!is_sector(unpack(entry.first_chs), entry.first_sector, g) ||
		     !is_sector(unpack(entry.last_chs), last, g)))
			return false;
	}
	return true;
}

/* The highest head and sector that the table names; heads 0 if it names none. */
static struct rj_geometry highest(const uint8_t *sector)
{
	struct rj_geometry g = { 0 };

	for (size_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(sector, i);
		struct place ends[] = { unpack(entry.first_chs), unpack(entry.last_chs) };

		for (size_t n = 0; is_used(&entry) && n < 2; n++) {
			if (ends[n].head >= g.heads)
				g.heads = (uint16_t)(ends[n].head + 1);
			if (ends[n].sector > g.sectors)
				g.sectors = (uint8_t)ends[n].sector;
		}
	}
	return g;
}

/* A small partition does not reach the last head; then one of the usual ones may fit. */
static bool by_table(const uint8_t *sector, struct rj_geometry *g)
{
	struct rj_geometry least = highest(sector);

	if (!boot_sector_has_table(sector) || least.heads == 0 || least.sectors == 0)
		return false;
	*g = least;
	if (fits_table(sector, g))
		return true;
	for (size_t i = 0; i < USUAL_HEADS; i++) {
		*g = (struct rj_geometry){ 0, usual_heads[i], GEOMETRY_SECTORS_MAX };
		if (g->heads >= least.heads && fits_table(sector, g))
			return true;
	}
	return false;
}

static bool by_parameters(const uint8_t *sector, struct rj_geometry *g)
{
	uint16_t heads = le16(sector + BPB_HEADS), sectors = le16(sector + BPB_TRACK_SECTORS);

	if (!boot_sector_has_parameters(sector) || heads == 0 || heads > GEOMETRY_HEADS_MAX ||
	    sectors == 0 || sectors > GEOMETRY_SECTORS_MAX)
		return false;
	*g = (struct rj_geometry){ 0, heads, (uint8_t)sectors };
	return true;
}

struct rj_geometry rj_geometry_of_disk(const uint8_t *first_sector, uint64_t sectors)
{
	struct rj_geometry g;

	if (by_table(first_sector, &g) || by_parameters(first_sector, &g))
		return with_cylinders(g.heads, g.sectors, sectors);
	return by_size(sectors);
}
