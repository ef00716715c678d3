/* SPDX-License-Identifier: MIT */
/* RAM disks: what is found in an image, and that the same bytes come out of it again. */
#include "unit.h"

#include <zlib.h>

#include "abi/layout.h"
#include "abi/stub_blob.h"
#include "base/compress.h"
#include "base/copy.h"
#include "common/boot_sector.h"
#include "common/disk_geometry.h"
#include "common/disk_layout.h"
#include "common/le.h"
#include "disk/contents.h"
#include "disk/el_torito.h"
#include "disk/vbr.h"
#include "image/check.h"
#include "image/container_layout.h"
#include "image/read.h"
#include "image/services.h"
#include "image/services_read.h"
#include "payload/payload.h"

#define BOOT_DRIVE { RJ_BAD, "is not a drive number for a" }

static struct rj_error error;       /* of the last call that failed */

extern const struct payload_kind payload_disk;

/* A CD of this many sectors; catalog and boot image are at fixed ones. */
#define CD_SECTORS 1200u
#define CATALOG    19u
#define BOOT_IMAGE 20u
#define MIB_SECTORS 2048u

static uint8_t cd[CD_SECTORS * CD_SECTOR];

static uint8_t *cd_at(uint32_t sector)
{
	return cd + (size_t)sector * CD_SECTOR;
}

static void sum_up(uint8_t *entry)
{
	uint16_t sum = 0;

	le_store(entry + 28, 0, 2);
	for (size_t i = 0; i < 32; i += 2)
		sum = (uint16_t)(sum + le16(entry + i));
	le_store(entry + 28, (uint16_t)-sum, 2);
}

static void put_entry(uint8_t *at, uint8_t id, uint8_t media, uint16_t count, uint32_t lba)
{
	memset(at, 0, 32);
	at[0] = id;
	at[1] = media;
	le_store(at + 6, count, 2);
	le_store(at + 8, lba, 4);
}

static void make_cd(uint8_t media, uint16_t count)
{
	memset(cd, 0, sizeof(cd));
	for (uint32_t i = 16; i <= 18; i++) {
		memcpy(cd_at(i) + 1, "CD001\1", 6);
		cd_at(i)[0] = i == 16 ? 1 : i == 17 ? 0 : 255;
	}
	memcpy(cd_at(17) + 7, "EL TORITO SPECIFICATION", 23);
	le_store(cd_at(17) + 0x47, CATALOG, 4);
	cd_at(CATALOG)[0] = 1;
	le_store(cd_at(CATALOG) + 30, 0xAA55, 2);
	sum_up(cd_at(CATALOG));
	put_entry(cd_at(CATALOG) + 32, 0x88, media, count, BOOT_IMAGE);
	for (size_t i = 0; i < 4 * CD_SECTOR; i++)
		cd_at(BOOT_IMAGE)[i] = (uint8_t)(i * 13 + i / 256 + 1);
}

static struct rj_input file;

/* Options; level 0: not compressed. */
struct wishes {
	struct rj_geometry geometry;
	bool has_number, read_only;
	uint8_t number;
	int level;
	unsigned bpb;
	uint32_t sector_size;
};

static void set_options(struct rj_plan *plan, const struct wishes *wishes)
{
	static const char *const bpb[] = { "", "hidden", "drive", "hidden,drive" };
	static char geometry[32], number[8], level[16], sector_size[8];
	const struct rj_geometry *g = &wishes->geometry;

	snprintf(geometry, sizeof(geometry), "%u,%u,%u", g->cylinders, g->heads, g->sectors);
	snprintf(number, sizeof(number), "%u", wishes->number);
	snprintf(level, sizeof(level), "zlib:%d", wishes->level);
	snprintf(sector_size, sizeof(sector_size), "%u", wishes->sector_size);
	unit_set(plan, "compress", wishes->level ? level : "none", NULL);
	if (g->heads)
		unit_set(plan, "geometry", geometry, NULL);
	if (wishes->has_number)
		unit_set(plan, "boot-drive", number, NULL);
	if (wishes->read_only)
		unit_set(plan, "disk-readonly", NULL, NULL);
	if (wishes->bpb)
		unit_set(plan, "bpb", bpb[wishes->bpb], NULL);
	if (wishes->sector_size)
		unit_set(plan, "sector-size", sector_size, NULL);
}

/* The bytes as a RAM disk; wishes may be NULL. The plan, and file, are to be freed. */
static enum rj_err read_disk(struct rj_plan *plan, const void *bytes, size_t size,
			     const struct wishes *wishes)
{

	file = unit_input(bytes, size);
	rj_plan_init(plan, 0x80);
	if (wishes)
		set_options(plan, wishes);
	return payload_disk.read(plan, &file, &(struct payload_argument){ 0 }, &error);
}

static void done(struct rj_plan *plan)
{
	rj_plan_free(plan);
	rj_input_close(&file);
}

static bool has_note(const struct rj_plan *plan, const char *words)
{
	for (size_t i = 0; i < plan->note_count; i++)
		if (strstr(plan->notes[i].text, words))
			return true;
	return false;
}

/* The error code of reading an image. */
static enum rj_err code_of(const void *bytes, size_t size, const struct wishes *wishes)
{
	struct rj_plan plan;
	enum rj_err code = read_disk(&plan, bytes, size, wishes);

	done(&plan);
	return code;
}

/* Unpacking the piece returns these bytes, and zeros up to its size. */
static void gives(const struct rj_plan *plan, const uint8_t *bytes, size_t size)
{
	const struct rj_disk_image *image = &plan->services.image;
	const struct rj_plan_piece *piece = &plan->pieces[plan->piece_count - 1];
	uint8_t *found = malloc(image->size);
	int fd = unit_file("", 0);
	const struct rj_output output = { .fd = fd };
	uint32_t crc;

	assert_string_equal(piece->name, RJ_DISK_PIECE);
	assert_int_equal(piece->size, image->packed_size);
	if (image->flags & RJ_DISK_DEFLATED)
		assert_int_equal(rj_inflate(piece->input, 0, piece->size, fd, image->contents, &crc,
					    &error), RJ_OK);
	else
		assert_int_equal(rj_plan_copy_piece(piece, &output, 0, &crc, &error), RJ_OK);
	if (image->flags & RJ_DISK_DEFLATED)    /* the other is summed when it is written */
		assert_int_equal(crc, image->crc);
	assert_between(image->contents, size, image->size);
	assert_int_equal(ftruncate(fd, image->size), 0);
	assert_int_equal(pread(fd, found, image->size, 0), (ssize_t)image->size);
	assert_memory_equal(found, bytes, size);
	for (size_t i = size; i < image->size; i++)
		assert_int_equal(found[i], 0);
	close(fd);
	free(found);
}

/* What a file of these bytes is detected as, or NULL. */
static const char *detected(const uint8_t *bytes, size_t size)
{
	struct rj_input input = unit_input(bytes, size);
	const struct payload_kind *kind = NULL;
	const char *why = NULL;
	enum rj_err code = payload_detect(&input, &kind, &why, &error);

	rj_input_close(&input);
	return code ? NULL : kind->name;
}

static void floppies(void **state)
{
	static const struct { uint32_t kib; unsigned c, h, s, type; } rows[] = {
		{ 160, 40, 1, 8, 1 }, { 180, 40, 1, 9, 1 }, { 320, 40, 2, 8, 1 },
		{ 360, 40, 2, 9, 1 }, { 720, 80, 2, 9, 3 }, { 1200, 80, 2, 15, 2 },
		{ 1440, 80, 2, 18, 4 }, { 1680, 80, 2, 21, 4 }, { 1722, 82, 2, 21, 4 },
		{ 2880, 80, 2, 36, 5 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		size_t size = rows[i].kib * 1024u;
		uint8_t *image = calloc(1, size);
		struct rj_drive *drive;
		struct rj_plan plan;

		le_store(image + SIGNATURE_OFFSET, SIGNATURE, 2);
		image[size - 1] = 0xA5;
		assert_int_equal(read_disk(&plan, image, size, NULL), RJ_OK);
		drive = &plan.services.drives[0];
		assert_int_equal(drive->number, 0);
		assert_int_equal(drive->flags, RJ_DISK_FLOPPY | RJ_DISK_REMOVABLE);
		assert_int_equal(drive->cylinders, rows[i].c);
		assert_int_equal(drive->heads, rows[i].h);
		assert_int_equal(drive->sectors_per_track, rows[i].s);
		assert_int_equal(drive->floppy_type, rows[i].type);
		assert_int_equal(drive->sectors, rows[i].c * rows[i].h * rows[i].s);
		assert_int_equal(plan.services.drives[1].sectors, 0);
		assert_int_equal(plan.services.el_torito.size, 0);
		assert_int_equal(plan.regs.edx, 0);
		assert_int_equal(rj_plan_entry(&plan.regs), BOOT_SECTOR);
		assert_int_equal(plan.note_count, 0);
		gives(&plan, image, size);
		done(&plan);
		/* a sector more or less is none */
		assert_null(rj_floppy_of_size(size - SECTOR_SIZE));
		assert_null(rj_floppy_of_size(size + SECTOR_SIZE));
		free(image);
	}
}

static void store_chs(uint8_t *to, uint32_t lba, unsigned heads, unsigned sectors)
{
	uint32_t cylinder = lba / (heads * sectors), rest = lba % (heads * sectors);

	if (cylinder > 1023) {
		cylinder = 1023;
		rest = heads * sectors - 1;
	}
	to[0] = (uint8_t)(rest / sectors);
	to[1] = (uint8_t)(rest % sectors + 1) | (uint8_t)(cylinder >> 8 << 6);
	to[2] = (uint8_t)cylinder;
}

static void put_partition(uint8_t *sector, size_t n, uint8_t type, uint32_t first,
			  uint32_t count, unsigned heads, unsigned sectors)
{
	uint8_t *at = sector + PARTITION_TABLE + n * sizeof(struct partition_entry);

	at[4] = type;
	store_chs(at + 1, first, heads, sectors);
	store_chs(at + 5, first + count - 1, heads, sectors);
	le_store(at + 8, first, 4);
	le_store(at + 12, count, 4);
}

static void is_geometry(const uint8_t *sector, uint64_t total, unsigned c, unsigned h, unsigned s)
{
	struct rj_geometry g = rj_geometry_of_disk(sector, NULL, total);

	assert_int_equal(g.cylinders, c);
	assert_int_equal(g.heads, h);
	assert_int_equal(g.sectors, s);
}

static void geometry_by_table(void **state)
{
	uint8_t sector[SECTOR_SIZE] = { 0 };

	(void)state;
	/* whole cylinders */
	put_partition(sector, 0, 6, 63, 100 * 240 * 63 - 63, 240, 63);
	is_geometry(sector, 100 * 240 * 63, 100, 240, 63);
	/* two, of other sizes */
	put_partition(sector, 0, 6, 32, 10 * 64 * 32 - 32, 64, 32);
	put_partition(sector, 1, 0x83, 10 * 64 * 32, 5000, 64, 32);
	is_geometry(sector, 20 * 64 * 32, 20, 64, 32);
	/* 1 MiB to the end, by 255 heads, which a small disk does not reach */
	memset(sector, 0, sizeof(sector));
	put_partition(sector, 0, 0x83, MIB_SECTORS, 30 * MIB_SECTORS, 255, 63);
	is_geometry(sector, 31 * MIB_SECTORS, 4, 255, 63);
	/* after the last cylinder that has a number */
	put_partition(sector, 0, 0x83, MIB_SECTORS, 0x7FFFFFFF, 255, 63);
	is_geometry(sector, 0x80000000, 1024, 255, 63);
	/* places that contradict the sectors: by size */
	put_partition(sector, 0, 0x83, MIB_SECTORS, 30 * MIB_SECTORS, 255, 63);
	le_store(sector + PARTITION_TABLE + 12, 29 * MIB_SECTORS, 4);
	is_geometry(sector, 31 * MIB_SECTORS, 63, 16, 63);
	/* no sector 0 */
	put_partition(sector, 0, 0x83, 63, 1008 - 63, 16, 63);
	sector[PARTITION_TABLE + 2] = 0;
	is_geometry(sector, 1008, 1, 16, 63);
	/* a GPT's */
	memset(sector, 0, sizeof(sector));
	memcpy(sector + PARTITION_TABLE + 1, "\x00\x02\x00\xEE\xFF\xFF\xFF", 7);
	le_store(sector + PARTITION_TABLE + 8, 1, 4);
	le_store(sector + PARTITION_TABLE + 12, 100000, 4);
	is_geometry(sector, 100001, 100, 16, 63);
}

/* Geometries that nothing but arithmetic finds: no place is on the last head or sector. */
static void geometry_by_search(void **state)
{
	static const struct { unsigned heads, sectors; uint32_t first, count; } rows[] = {
		{ 64, 32, 64, 100001 }, { 240, 63, 2048, 129024 }, { 255, 63, 2048, 129024 },
		{ 2, 21, 100, 3000 }, { 15, 17, 17, 41000 }, { 13, 43, 1000, 70000 },
		{ 256, 63, 4096, 9000000 }, { 1, 63, 63, 5000 }, { 254, 62, 5000, 1000000 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		uint8_t sector[SECTOR_SIZE] = { 0 };
		uint32_t end = rows[i].first + rows[i].count;
		struct rj_geometry g;

		put_partition(sector, 0, 6, rows[i].first, rows[i].count, rows[i].heads,
			      rows[i].sectors);
		g = rj_geometry_of_disk(sector, NULL, end);
		assert_int_equal(g.heads, rows[i].heads);
		assert_int_equal(g.sectors, rows[i].sectors);
		/* a second one that was made for another contradicts it */
		put_partition(sector, 1, 6, end, 5000, rows[i].heads + 1, rows[i].sectors);
		assert_int_equal(rj_geometry_of_table(sector, end + 5000, &g),
				 RJ_TABLE_CONTRADICTS);
	}
}

/* Addresses that do not determine a geometry: only on the last cylinder, or none. */
static void geometry_untold(void **state)
{
	uint8_t sector[SECTOR_SIZE] = { 0 };
	struct rj_geometry g;

	(void)state;
	put_partition(sector, 0, 6, 63, 4000000, 16, 63);
	memcpy(sector + PARTITION_TABLE + 1, "\xFE\xFF\xFF", 3);
	memcpy(sector + PARTITION_TABLE + 5, "\xFE\xFF\xFF", 3);
	assert_int_equal(rj_geometry_of_table(sector, 4000063, &g), RJ_TABLE_UNKNOWN);
	is_geometry(sector, 4000063, 249, 255, 63);
	memset(sector + PARTITION_TABLE + 1, 0, 3);
	memset(sector + PARTITION_TABLE + 5, 0, 3);
	assert_int_equal(rj_geometry_of_table(sector, 4000063, &g), RJ_TABLE_UNKNOWN);
	is_geometry(sector, 4000063, 993, 64, 63);
	/* a parameter block does; but not where the table's places are proof */
	memcpy(sector, "\xEB\x3C\x90", 3);
	le_store(sector + BPB_SECTOR_SIZE, SECTOR_SIZE, 2);
	sector[BPB_MEDIA] = 0xF8;
	le_store(sector + BPB_TRACK_SECTORS, 32, 2);
	le_store(sector + BPB_HEADS, 128, 2);
	is_geometry(sector, 4000063, 977, 128, 32);
	put_partition(sector, 0, 6, 63, 4000000, 64, 63);
	is_geometry(sector, 4000063, 993, 64, 63);
}

/* A boot sector as FAT12 has it. */
static void put_parameters(uint8_t *sector, uint8_t media, uint8_t drive, uint32_t total,
			   unsigned heads, unsigned sectors)
{
	memcpy(sector, "\xEB\x3C\x90", 3);
	le_store(sector + BPB_SECTOR_SIZE, SECTOR_SIZE, 2);
	le_store(sector + BPB_ROOT_ENTRIES, 224, 2);
	le_store(sector + BPB_SECTORS16, total > 0xFFFF ? 0 : total, 2);
	le_store(sector + BPB_SECTORS32, total > 0xFFFF ? total : 0, 4);
	sector[BPB_MEDIA] = media;
	le_store(sector + BPB_FAT_SECTORS16, 9, 2);
	le_store(sector + BPB_TRACK_SECTORS, sectors, 2);
	le_store(sector + BPB_HEADS, heads, 2);
	sector[BPB_DRIVE] = drive;
	sector[BPB_SIGNATURE] = 0x29;
	le_store(sector + SIGNATURE_OFFSET, SIGNATURE, 2);
}

/* If the table does not determine a geometry, the partition's boot sector does. */
static void geometry_of_partition(void **state)
{
	static uint8_t image[1000 * SECTOR_SIZE];
	struct rj_plan plan;

	(void)state;
	le_store(image + SIGNATURE_OFFSET, SIGNATURE, 2);
	for (unsigned active = 0; active < 3; active++) {
		memset(image + PARTITION_TABLE, 0, 64);
		put_partition(image, 1, 6, 100, 100, 3, 7);
		put_partition(image, 3, 6, 300, 100, 3, 7);
		put_parameters(image + 100 * SECTOR_SIZE, 0xF8, 0x80, 100, 5, 11);
		put_parameters(image + 300 * SECTOR_SIZE, 0xF8, 0x80, 100, 9, 13);
		if (active)
			image[PARTITION_TABLE + 16 * (2 * active - 1)] = 0x80;
		for (unsigned n = 1; n < 4; n += 2) {
			memset(image + PARTITION_TABLE + 16 * n + 1, 0xFE, 3);
			memset(image + PARTITION_TABLE + 16 * n + 5, 0xFE, 3);
		}
		assert_int_equal(read_disk(&plan, image, sizeof(image), NULL), RJ_OK);
		assert_int_equal(plan.services.drives[0].heads, active == 2 ? 9 : 5);
		assert_int_equal(plan.services.drives[0].sectors_per_track, active == 2 ? 13 : 11);
		assert_int_equal(plan.services.drives[0].cylinders, active == 2 ? 9 : 19);
		done(&plan);
	}
}

/* Floppies by their parameter block: of any size, cut, or longer than they say. */
static void superfloppies(void **state)
{
	static const struct {
		uint32_t total, file;
		unsigned c, h, s;
		uint8_t media, drive, type;
	} rows[] = {
		{ 3486, 3486 * 512, 83, 2, 21, 0xF0, 0, 4 }, { 2952, 2952 * 512, 82, 2, 18, 0xF0, 0, 4 },
		{ 18432, 18432 * 512, 144, 4, 32, 0xF0, 0, 16 }, { 200000, 9000 * 512, 782, 8, 32, 0xF0, 0, 16 },
		{ 2880, 600064, 80, 2, 18, 0xF0, 0, 4 }, { 2880, 2880 * 512 + 1, 80, 2, 18, 0xF0, 0, 4 },
		{ 2880, 2880 * 512 + 36 * 512, 81, 2, 18, 0xF0, 0, 4 },
		{ 720, 5000, 40, 2, 9, 0xFD, 0, 1 }, { 0, 700 * 512, 39, 2, 9, 0xF9, 1, 1 },
		{ 5760, 1024, 80, 2, 36, 0xF0, 0, 5 }, { 2400, 1024, 80, 2, 15, 0xF9, 0, 2 },
		/* a fixed disk's, by media or number: a floppy only if one has this size */
		{ 3486, 3486 * 512, 83, 2, 21, 0xF8, 0, 0 }, { 3486, 3486 * 512, 83, 2, 21, 0xF0, 0x80, 0 },
		{ 2880, 2880 * 512, 80, 2, 18, 0xF8, 0x80, 4 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		uint8_t *image = calloc(1, rows[i].file);
		struct rj_plan plan;
		/* cppcheck-suppress uninitvar; an address only */
		const struct rj_drive *drive = &plan.services.drives[0];
		bool floppy = rows[i].type;

		put_parameters(image, rows[i].media, rows[i].drive, rows[i].total, rows[i].h, rows[i].s);
		assert_int_equal(read_disk(&plan, image, rows[i].file, NULL), RJ_OK);
		assert_int_equal(drive->number, floppy ? 0 : 0x80);
		assert_int_equal(drive->flags, floppy ? RJ_DISK_FLOPPY | RJ_DISK_REMOVABLE : 0);
		assert_int_equal(drive->cylinders, rows[i].c);
		assert_int_equal(drive->heads, rows[i].h);
		assert_int_equal(drive->sectors_per_track, rows[i].s);
		assert_int_equal(drive->floppy_type, rows[i].type);
		assert_int_equal(drive->sectors, rows[i].c * rows[i].h * rows[i].s);
		assert_int_equal(plan.regs.edx, drive->number);
		gives(&plan, image, rows[i].file);
		done(&plan);
		free(image);
	}
}

/* What a partition table proves makes a hard disk; an entry for the disk itself is none. */
static void partitioned_floppies(void **state)
{
	static uint8_t image[3486 * SECTOR_SIZE];
	struct rj_plan plan;

	(void)state;
	put_parameters(image, 0xF0, 0, 3486, 2, 21);
	put_partition(image, 0, 1, 0, 3486, 2, 21);
	assert_true(rj_is_floppy(image, sizeof(image)));
	put_partition(image, 0, 1, 21, 3486 - 21, 2, 21);
	assert_false(rj_is_floppy(image, sizeof(image)));
	assert_int_equal(read_disk(&plan, image, sizeof(image), NULL), RJ_OK);
	assert_int_equal(plan.services.drives[0].number, 0x80);
	done(&plan);
	/* whatever else is there */
	memset(image + PARTITION_TABLE, 0xA5, 64);
	assert_true(rj_is_floppy(image, sizeof(image)));
	/* FAT32 has the drive's number elsewhere */
	le_store(image + BPB_ROOT_ENTRIES, 0, 2);
	le_store(image + BPB_FAT_SECTORS16, 0, 2);
	image[BPB_DRIVE] = 0x80;
	assert_true(rj_is_floppy(image, sizeof(image)));
	image[BPB_DRIVE32] = 0x80;
	image[BPB_DRIVE32 + 2] = 0x29;
	assert_false(rj_is_floppy(image, sizeof(image)));
}

/* A few sectors, of which nothing says what they are. */
static void small_images(void **state)
{
	static const struct { uint32_t bytes; unsigned c, s, type; } rows[] = {
		{ 1000, 80, 18, 4 }, { 400000, 80, 18, 4 }, { 1440 * 1024 - 1, 80, 18, 4 },
		{ 1440 * 1024 + 1, 80, 21, 4 }, { 1700 * 1024, 82, 21, 4 }, { 1800 * 1024, 80, 36, 5 },
	};
	static uint8_t image[2880 * 1024 + 1] = { [SIGNATURE_OFFSET] = 0x55, [SIGNATURE_OFFSET + 1] = 0xAA };
	struct wishes floppy = { .has_number = true, .number = 0, .level = 6 };
	struct wishes shaped = { .geometry = { 80, 2, 9 } };
	struct rj_plan plan;

	(void)state;
	FOR_EACH(i, rows) {
		assert_int_equal(read_disk(&plan, image, rows[i].bytes, &floppy), RJ_OK);
		assert_int_equal(plan.services.drives[0].cylinders, rows[i].c);
		assert_int_equal(plan.services.drives[0].sectors_per_track, rows[i].s);
		assert_int_equal(plan.services.drives[0].floppy_type, rows[i].type);
		assert_int_equal(plan.services.image.size, rows[i].c * 2 * rows[i].s * SECTOR_SIZE);
		assert_true(plan.services.image.packed_size < 4000);
		done(&plan);
		/* a hard disk, unless that is asked for; which a note proposes */
		assert_int_equal(read_disk(&plan, image, rows[i].bytes, NULL), RJ_OK);
		assert_int_equal(plan.services.drives[0].number, 0x80);
		assert_true(has_note(&plan, "becomes a hard disk"));
		done(&plan);
	}
	assert_error(code_of(image, sizeof(image), &floppy), &error, RJ_BAD,
		     "sectors are more than a standard floppy has");
	/* a geometry of a floppy's is one, too */
	assert_int_equal(read_disk(&plan, image, 1024, &shaped), RJ_OK);
	assert_int_equal(plan.services.drives[0].number, 0);
	assert_int_equal(plan.services.image.size, 720 * 1024);
	done(&plan);
}

/* Sectors of 4096 bytes: by an option, or by the position of a GPT. */
static void large_sectors(void **state)
{
	static uint8_t image[64 * LARGE_SECTOR];
	struct wishes wishes = { .sector_size = LARGE_SECTOR, .level = 0 };
	struct wishes floppy = { .sector_size = LARGE_SECTOR, .has_number = true };
	struct rj_plan plan;

	(void)state;
	le_store(image + SIGNATURE_OFFSET, SIGNATURE, 2);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(read_disk(&plan, image, sizeof(image) - 1, i ? NULL : &wishes), RJ_OK);
		assert_int_equal(plan.services.drives[0].sector_size, LARGE_SECTOR);
		assert_int_equal(plan.services.drives[0].sectors, 64);
		assert_int_equal(plan.services.drives[0].cylinders, 1);
		assert_int_equal(plan.services.image.size, sizeof(image));
		assert_int_equal(plan.pieces[0].size, LARGE_SECTOR);
		assert_int_equal(plan.pieces[0].address, BOOT_SECTOR);
		done(&plan);
		memcpy(image + LARGE_SECTOR, "EFI PART", 8);
		if (i == 1) {   /* the backup's place, in a file of whole sectors */
			memset(image + LARGE_SECTOR, 0, 8);
			memcpy(image + 63 * LARGE_SECTOR, "EFI PART", 8);
			assert_int_equal(read_disk(&plan, image, sizeof(image), NULL), RJ_OK);
			assert_int_equal(plan.services.drives[0].sector_size, LARGE_SECTOR);
			done(&plan);
			memcpy(image + LARGE_SECTOR, "EFI PART", 8);
		}
	}
	memcpy(image + SECTOR_SIZE, "EFI PART", 8);
	assert_int_equal(read_disk(&plan, image, sizeof(image), NULL), RJ_OK);
	assert_int_equal(plan.services.drives[0].sector_size, SECTOR_SIZE);
	done(&plan);
	assert_error(code_of(image, sizeof(image), &floppy), &error, RJ_BAD,
		     "is not a drive number for a");
}

static enum rj_err read_beside(struct rj_plan *plan, const void *bytes, size_t size)
{

	file = unit_input(bytes, size);
	rj_plan_init(plan, 0x80);
	return payload_disk.read(plan, &file, &(struct payload_argument){ .beside = true }, &error);
}

/* A disk that another payload reads need not boot, whatever it is. */
static void data_disks(void **state)
{
	static uint8_t image[1440 * 1024];
	struct rj_plan plan;

	(void)state;
	for (size_t size = 720 * 1024; size <= sizeof(image); size += 360 * 1024) {
		assert_int_equal(read_beside(&plan, image, size), RJ_OK);
		assert_int_equal(plan.note_count, 0);
		assert_int_equal(plan.piece_count, 1);
		done(&plan);
	}
	/* a BIOS cannot boot a CD without a boot record */
	make_cd(EL_TORITO_CD, 4);
	cd_at(17)[7] = 'X';
	assert_int_equal(read_beside(&plan, cd, sizeof(cd)), RJ_OK);
	assert_int_equal(plan.services.drives[0].number, 0x80);
	assert_int_equal(plan.services.drives[0].sector_size, SECTOR_SIZE);
	done(&plan);
}

/* What is a CD's image and a disk's: which of them, by the number that is asked for. */
static void cd_or_disk(void **state)
{
	static const struct {
		uint8_t media, number;
		bool has_number, is_signed;
		struct unit_outcome outcome;
		uint8_t drive, booted;
		uint32_t sector_size;
	} rows[] = {
		{ EL_TORITO_CD, 0, false, true, GOOD, 0xE0, 0xE0, 2048 },
		{ EL_TORITO_CD, 0x80, true, true, GOOD, 0x80, 0x80, 512 },
		{ EL_TORITO_CD, 0xE1, true, true, GOOD, 0xE1, 0xE1, 2048 },
		{ EL_TORITO_CD, 0x9F, true, false, GOOD, 0x9F, 0x9F, 2048 },
		{ EL_TORITO_CD, 0, true, false, BOOT_DRIVE, 0, 0, 0 },
		{ EL_TORITO_1440, 0x81, true, true, GOOD, 0x81, 0x81, 512 },
		{ EL_TORITO_1440, 1, true, true, GOOD, 0xE0, 1, 2048 },
		{ EL_TORITO_1440, 0x80, true, false, BOOT_DRIVE, 0, 0, 0 },
		{ EL_TORITO_HARD_DISK, 0x82, true, true, GOOD, 0xE0, 0x82, 2048 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		struct wishes wishes = { .has_number = rows[i].has_number,
					    .number = rows[i].number };
		struct rj_plan plan;

		make_cd(rows[i].media, 4);
		le_store(cd + SIGNATURE_OFFSET, rows[i].is_signed ? SIGNATURE : 0, 2);
		assert_outcome(read_disk(&plan, cd, sizeof(cd), &wishes),
			       &error, &rows[i].outcome);
		if (!rows[i].outcome.class) {
			assert_int_equal(plan.services.drives[0].number, rows[i].drive);
			assert_int_equal(plan.services.drives[0].sector_size, rows[i].sector_size);
			assert_int_equal(plan.regs.edx, rows[i].booted);
		}
		done(&plan);
	}
	/* without a catalog that holds it is the disk that it is, too */
	make_cd(EL_TORITO_CD, 4);
	le_store(cd + SIGNATURE_OFFSET, SIGNATURE, 2);
	cd_at(CATALOG)[32] = 0;
	assert_null(detected(cd, sizeof(cd)));
	assert_int_equal(code_of(cd, sizeof(cd), NULL), RJ_OK);
	le_store(cd + SIGNATURE_OFFSET, 0, 2);
	assert_error(code_of(cd, sizeof(cd), NULL), &error, RJ_BAD,
		     "the boot catalog (El Torito) has nothing for a PC BIOS");
}

/* A CD's descriptors that are left over on a disk: no partition has them. */
static void left_over(void **state)
{
	struct rj_plan plan;

	(void)state;
	make_cd(EL_TORITO_CD, 4);
	le_store(cd + SIGNATURE_OFFSET, SIGNATURE, 2);
	put_partition(cd, 0, 0x0E, 2048, 2000, 255, 63);
	assert_null(detected(cd, sizeof(cd)));
	assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
	assert_int_equal(plan.services.drives[0].number, 0xE0);
	assert_true(has_note(&plan, "both a CD and a disk"));
	done(&plan);
	/* a partition that has them, or a GPT that nobody can read */
	put_partition(cd, 1, 0x17, 64, 100, 255, 63);
	assert_string_equal(detected(cd, sizeof(cd)), "disk");
	put_partition(cd, 1, 0xEE, 1, 5000, 255, 63);
	assert_string_equal(detected(cd, sizeof(cd)), "disk");
	assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
	assert_false(has_note(&plan, "both a CD and a disk"));
	done(&plan);
}

/* Each contradiction, with both of its numbers, and the same without it. */
static void contradictions(void **state)
{
	static uint8_t image[16384 * SECTOR_SIZE];
	const struct wishes bare = { .level = 0 };
	struct wishes wishes = bare;
	struct rj_plan plan;

	(void)state;
	le_store(image + SIGNATURE_OFFSET, SIGNATURE, 2);
	put_partition(image, 0, 0x0C, 2048, 126976, 255, 63);
	assert_int_equal(read_disk(&plan, image, sizeof(image), &bare), RJ_OK);
	assert_int_equal(plan.note_count, 1);
	assert_note(&plan.notes[0], "sectors, but the disk has");
	unit_says(&plan.notes[0], "the partition table says 129024 sectors");
	unit_says(&plan.notes[0], "has 16384; ");
	unit_says(&plan.notes[0], "--geometry 9,255,63");
	done(&plan);
	wishes.geometry = (struct rj_geometry){ 9, 255, 63 };
	assert_int_equal(read_disk(&plan, image, sizeof(image), &wishes), RJ_OK);
	assert_int_equal(plan.note_count, 1);
	assert_note(&plan.notes[0], "the rest reads as zeros");
	done(&plan);
	put_partition(image, 0, 0x0C, 2048, 0x7FFFFFFF, 255, 63);
	assert_int_equal(read_disk(&plan, image, sizeof(image), &bare), RJ_OK);
	assert_null(strstr(plan.notes[0].text, "--geometry"));
	done(&plan);
	put_partition(image, 0, 0x0C, 2048, 14336, 255, 63);
	assert_int_equal(read_disk(&plan, image, sizeof(image), &bare), RJ_OK);
	assert_int_equal(plan.note_count, 0);
	done(&plan);
	put_partition(image, 1, 0x0C, 4096, 1024, 16, 63);
	assert_int_equal(read_disk(&plan, image, sizeof(image), &bare), RJ_OK);
	assert_note(&plan.notes[0], "no geometry fits the whole partition table");
	done(&plan);
	/* a partition's image */
	memset(image + PARTITION_TABLE, 0, 64);
	put_parameters(image, 0xF8, 0x80, 16384, 16, 63);
	assert_int_equal(read_disk(&plan, image, sizeof(image), &bare), RJ_OK);
	assert_int_equal(plan.note_count, 0);
	done(&plan);
	le_store(image + BPB_HIDDEN, 2048, 4);
	assert_int_equal(read_disk(&plan, image, sizeof(image), &bare), RJ_OK);
	assert_int_equal(plan.note_count, 1);
	assert_note(&plan.notes[0], "sectors precede it");
	unit_says(&plan.notes[0], "says that 2048 sectors");
	done(&plan);
	wishes = (struct wishes){ .bpb = RJ_BPB_HIDDEN | RJ_BPB_DRIVE, .has_number = true,
				     .number = 0x85 };
	assert_int_equal(read_disk(&plan, image, sizeof(image), &wishes), RJ_OK);
	assert_int_equal(plan.note_count, 0);
	assert_int_equal(le32(plan.pieces[0].bytes + BPB_HIDDEN), 0);
	assert_int_equal(plan.pieces[0].bytes[BPB_DRIVE], 0x85);
	gives(&plan, image, sizeof(image));             /* the disk is unchanged */
	done(&plan);
	le_store(image + BPB_HIDDEN, 0, 4);
	le_store(image + BPB_SECTOR_SIZE, LARGE_SECTOR, 2);
	le_store(image + BPB_SECTORS16, 2048, 2);
	assert_int_equal(read_disk(&plan, image, sizeof(image), &bare), RJ_OK);
	assert_note(&plan.notes[plan.note_count - 1], "says sectors of");
	unit_says(&plan.notes[plan.note_count - 1], "sectors of %u bytes", LARGE_SECTOR);
	done(&plan);
}

/* CDs that end before their file system does. */
static void cut_volumes(void **state)
{
	struct rj_plan plan;

	(void)state;
	make_cd(EL_TORITO_CD, 4);
	for (uint32_t more = 0; more < 2; more++) {
		le_store(cd_at(16) + 80, CD_SECTORS + more, 4);
		assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
		assert_int_equal(plan.note_count, more);
		if (more) {
			assert_note(&plan.notes[0], "sectors of 2048 bytes, but the file has");
			unit_says(&plan.notes[0], "has %u sectors", CD_SECTORS + 1);
			unit_says(&plan.notes[0], "the file has %u;", CD_SECTORS);
		}
		done(&plan);
	}
	/* a checksum that no BIOS looks at, and more sectors to load than there is room for */
	le_store(cd_at(16) + 80, 0, 4);
	cd_at(CATALOG)[28] ^= 1;
	le_store(cd_at(CATALOG) + 32 + 6, 0xFFFF, 2);
	assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
	assert_true(has_note(&plan, "the checksum of the boot catalog"));
	assert_true(has_note(&plan, "asks for"));
	assert_int_equal(plan.pieces[0].address + plan.pieces[0].size, STUB_HOME);
	done(&plan);
}

static void geometry_by_parameters(void **state)
{
	uint8_t sector[SECTOR_SIZE] = { 0xEB, 0x3C, 0x90 };

	(void)state;
	le_store(sector + 0x0B, 512, 2);
	sector[0x15] = 0xF8;
	le_store(sector + 0x18, 17, 2);
	le_store(sector + 0x1A, 4, 2);
	is_geometry(sector, 615 * 4 * 17, 615, 4, 17);
	le_store(sector + 0x18, 64, 2);
	is_geometry(sector, 1008 * 3, 3, 16, 63);
	le_store(sector + 0x18, 17, 2);
	le_store(sector + 0x1A, 0, 2);
	is_geometry(sector, 1008 * 3, 3, 16, 63);
	le_store(sector + 0x1A, 257, 2);
	is_geometry(sector, 1008 * 3, 3, 16, 63);
	/* a partition table counts for more */
	le_store(sector + 0x1A, 4, 2);
	put_partition(sector, 0, 6, 32, 10 * 64 * 32 - 32, 64, 32);
	is_geometry(sector, 10 * 64 * 32, 10, 64, 32);
}

static void geometry_by_size(void **state)
{
	static const struct { uint64_t sectors; unsigned c, h; } rows[] = {
		{ 0, 1, 16 }, { 1, 1, 16 }, { 1008, 1, 16 }, { 1009, 2, 16 }, { 2016, 2, 16 },
		{ 1024 * 16 * 63, 1024, 16 }, { 1024 * 16 * 63 + 1, 513, 32 },
		{ 1024 * 32 * 63, 1024, 32 }, { 1024 * 32 * 63 + 1, 513, 64 },
		{ 1024 * 64 * 63 + 1, 513, 128 }, { 1024 * 128 * 63, 1024, 128 },
		{ 1024 * 128 * 63 + 1, 515, 255 }, { UINT32_MAX, 1024, 255 },
	};
	const uint8_t sector[SECTOR_SIZE] = { 0 };

	(void)state;
	FOR_EACH(i, rows)
		is_geometry(sector, rows[i].sectors, rows[i].c, rows[i].h, 63);
}

static void geometry_in_words(void **state)
{
	static const char *const bad[] = {
		"", "1", "1,2", "1,2,3,", "1,2,3,4", "0,1,1", "1,0,1", "1,1,0", "1025,1,1", "1,257,1",
		"1,1,64", "-1,1,1", "1, 1,1", "1,1,1 ", "x,1,1", "0x10,1,1", "00001,1,1", "1,,1",
		"99999999999999999999,1,1",
	};
	struct rj_geometry g;

	(void)state;
	assert_true(rj_geometry_read("1024,256,63", &g));
	assert_int_equal(g.cylinders, 1024);
	assert_int_equal(g.heads, 256);
	assert_int_equal(g.sectors, 63);
	assert_true(rj_geometry_read("1,1,1", &g));
	FOR_EACH_NAMED(i, bad, bad[i])
		assert_false(rj_geometry_read(bad[i], &g));
}

/* Sectors of a hard disk that says how it is made, and what --geometry makes of it. */
static void hard_disks(void **state)
{
	static uint8_t image[40 * 1008 * SECTOR_SIZE];
	struct wishes wishes = { .geometry = { 40, 16, 63 }, .level = 1 };
	struct rj_drive *drive;
	struct rj_plan plan;

	(void)state;
	assert_error(code_of(image, sizeof(image), NULL), &error, RJ_BAD,
		     "has the size of a hard disk's image");
	le_store(image + SIGNATURE_OFFSET, SIGNATURE, 2);
	put_partition(image, 0, 6, 63, 4 * 504 - 63, 8, 63);
	assert_int_equal(read_disk(&plan, image, sizeof(image), NULL), RJ_OK);
	drive = &plan.services.drives[0];
	assert_int_equal(drive->number, 0x80);
	assert_int_equal(drive->flags, 0);
	assert_int_equal(drive->sectors, 40 * 1008);
	assert_int_equal(drive->cylinders, 80);
	assert_int_equal(drive->heads, 8);
	assert_int_equal(drive->floppy_type, 0);
	assert_int_equal(plan.regs.edx, 0x80);
	assert_int_equal(plan.regs.eax, BIOS_SIGNATURE_EAX);
	assert_true(plan.services.image.flags == RJ_DISK_DEFLATED);
	assert_true(plan.services.image.packed_size < sizeof(image) / 100);
	gives(&plan, image, sizeof(image));
	done(&plan);
	wishes.read_only = wishes.has_number = true;
	wishes.number = 0x85;
	assert_int_equal(read_disk(&plan, image, sizeof(image), &wishes), RJ_OK);
	assert_int_equal(drive->heads, 16);
	assert_int_equal(drive->number, 0x85);
	assert_int_equal(drive->flags, RJ_DISK_READONLY);
	assert_int_equal(plan.services.image.flags, RJ_DISK_DEFLATED | RJ_DISK_READONLY);
	assert_int_equal(plan.regs.edx, 0x85);
	done(&plan);
	/* larger than the image: the rest is zeros, which nothing carries */
	wishes.geometry.cylinders = 1024;
	assert_int_equal(read_disk(&plan, image, sizeof(image), &wishes), RJ_OK);
	assert_int_equal(drive->cylinders, 1024);
	assert_int_equal(drive->sectors, 1024 * 1008);
	assert_int_equal(plan.services.image.size, 1024 * 1008 * SECTOR_SIZE);
	assert_int_equal(plan.services.image.contents, sizeof(image));
	assert_true(plan.services.image.packed_size < sizeof(image) / 100);
	assert_true(has_note(&plan, "the rest reads as zeros"));
	done(&plan);
	wishes.geometry.heads = 256;
	assert_error(code_of(image, sizeof(image), &wishes), &error, RJ_BAD,
		     "bytes are too many; a RAM disk");
	/* a floppy of that size nobody knows */
	wishes.geometry.heads = 0;
	wishes.number = 1;
	assert_error(code_of(image, sizeof(image), &wishes), &error, RJ_BAD,
		     "sectors are more than a standard floppy has");
}

/* A file that ends within a sector: zeros fill it, however it is carried. */
static void padding(void **state)
{
	static uint8_t image[3 * SECTOR_SIZE];
	struct wishes wishes = { .level = 0 };
	struct rj_plan plan;

	(void)state;
	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = (uint8_t)(i * 7 + i / 99);
	le_store(image + SIGNATURE_OFFSET, SIGNATURE, 2);
	for (size_t size = 2 * SECTOR_SIZE; size <= 3 * SECTOR_SIZE; size += 64) {
		bool whole = size % SECTOR_SIZE == 0;

		for (wishes.level = 0; wishes.level <= 9; wishes.level += 9) {
			assert_int_equal(read_disk(&plan, image, size, &wishes), RJ_OK);
			assert_int_equal(has_note(&plan, "not whole sectors"), !whole);
			assert_int_equal(plan.services.image.size % SECTOR_SIZE, 0);
			assert_between(plan.services.image.size, size, size + SECTOR_SIZE - 1);
			gives(&plan, image, size);
			done(&plan);
		}
	}
}

static void no_emulation(void **state)
{
	static const struct { uint16_t count, segment; size_t bytes; uint16_t cs, ip; } rows[] = {
		{ 4, 0, 2048, 0, 0x7C00 }, { 0, 0, 2048, 0, 0x7C00 }, { 1, 0x7C0, 2048, 0, 0x7C00 },
		{ 5, 0x1000, 4096, 0x1000, 0 }, { 8, 0x2345, 4096, 0x2000, 0x3450 },
	};
	struct rj_plan plan;

	(void)state;
	FOR_EACH(i, rows) {
		make_cd(EL_TORITO_CD, rows[i].count);
		le_store(cd_at(CATALOG) + 32 + 2, rows[i].segment, 2);
		assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
		assert_int_equal(plan.pieces[0].size, rows[i].bytes);
		assert_int_equal(plan.pieces[0].address, rj_plan_entry(&plan.regs));
		assert_memory_equal(plan.pieces[0].bytes, cd_at(BOOT_IMAGE), rows[i].bytes);
		assert_int_equal(plan.regs.cs, rows[i].cs);
		assert_int_equal(plan.regs.ip, rows[i].ip);
		assert_int_equal(plan.regs.edx, 0xE0);
		assert_int_equal(plan.services.drives[0].sectors, CD_SECTORS);
		assert_int_equal(plan.services.drives[0].sector_size, CD_SECTOR);
		assert_int_equal(plan.services.drives[0].flags,
				 RJ_DISK_CD | RJ_DISK_READONLY | RJ_DISK_REMOVABLE);
		assert_int_equal(plan.services.drives[1].sectors, 0);
		assert_int_equal(plan.services.el_torito.size, RJ_EL_TORITO_PACKET);
		assert_int_equal(plan.services.el_torito.drive, 0xE0);
		assert_int_equal(plan.services.el_torito.lba, BOOT_IMAGE);
		assert_int_equal(plan.services.el_torito.sector_count, rows[i].count);
		gives(&plan, cd, sizeof(cd));
		done(&plan);
	}
}

static void emulated_floppies(void **state)
{
	static const struct { uint8_t media; uint32_t sectors; uint8_t track, type; } rows[] = {
		{ EL_TORITO_1200, 2400, 15, 2 }, { EL_TORITO_1440, 2880, 18, 4 },
	};
	struct wishes wishes = { .has_number = true, .number = 1 };
	struct rj_plan plan;

	(void)state;
	FOR_EACH(i, rows) {
		/* cppcheck-suppress uninitvar; an address only */
		const struct rj_drive *drive = &plan.services.drives[1];

		make_cd(rows[i].media, 1);
		assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
		assert_int_equal(plan.services.drives[0].number, 0xE0);
		assert_int_equal(drive->number, 0);
		assert_int_equal(drive->offset, BOOT_IMAGE * CD_SECTOR);
		assert_int_equal(drive->sectors, rows[i].sectors);
		assert_int_equal(drive->sectors_per_track, rows[i].track);
		assert_int_equal(drive->floppy_type, rows[i].type);
		assert_int_equal(drive->flags,
				 RJ_DISK_FLOPPY | RJ_DISK_REMOVABLE | RJ_DISK_READONLY);
		assert_int_equal(plan.services.el_torito.media, rows[i].media);
		assert_int_equal(plan.services.el_torito.drive, 0);
		assert_int_equal(plan.services.el_torito.cylinders, 79);
		assert_int_equal(plan.services.el_torito.sectors, rows[i].track);
		assert_int_equal(plan.services.el_torito.heads, 1);
		assert_int_equal(plan.pieces[0].size, SECTOR_SIZE);
		assert_int_equal(plan.regs.edx, 0);
		done(&plan);
		assert_int_equal(read_disk(&plan, cd, sizeof(cd), &wishes), RJ_OK);
		assert_int_equal(drive->number, 1);
		assert_int_equal(plan.regs.edx, 1);
		assert_int_equal(plan.services.drives[0].number, 0xE0);
		done(&plan);
	}
	/* one that the CD is too short for */
	make_cd(EL_TORITO_2880, 1);
	assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
	assert_int_equal(plan.services.drives[1].sectors, 5760);
	assert_int_equal(plan.services.image.size, BOOT_IMAGE * CD_SECTOR + 5760 * SECTOR_SIZE);
	assert_int_equal(plan.services.image.contents, sizeof(cd));
	assert_true(has_note(&plan, "the emulated disk has"));
	done(&plan);
	wishes.number = 0x80;
	make_cd(EL_TORITO_1440, 1);
	assert_error(code_of(cd, sizeof(cd), &wishes), &error, RJ_BAD,
		     "is not a drive number for a");
}

static void emulated_hard_disk(void **state)
{
	const uint32_t room = (CD_SECTORS - BOOT_IMAGE) * (CD_SECTOR / SECTOR_SIZE);
	struct rj_plan plan;

	(void)state;
	/* without partitions it is all that follows */
	make_cd(EL_TORITO_HARD_DISK, 1);
	memset(cd_at(BOOT_IMAGE), 0, SECTOR_SIZE);
	assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
	assert_int_equal(plan.services.drives[1].sectors, room);
	done(&plan);
	put_partition(cd_at(BOOT_IMAGE), 0, 6, 63, 4 * 1008 - 63, 16, 63);
	assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
	assert_int_equal(plan.services.drives[1].sectors, 4 * 1008);
	assert_int_equal(plan.services.drives[1].cylinders, 4);
	assert_int_equal(plan.services.drives[1].number, 0x80);
	assert_int_equal(plan.services.el_torito.media, EL_TORITO_HARD_DISK);
	assert_int_equal(plan.services.el_torito.heads, 15);
	assert_int_equal(plan.regs.edx, 0x80);
	done(&plan);
	le_store(cd_at(BOOT_IMAGE) + PARTITION_TABLE + 12, room - 63, 4);
	assert_int_equal(code_of(cd, sizeof(cd), NULL), RJ_OK);
	/* one that goes on after the CD ends there */
	for (uint32_t i = 0; i < 2; i++) {
		le_store(cd_at(BOOT_IMAGE) + PARTITION_TABLE + 8, i ? UINT32_MAX : 63, 4);
		le_store(cd_at(BOOT_IMAGE) + PARTITION_TABLE + 12, i ? UINT32_MAX : room - 62, 4);
		assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
		assert_int_equal(plan.services.drives[1].sectors, room);
		assert_int_equal(plan.services.image.size, sizeof(cd));
		assert_true(has_note(&plan, "the emulated disk has"));
		done(&plan);
	}
}

/* More than 256 cylinders: CL has their upper bits. */
static void packed_cylinders(void **state)
{
	const uint32_t sectors = 600 * 6;
	struct rj_plan plan;

	(void)state;
	make_cd(EL_TORITO_HARD_DISK, 1);
	memset(cd_at(BOOT_IMAGE), 0, SECTOR_SIZE);
	put_partition(cd_at(BOOT_IMAGE), 0, 6, 3, sectors - 3, 2, 3);
	assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
	assert_int_equal(plan.services.drives[1].cylinders, 600);
	assert_int_equal(plan.services.el_torito.cylinders, 599 & 0xFF);
	assert_int_equal(plan.services.el_torito.sectors, 3 | 599 >> 8 << 6);
	assert_int_equal(plan.services.el_torito.heads, 1);
	done(&plan);
}

/* A file's bytes with some changed: what the catalog is found to be. */
static enum rj_err find_with(uint32_t sector, size_t at, uint64_t value, size_t size)
{
	struct el_torito_boot boot;
	struct rj_input input;
	enum rj_err code;

	make_cd(EL_TORITO_CD, 4);
	le_store(cd_at(sector) + at, value, size);
	input = unit_input(cd, sizeof(cd));
	code = el_torito_find(&input, &boot, &error);
	rj_input_close(&input);
	return code;
}

static void bad_catalogs(void **state)
{
	(void)state;
	assert_int_equal(find_with(0, 0, 0, 1), RJ_OK);
	assert_error(find_with(17, 7, 'X', 1), &error, RJ_BAD,
		     "without a boot record (El Torito)");
	assert_error(find_with(17, 0, 2, 1), &error, RJ_BAD,
		     "without a boot record (El Torito)");
	assert_error(find_with(17, 1, 'X', 1), &error, RJ_BAD,
		     "without a boot record (El Torito)");
	/* no BIOS looks at what comes before the boot record */
	assert_int_equal(find_with(16, 0, 255, 1), RJ_OK);
	assert_int_equal(find_with(16, 1, 0, 5), RJ_OK);
	assert_error(find_with(17, 0x47, CD_SECTORS, 4), &error, RJ_BAD,
		     "the boot catalog (El Torito) is damaged");
	assert_error(find_with(17, 0x47, UINT32_MAX, 4), &error, RJ_BAD,
		     "the boot catalog (El Torito) is damaged");
	assert_error(find_with(17, 0x47, 0, 4), &error, RJ_BAD,
		     "the boot catalog (El Torito) is damaged");
	assert_error(find_with(CATALOG, 0, 0, 1), &error, RJ_BAD,
		     "the boot catalog (El Torito) is damaged");
	assert_error(find_with(CATALOG, 30, 0x55AA, 2), &error, RJ_BAD,
		     "the boot catalog (El Torito) is damaged");
	assert_int_equal(find_with(CATALOG, 4, 'X', 1), RJ_OK);
	assert_error(find_with(CATALOG, 32, 0, 1), &error, RJ_BAD,
		     "the boot catalog (El Torito) has nothing for a PC BIOS");
	assert_error(find_with(CATALOG, 33, EL_TORITO_MEDIA_COUNT, 1), &error, RJ_BAD,
		     "the boot catalog (El Torito) is damaged");
	assert_int_equal(find_with(CATALOG, 33, 0xF0, 1), RJ_OK);
	assert_int_equal(find_with(CATALOG, 40, CD_SECTORS - 1, 4), RJ_OK);
	assert_error(find_with(CATALOG, 40, CD_SECTORS, 4), &error, RJ_BAD,
		     "the boot catalog (El Torito) points outside the file");
	assert_error(find_with(CATALOG, 40, UINT32_MAX, 4), &error, RJ_BAD,
		     "the boot catalog (El Torito) points outside the file");
}

/* Every length that a file may be cut to is refused or still has some of its boot image. */
static void cut_cds(void **state)
{
	struct el_torito_boot boot;
	struct rj_input input;

	(void)state;
	make_cd(EL_TORITO_CD, 4);
	input = unit_input(cd, sizeof(cd));
	for (input.size = 1; input.size < (BOOT_IMAGE + 2) * CD_SECTOR; input.size += 509)
		assert_int_equal(el_torito_find(&input, &boot, &error) == RJ_OK,
				 input.size > BOOT_IMAGE * CD_SECTOR);
	rj_input_close(&input);
}

/* Entries for a PC and for UEFI, after headers. */
static void sections(void **state)
{
	uint8_t *catalog = cd_at(CATALOG);
	struct rj_plan plan;

	(void)state;
	make_cd(EL_TORITO_CD, 4);
	catalog[1] = 0xEF;
	sum_up(catalog);
	assert_error(code_of(cd, sizeof(cd), NULL), &error, RJ_BAD,
		     "the boot catalog (El Torito) has nothing for a PC BIOS");
	/* UEFI's with an extension; a PC's, the first of which does not boot */
	put_entry(catalog + 64, 0x90, 0xEF, 0, 0);
	le_store(catalog + 64 + 2, 1, 2);
	put_entry(catalog + 96, 0x88, 0x20, 1, 500);
	put_entry(catalog + 128, 0x44, 0, 0, 0);
	put_entry(catalog + 160, 0x91, 0, 0, 0);
	le_store(catalog + 160 + 2, 2, 2);
	put_entry(catalog + 192, 0x00, 0, 4, 600);
	put_entry(catalog + 224, 0x88, 0, 8, BOOT_IMAGE + 1);
	assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
	assert_int_equal(plan.services.el_torito.lba, BOOT_IMAGE + 1);
	assert_int_equal(plan.services.el_torito.sector_count, 8);
	done(&plan);
	/* the last header has been */
	catalog[64] = 0x91;
	assert_error(code_of(cd, sizeof(cd), NULL), &error, RJ_BAD,
		     "the boot catalog (El Torito) has nothing for a PC BIOS");
	/* more entries than there can be */
	catalog[64] = 0x90;
	le_store(catalog + 64 + 2, 0xFFFF, 2);
	assert_error(code_of(cd, sizeof(cd), NULL), &error, RJ_BAD,
		     "the boot catalog (El Torito) has nothing for a PC BIOS");
	/* nothing but extensions, nothing but headers */
	for (size_t i = 96; i < CD_SECTOR; i += 32)
		catalog[i] = 0x44;
	assert_error(code_of(cd, sizeof(cd), NULL), &error, RJ_BAD,
		     "the boot catalog (El Torito) has nothing for a PC BIOS");
	for (size_t i = 64; i < CD_SECTOR; i += 32)
		put_entry(catalog + i, 0x90, 0, 0, 0);
	assert_error(code_of(cd, sizeof(cd), NULL), &error, RJ_BAD,
		     "the boot catalog (El Torito) has nothing for a PC BIOS");
}

/* Images of one thing that begin as another's do. */
static void look_alikes(void **state)
{
	static uint8_t floppy[1440 * 1024];
	struct rj_plan plan;

	(void)state;
	/* a CD that is a hard disk's image too, as isohybrid makes them; GRUB's as well */
	make_cd(EL_TORITO_CD, 4);
	le_store(cd + SIGNATURE_OFFSET, SIGNATURE, 2);
	put_partition(cd, 0, 0x17, 0, 4 * CD_SECTORS, 64, 32);
	assert_string_equal(detected(cd, sizeof(cd)), "disk");
	unit_boot_img(cd, 1);
	assert_string_equal(detected(cd, sizeof(cd)), "disk");
	assert_int_equal(read_disk(&plan, cd, sizeof(cd), NULL), RJ_OK);
	assert_int_equal(plan.services.drives[0].number, 0xE0);
	done(&plan);
	/* the standard's mark, but in the wrong place */
	memmove(cd, cd + 1, sizeof(cd) - 1);
	assert_null(detected(cd, sizeof(cd)));
	/* a floppy disk's size; with a parameter block it is certain */
	le_store(floppy + SIGNATURE_OFFSET, SIGNATURE, 2);
	assert_null(detected(floppy, sizeof(floppy)));
	memcpy(floppy, "\xEB\x3C\x90", 3);
	le_store(floppy + BPB_SECTOR_SIZE, 512, 2);
	floppy[BPB_MEDIA] = 0xF0;
	assert_string_equal(detected(floppy, sizeof(floppy)), "disk");
	assert_null(detected(floppy, sizeof(floppy) - 1));
	/* GRUB on a floppy disk is one still */
	unit_boot_img(floppy, 1);
	assert_string_equal(detected(floppy, sizeof(floppy)), "disk");
}

static enum rj_err refused(const void *bytes, size_t size)
{
	struct rj_input input = unit_input(bytes, size);
	enum rj_err code = rj_refuse_foreign(&input, &error);

	rj_input_close(&input);
	return code;
}

static void foreign(void **state)
{
	static const struct { const char *magic; size_t size; } rows[] = {
		{ "\177ELF", 4 }, { "QFI\xFB", 4 }, { "KDMV", 4 }, { "COWD", 4 },
		{ "# Disk DescriptorFile", 21 }, { "<<< Oracle VM", 13 }, { "conectix", 8 },
		{ "vhdxfile", 8 }, { "\xFD" "7zXZ", 6 }, { "\x28\xB5\x2F\xFD", 4 },
		{ "BZh9", 4 }, { "\x04\x22\x4D\x18", 4 }, { "LZIP", 4 }, { "PK\3\4", 4 },
		{ "7z\xBC\xAF\x27\x1C", 6 }, { "QED", 4 }, { "WithoutFreeSpace", 16 },
		{ "WithouFreSpacExt", 16 }, { "Bochs Virtual HD Image", 22 }, { "DOSEMU", 7 },
		{ "\x3A\xFF\x26\xED", 4 }, { "EVF\t\r\n\xFF", 7 },
		{ "\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 12 }, { "TD", 3 }, { "td", 3 },
		{ "IMD 1.18", 8 }, { "CQ\x14", 3 }, { "Rar!\x1A\7", 6 }, { "\x89LZO", 5 },
		{ "\x02\x21\x4C\x18", 4 }, { "070701", 6 }, { "<!DOCTYPE html>", 15 },
		{ "<!doctype html>", 15 }, { "<html lang=", 11 }, { "version https://git-lfs.github", 30 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].magic) {
		uint8_t bytes[1024] = { 0 };

		assert_int_equal(refused(bytes, sizeof(bytes)), RJ_OK);
		memcpy(bytes, rows[i].magic, rows[i].size);
		assert_error(refused(bytes, sizeof(bytes)), &error, RJ_BAD, "this is");
		assert_error(refused(bytes, rows[i].size), &error, RJ_BAD, "this is");
		bytes[0] ^= 1;
		assert_int_equal(refused(bytes, sizeof(bytes)), RJ_OK);
	}
}

/* A Linux kernel and an old DOS program start with MZ, too. */
static void foreign_pe(void **state)
{
	uint8_t bytes[1024] = "MZ";

	(void)state;
	assert_int_equal(refused(bytes, sizeof(bytes)), RJ_OK);
	le_store(bytes + 0x3C, 0x80, 4);
	memcpy(bytes + 0x80, "PE\0", 4);
	assert_error(refused(bytes, sizeof(bytes)), &error, RJ_BAD, "this is");
	assert_int_equal(refused(bytes, 0x83), RJ_OK);
	memcpy(bytes + 0x202, "HdrS", 4);
	assert_int_equal(refused(bytes, sizeof(bytes)), RJ_OK);
	le_store(bytes + 0x3C, UINT32_MAX, 4);
	assert_int_equal(refused(bytes, sizeof(bytes)), RJ_OK);
}

/* Packs size bytes as a gzip member, or as raw deflate; returns the packed size. */
static size_t compressed(const uint8_t *bytes, size_t size, int window, uint8_t *to, size_t room)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (uint8_t *)(uintptr_t)bytes;
	z.avail_in = (uInt)size;
	z.next_out = to;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

#define GZIP (15 + 16)
#define RAW (-15)
#define PLAIN 3000u

static uint8_t plain[PLAIN];

static void make_plain(void)
{
	for (size_t i = 0; i < PLAIN; i++)
		plain[i] = (uint8_t)(i * i / 7 % 251);
}

static enum rj_err gunzip(const uint8_t *bytes, size_t size, uint64_t limit, uint64_t *unpacked)
{
	struct rj_input input = unit_input(bytes, size);
	int fd = unit_file("", 0);
	static uint8_t found[3 * PLAIN];
	enum rj_err code = rj_gunzip(&input, fd, limit, unpacked, &error);

	if (!code) {
		assert_int_equal(pread(fd, found, sizeof(found), 0), (ssize_t)*unpacked);
		for (size_t i = 0; i < *unpacked; i++)
			assert_int_equal(found[i], plain[i % PLAIN]);
	}
	close(fd);
	rj_input_close(&input);
	return code;
}

static void gzip_files(void **state)
{
	uint8_t bytes[3 * PLAIN] = { 0 };
	uint64_t unpacked;
	size_t size;

	(void)state;
	make_plain();
	size = compressed(plain, PLAIN, GZIP, bytes, sizeof(bytes));
	assert_int_equal(gunzip(bytes, size, PLAIN, &unpacked), RJ_OK);
	assert_int_equal(unpacked, PLAIN);
	assert_error(gunzip(bytes, size, PLAIN - 1, &unpacked), &error, RJ_BAD,
		     "the gzip file holds more than");
	for (size_t cut = 1; cut < size; cut++)
		assert_error(gunzip(bytes, cut, PLAIN, &unpacked), &error, RJ_BAD,
			     "the gzip file is cut short at");
	/* followed by zeros, by another member, by something else */
	assert_int_equal(gunzip(bytes, size + 100, PLAIN, &unpacked), RJ_OK);
	bytes[size + 99] = 1;
	assert_error(gunzip(bytes, size + 100, PLAIN, &unpacked), &error, RJ_BAD,
		     "trailing data after the gzip file");
	memcpy(bytes + size, bytes, size);
	assert_int_equal(gunzip(bytes, 2 * size, 2 * PLAIN, &unpacked), RJ_OK);
	assert_int_equal(unpacked, 2 * PLAIN);
	assert_error(gunzip(bytes, 2 * size - 1, 2 * PLAIN, &unpacked), &error, RJ_BAD,
		     "the gzip file is cut short at");
	/* the header's time, extra flags and system are nobody's business; all else is checked */
	for (size_t at = 0; at < size; at++) {
		enum rj_err code;

		bytes[at] ^= 0x10;
		code = gunzip(bytes, size, PLAIN, &unpacked);
		assert_int_equal(code == RJ_OK, at >= 4 && at < 10);
		bytes[at] ^= 0x10;
	}
}

static enum rj_err inflate_to(const uint8_t *bytes, size_t size, uint64_t unpacked, uint32_t *crc)
{
	struct rj_input input = unit_input(bytes, size);
	enum rj_err code = rj_inflate(&input, 0, size, -1, unpacked, crc, &error);

	rj_input_close(&input);
	return code;
}

static void inflated(void **state)
{
	uint8_t bytes[2 * PLAIN] = { 0 };
	uint32_t crc, expected;
	size_t size;

	(void)state;
	make_plain();
	expected = (uint32_t)crc32(0, plain, PLAIN);
	size = compressed(plain, PLAIN, RAW, bytes, sizeof(bytes));
	assert_int_equal(inflate_to(bytes, size, PLAIN, &crc), RJ_OK);
	assert_int_equal(crc, expected);
	assert_error(inflate_to(bytes, size, PLAIN - 1, &crc), &error, RJ_BAD,
		     "the RAM disk's compressed bytes are damaged");
	assert_error(inflate_to(bytes, size, PLAIN + 1, &crc), &error, RJ_BAD,
		     "the RAM disk's compressed bytes are damaged");
	assert_error(inflate_to(bytes, size, 0, &crc), &error, RJ_BAD,
		     "the RAM disk's compressed bytes are damaged");
	assert_error(inflate_to(bytes, size + 1, PLAIN, &crc), &error, RJ_BAD,
		     "the RAM disk's compressed bytes are damaged");
	for (size_t cut = 1; cut < size; cut++)
		assert_error(inflate_to(bytes, cut, PLAIN, &crc), &error, RJ_BAD,
			     "the RAM disk's compressed bytes are damaged");
	for (size_t at = 0; at < size; at++) {
		bytes[at] ^= 0x04;
		assert_true(inflate_to(bytes, size, PLAIN, &crc) != RJ_OK || crc != expected);
		bytes[at] ^= 0x04;
	}
}

/* What does not get smaller is carried as it is, and stays in the file that it is in. */
static void incompressible(void **state)
{
	static uint8_t image[64 * SECTOR_SIZE];
	struct rj_plan plan;
	uint32_t random = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(image); i++) {
		random = random * 1664525u + 1013904223u;
		image[i] = (uint8_t)(random >> 24);
	}
	le_store(image + SIGNATURE_OFFSET, SIGNATURE, 2);
	assert_int_equal(read_disk(&plan, image, sizeof(image), NULL), RJ_OK);
	assert_int_equal(plan.services.image.flags, 0);
	assert_int_equal(plan.services.image.packed_size, sizeof(image));
	assert_ptr_equal(plan.pieces[1].input, &file);
	assert_int_equal(plan.disk_file.fd, -1);
	gives(&plan, image, sizeof(image));
	done(&plan);
}

struct found {
	size_t count;
	struct rj_error last;
};

static void keep(void *context, const struct rj_error *finding)
{
	struct found *found = context;

	if (finding->class == RJ_NOTE)
		return;
	found->count++;
	found->last = *finding;
}

/* Sums the RAM disk in advance, so that writing the image leaves the sum alone. */
static void sum_disk(struct rj_plan *plan)
{
	uint32_t crc;

	if (plan->services.image.flags & RJ_DISK_DEFLATED)
		return;
	assert_int_equal(rj_plan_copy_piece(&plan->pieces[2], &unit_nowhere, 0, &crc, &error), RJ_OK);
	rj_services_set_sum(plan, crc);
	plan->pieces[2].flags = 0;
}

/*
 * What verify finds in an image whose every CRC-32 is right, but in which a number of
 * struct rj_services, or a byte of the RAM disk, is another than it was.
 */
static struct found verify_with(int level, size_t offset, uint64_t change, bool in_disk)
{
	static uint8_t image[9 * SECTOR_SIZE];
	struct rj_service_table table = { rj_service_blobs, rj_service_blob_count };
	struct wishes wishes = { .level = level };
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	struct rj_input packed = unit_input("", 0);
	const struct rj_output output = { .fd = packed.fd };
	struct rj_services_info info;
	struct found found = { 0 };
	struct rj_image written;
	struct rj_plan plan;

	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = (uint8_t)(i * i / 3);
	le_store(image + SIGNATURE_OFFSET, SIGNATURE, 2);
	assert_int_equal(read_disk(&plan, image, sizeof(image), &wishes), RJ_OK);
	assert_int_equal(rj_services_plan(&plan, &table, &error), RJ_OK);
	assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
	rj_services_of_plan(&info, unit_stub(), &plan);
	if (in_disk) {
		uint8_t byte;

		assert_int_equal(pread(plan.pieces[2].input->fd, &byte, 1, (off_t)offset), 1);
		byte ^= (uint8_t)change;
		assert_int_equal(pwrite(plan.pieces[2].input->fd, &byte, 1, (off_t)offset), 1);
	} else {
		uint8_t *at = plan.pieces[1].bytes + offset;

		sum_disk(&plan);
		le_store(at, le32(at) ^ change, 4);
	}
	assert_int_equal(container_elf.write(&container_elf, &plan, &blob, &output, &written, &error), RJ_OK);
	packed.size = written.file_size;
	assert_int_equal(rj_image_read(&written, &packed, &error), RJ_OK);
	rj_image_check(&written, &packed, keep, &found);
	rj_input_close(&packed);
	done(&plan);
	return found;
}

static void verified(void **state)
{
	const size_t at = offsetof(struct rj_services, image);
	struct found found;

	(void)state;
	for (int level = 0; level <= 9; level += 9) {
		assert_int_equal(verify_with(level, at, 0, false).count, 0);
		found = verify_with(level, at + offsetof(struct rj_disk_image, address), 0x1000,
				    false);
		assert_int_equal(found.count, 1);
		unit_says(&found.last, "RAM disk's address");
		found = verify_with(level, at + offsetof(struct rj_disk_image, crc), 1, false);
		assert_int_equal(found.count, 1);
		assert_error(found.last.class, &found.last, RJ_BAD,
			     "the CRC-32 of the RAM disk");
	}
	found = verify_with(9, at + offsetof(struct rj_disk_image, packed_size), 1, false);
	assert_int_equal(found.count, 1);
	found = verify_with(9, at + offsetof(struct rj_disk_image, size), 0x200, false);
	assert_int_equal(found.count, 1);
	found = verify_with(9, 0, 0x40, true);
	assert_int_equal(found.count, 1);
	if (!strstr(found.last.text, "the CRC-32 of the RAM disk"))
		unit_says(&found.last, "the RAM disk's compressed bytes are damaged");
	/* one that is not compressed is summed as it is written, after the change */
	assert_int_equal(verify_with(0, 4000, 0x40, true).count, 0);
}

#define AFTER_SERVICES 0

/* Both at the first free page at or above 1 MiB, the services first. */
static void places(void **state)
{
	static const struct { uint64_t at[2], size[2], services, disk; } rows[] = {
		{ { 0x200000, 0x300000 }, { 16, 16 }, HIGH_MEMORY, AFTER_SERVICES },
		{ { 0x100000, 0x300000 }, { 1, 16 }, 0x101000, AFTER_SERVICES },
		{ { 0x100000, 0x101000 }, { 0x1000, 0x1000 }, 0x102000, AFTER_SERVICES },
		{ { 0x101000, 0x100000 }, { 0x1001, 0x800 }, 0x103000, AFTER_SERVICES },
		{ { 0x101000, 0x103000 }, { 0x100, 0x100 }, 0x104000, AFTER_SERVICES },
		{ { 0x100000, 0x104000 }, { 0x100, 0xFBEFC000 }, 0xFC000000, 0x101000 },
		{ { 0x104000, 0x100100 }, { 0xFBEFC000, 0x100 }, 0xFC000000, 0x101000 },
	};
	static uint8_t image[9000];
	struct rj_service_table table = { rj_service_blobs, rj_service_blob_count };
	struct wishes wishes = { .level = 0 };

	(void)state;
	le_store(image + SIGNATURE_OFFSET, SIGNATURE, 2);
	FOR_EACH(i, rows) {
		struct rj_input other = { .fd = -1, .path = "unit" };
		const struct rj_plan_piece *last;
		struct rj_plan plan;

		assert_int_equal(read_disk(&plan, image, sizeof(image), &wishes), RJ_OK);
		rj_plan_add(&plan, ".raw", rows[i].at[0], &other, 0, rows[i].size[0], &error);
		rj_plan_add(&plan, ".raw", rows[i].at[1], &other, 0, rows[i].size[1], &error);
		assert_int_equal(rj_services_plan(&plan, &table, &error), RJ_OK);
		last = &plan.pieces[plan.piece_count - 1];
		assert_int_equal(last->flags, RJ_PIECE_SERVICES);
		assert_int_equal(last->address, rows[i].services);
		assert_int_equal(plan.services.image.address, rows[i].disk != AFTER_SERVICES
				 ? rows[i].disk : ROUND_UP(last->address + last->size, 0x1000));
		assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
		done(&plan);
	}
}

UNIT_MAIN(cmocka_unit_test(floppies), cmocka_unit_test(geometry_by_table),
	  cmocka_unit_test(geometry_by_search), cmocka_unit_test(geometry_untold),
	  cmocka_unit_test(geometry_of_partition),
	  cmocka_unit_test(superfloppies), cmocka_unit_test(partitioned_floppies),
	  cmocka_unit_test(small_images), cmocka_unit_test(large_sectors),
	  cmocka_unit_test(data_disks), cmocka_unit_test(cd_or_disk), cmocka_unit_test(left_over),
	  cmocka_unit_test(contradictions), cmocka_unit_test(cut_volumes),
	  cmocka_unit_test(geometry_by_parameters), cmocka_unit_test(geometry_by_size),
	  cmocka_unit_test(geometry_in_words), cmocka_unit_test(hard_disks),
	  cmocka_unit_test(padding), cmocka_unit_test(no_emulation),
	  cmocka_unit_test(emulated_floppies), cmocka_unit_test(emulated_hard_disk),
	  cmocka_unit_test(packed_cylinders), cmocka_unit_test(bad_catalogs),
	  cmocka_unit_test(cut_cds), cmocka_unit_test(sections), cmocka_unit_test(look_alikes),
	  cmocka_unit_test(foreign), cmocka_unit_test(foreign_pe), cmocka_unit_test(gzip_files), cmocka_unit_test(inflated),
	  cmocka_unit_test(incompressible),
	  cmocka_unit_test(verified), cmocka_unit_test(places))
