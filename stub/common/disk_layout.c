/* SPDX-License-Identifier: MIT */
#include "common/disk_layout.h"

#include "abi/layout.h"
#include "common/boot_sector.h"
#include "common/mem.h"

#define BOOT_SEGMENT (BOOT_SECTOR >> 4)

static const uint8_t first_numbers[] = { [DISK_FLOPPY] = 0, [DISK_HARD] = HARD_DISKS,
					 [DISK_CD] = CD_DRIVE };
static const uint8_t flags[] = {
	[DISK_FLOPPY] = RJ_DISK_FLOPPY | RJ_DISK_REMOVABLE,
	[DISK_HARD] = 0,
	[DISK_CD] = RJ_DISK_CD | RJ_DISK_REMOVABLE | RJ_DISK_READONLY,
};

/* A disk image, and what is known of it so far. */
struct disk {
	const struct rj_bytes *bytes;
	const struct rj_disk_wish *wish;
	struct rj_disk_layout *layout;
	uint8_t first[SECTOR_SIZE];     /* its first sector */
	struct el_torito_boot boot;
};

uint32_t rj_disk_layout_sector_size(const struct rj_bytes *bytes)
{
	static const uint32_t sizes[] = { SECTOR_SIZE, LARGE_SECTOR };
	static const char mark[8] = { 'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T' };
	char found[sizeof(mark)];

	/* the primary header, or the backup in the last sector if that is damaged */
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t size = sizes[i % 2];
		uint64_t at = i < 2 ? size : bytes->size - size;

		if ((i < 2 || (bytes->size & (size - 1)) == 0) &&
		    rj_bytes_read(bytes, found, sizeof(found), at) &&
		    memcmp(found, mark, sizeof(mark)) == 0)
			return size;
	}
	return SECTOR_SIZE;
}

/* size: at most RJ_DISK_MAX. unit: a power of two below HIGH_MEMORY. */
static uint32_t round_up(uint64_t size, uint32_t unit)
{
	return ((uint32_t)size + unit - 1) & -unit;
}

/* With zeros after the end of the file. */
static void read_sector(const struct disk *disk, uint8_t *sector, uint64_t offset)
{
	memset(sector, 0, SECTOR_SIZE);
	disk->bytes->peek(disk->bytes->from, sector, SECTOR_SIZE, offset);
}

static uint32_t sectors_of(struct rj_geometry g)
{
	return (uint32_t)g.cylinders * g.heads * g.sectors;
}

static enum disk_type type_of_number(uint8_t number)
{
	return number < HARD_DISKS ? DISK_FLOPPY : number < CD_DRIVE ? DISK_HARD : DISK_CD;
}

/* The type of disk that a CD boots. */
static enum disk_type emulated_type(enum el_torito_media media)
{
	if (media == EL_TORITO_CD)
		return DISK_CD;
	return media == EL_TORITO_HARD_DISK ? DISK_HARD : DISK_FLOPPY;
}

/*
 * An image with a valid boot catalog is a CD. If it is a disk as well, a drive number of that
 * type of disk makes it one.
 */
static bool is_cd(const struct disk *disk)
{
	const struct rj_disk_wish *wish = disk->wish;

	return !boot_sector_is_signed(disk->first) || !wish->has_number ||
	       wish->number >= CD_DRIVE ||
	       type_of_number(wish->number) == emulated_type(disk->boot.media);
}

/* Only hard disks may have sectors of other than 512 bytes. */
static enum disk_type plain_type(const struct disk *disk, uint32_t sector_size)
{
	const struct rj_disk_wish *wish = disk->wish;
	uint64_t size = (uint64_t)sectors_of(wish->geometry) * sector_size;

	if (sector_size != SECTOR_SIZE)
		return DISK_HARD;
	if (wish->has_number)
		return wish->number < HARD_DISKS ? DISK_FLOPPY : DISK_HARD;
	if (size < disk->bytes->size)
		size = disk->bytes->size;
	return rj_is_floppy(disk->first, size) ? DISK_FLOPPY : DISK_HARD;
}

/* Sets the number that was asked for, or the default; false if it is not for this type. */
static bool choose_number(const struct disk *disk, enum disk_type type, uint8_t *number)
{
	disk->layout->type = type;
	*number = disk->wish->has_number ? disk->wish->number : first_numbers[type];
	return (type == DISK_FLOPPY) == (*number < HARD_DISKS);
}

static void set_geometry(struct rj_drive *drive, struct rj_geometry g)
{
	drive->cylinders = g.cylinders;
	drive->heads = g.heads;
	drive->sectors_per_track = g.sectors;
	if (drive->flags & RJ_DISK_FLOPPY)
		drive->floppy_type = rj_floppy_type(&g);
}

/* The first sector of the active partition, or of the first one; 0: there is none. */
static uint32_t boot_partition(const uint8_t *first_sector)
{
	uint32_t found = 0;

	for (size_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(first_sector, i);

		if (entry.type && entry.flag & ~PARTITION_FLAGS)
			return entry.first_sector;
		if (entry.type && !found)
			found = entry.first_sector;
	}
	return found;
}

/* For a hard disk that is all or a part of the image. */
static struct rj_geometry find_geometry(const struct disk *disk, const struct rj_drive *drive,
					const uint8_t *first, uint32_t sectors)
{
	uint32_t partition = boot_partition(first);
	uint8_t sector[SECTOR_SIZE];

	read_sector(disk, sector, drive->offset + (uint64_t)partition * drive->sector_size);
	return rj_geometry_of_disk(first, partition ? sector : NULL, sectors);
}

/* A floppy has whole cylinders; a hard disk has the size of its image or of wish->geometry. */
static enum rj_layout choose_geometry(const struct disk *disk, struct rj_drive *drive)
{
	uint32_t sectors = round_up(disk->bytes->size, drive->sector_size) / drive->sector_size;
	struct rj_geometry g = disk->wish->geometry;
	bool is_floppy = drive->flags & RJ_DISK_FLOPPY;

	if (!g.heads)
		g = is_floppy ? rj_geometry_of_floppy(disk->first, disk->bytes->size)
			      : find_geometry(disk, drive, disk->first, sectors);
	if (!g.heads)
		return RJ_LAYOUT_NO_GEOMETRY;
	if (is_floppy || (disk->wish->geometry.heads && sectors < sectors_of(g)))
		sectors = sectors_of(g);
	if (sectors > RJ_DISK_MAX / drive->sector_size)
		return RJ_LAYOUT_LARGE;
	drive->sectors = sectors;
	set_geometry(drive, g);
	return RJ_LAYOUT_OK;
}

/* The whole image is one drive. */
static enum rj_layout lay_out_plain(struct disk *disk)
{
	struct rj_disk_layout *layout = disk->layout;
	struct rj_drive *drive = &layout->drives[0];
	uint32_t size = disk->wish->sector_size;
	enum disk_type type;
	enum rj_layout result;

	size = size ? size : rj_disk_layout_sector_size(disk->bytes);
	type = plain_type(disk, size);
	*drive = (struct rj_drive){ .sector_size = (uint16_t)size, .flags = flags[type] };
	if (!choose_number(disk, type, &drive->number))
		return RJ_LAYOUT_NUMBER;
	if (type == DISK_HARD && !disk->wish->data && !boot_sector_is_signed(disk->first))
		return RJ_LAYOUT_UNSIGNED;
	result = choose_geometry(disk, drive);
	layout->size = round_up(disk->bytes->size, size);
	if (layout->size < drive->sectors * size)
		layout->size = drive->sectors * size;
	layout->boot_size = size;
	layout->boot_segment = BOOT_SEGMENT;
	return result;
}

/* A floppy or hard disk in a part of the CD. A hard disk ends with the CD at the latest. */
static enum rj_layout lay_out_emulated(struct disk *disk, struct rj_drive *drive)
{
	static const struct rj_geometry media[] = {
		[EL_TORITO_1200] = { 80, 2, 15 }, [EL_TORITO_1440] = { 80, 2, 18 },
		[EL_TORITO_2880] = { 80, 2, 36 } };
	enum disk_type type = emulated_type(disk->boot.media);
	uint32_t offset = disk->boot.lba * CD_SECTOR;
	uint32_t there = (disk->layout->size - offset) / SECTOR_SIZE;
	uint8_t first[SECTOR_SIZE];
	uint64_t sectors;

	read_sector(disk, first, offset);
	*drive = (struct rj_drive){ .offset = offset, .sector_size = SECTOR_SIZE,
				    .flags = flags[type] | RJ_DISK_READONLY };
	if (type == DISK_FLOPPY) {
		sectors = sectors_of(media[disk->boot.media]);
		set_geometry(drive, media[disk->boot.media]);
		if (there < sectors)
			disk->layout->size = offset + (uint32_t)sectors * SECTOR_SIZE;
	} else {
		sectors = boot_sector_partitions_end(first);
		if (sectors == 0 || sectors > there)
			sectors = there;
		set_geometry(drive, find_geometry(disk, drive, first, (uint32_t)sectors));
	}
	drive->sectors = (uint32_t)sectors;
	if (disk->layout->size < offset || disk->layout->size > RJ_DISK_MAX)
		return RJ_LAYOUT_LARGE;
	return choose_number(disk, type, &drive->number) ? RJ_LAYOUT_OK : RJ_LAYOUT_NUMBER;
}

static void describe_boot(const struct disk *disk, const struct rj_drive *drive)
{
	const struct el_torito_boot *boot = &disk->boot;
	struct rj_el_torito *packet = &disk->layout->el_torito;

	*packet = (struct rj_el_torito){
		.size = RJ_EL_TORITO_PACKET, .media = (uint8_t)boot->media,
		.drive = drive->number, .lba = boot->lba,
		.load_segment = boot->load_segment, .sector_count = boot->sector_count };
	if (boot->media == EL_TORITO_CD)
		return;
	packet->cylinders = (uint8_t)(drive->cylinders - 1u);
	packet->sectors = (uint8_t)(drive->sectors_per_track |
				    (drive->cylinders - 1u) >> 8 << 6);
	packet->heads = (uint8_t)(drive->heads - 1);
}

/* Loads at least one sector, and whole CD sectors, since a CD can read no others; but no more
   than the file has, and no more than fits below the stub. */
static void choose_boot(struct disk *disk)
{
	const struct el_torito_boot *boot = &disk->boot;
	struct rj_disk_layout *layout = disk->layout;
	uint32_t size = (boot->sector_count ? boot->sector_count : 1) * SECTOR_SIZE;
	uint32_t at = (uint32_t)boot->load_segment << 4;

	if (boot->media == EL_TORITO_CD)
		size = round_up(size, CD_SECTOR);
	layout->boot_offset = boot->lba * CD_SECTOR;
	layout->boot_segment = boot->load_segment;
	if (size > layout->size - layout->boot_offset)
		size = layout->size - layout->boot_offset;
	layout->boot_is_cut = at < STUB_HOME && size > STUB_HOME - at;
	layout->boot_size = layout->boot_is_cut ? STUB_HOME - at : size;
}

static enum rj_layout lay_out_cd(struct disk *disk)
{
	struct rj_disk_layout *layout = disk->layout;
	struct rj_drive *cd = &layout->drives[0];
	enum rj_layout result = RJ_LAYOUT_OK;

	layout->type = DISK_CD;
	if (disk->wish->geometry.heads)
		return RJ_LAYOUT_CD_GEOMETRY;
	layout->size = round_up(disk->bytes->size, CD_SECTOR);
	layout->bad_sum = disk->boot.bad_sum;
	layout->booted = disk->boot.media != EL_TORITO_CD;
	*cd = (struct rj_drive){ .sector_size = CD_SECTOR, .flags = flags[DISK_CD],
				 .number = CD_DRIVE, .cylinders = 1, .heads = 1,
				 .sectors_per_track = 1,
				 .sectors = (uint32_t)(layout->size / CD_SECTOR) };
	if (layout->booted)
		result = lay_out_emulated(disk, &layout->drives[1]);
	else if (!choose_number(disk, DISK_CD, &cd->number))
		result = RJ_LAYOUT_NUMBER;
	describe_boot(disk, &layout->drives[layout->booted]);
	choose_boot(disk);
	return result;
}

enum rj_layout rj_disk_layout(const struct rj_bytes *bytes, const struct rj_disk_wish *wish,
			      struct rj_disk_layout *layout, enum boot_catalog *catalog)
{
	struct disk disk = { .bytes = bytes, .wish = wish, .layout = layout };

	*layout = (struct rj_disk_layout){ 0 };
	*catalog = BOOT_NO_RECORD;
	if (bytes->size > RJ_DISK_MAX)
		return RJ_LAYOUT_LARGE;
	read_sector(&disk, disk.first, 0);
	*catalog = boot_catalog_find(bytes, &disk.boot);
	if (*catalog == BOOT_FOUND && is_cd(&disk))
		return lay_out_cd(&disk);
	if (*catalog != BOOT_FOUND && boot_catalog_is_iso(bytes) && !wish->data &&
	    !boot_sector_is_signed(disk.first))
		return RJ_LAYOUT_NO_BOOT;
	return lay_out_plain(&disk);
}
