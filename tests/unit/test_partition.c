/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <zlib.h>

#include "abi/layout.h"
#include "common/boot_sector.h"
#include "common/le.h"
#include "disk/partition.h"
#include "disk/vbr.h"
#include "image/plan.h"
#include "payload/hand_over.h"
#include "payload/payload.h"

#define PARTITION_NONE(n) { RJ_BAD, "no partition " #n }

static struct rj_error error;       /* of the last call that failed */

#define SECTORS 256u
#define LARGE   4096u
#define BYTES   (SECTORS * LARGE)       /* room for large ones, too */

static uint8_t disk[BYTES];

static void put_entry(uint64_t sector, size_t n, uint8_t flag, uint8_t type, uint32_t first,
		      uint32_t sectors)
{
	uint8_t *at = disk + sector + PARTITION_TABLE + n * 16;

	memset(at, 0, 16);
	at[0] = flag;
	at[4] = type;
	le_store(at + 8, first, 4);
	le_store(at + 12, sectors, 4);
	le_store(disk + sector + SIGNATURE_OFFSET, SIGNATURE, 2);
}

static enum rj_err find(size_t size, uint32_t sector_size, uint32_t number,
			struct rj_partition *partition)
{
	struct rj_input input = unit_input(disk, size);
	enum rj_err code = rj_partition_find(&input, sector_size, number, partition, &error);

	rj_input_close(&input);
	return code;
}

/* Two primary ones, an extended one with three logical ones. */
static void make_mbr(uint32_t sector_size)
{
	memset(disk, 0, sizeof(disk));
	put_entry(0, 0, 0, 0x06, 1, 10);
	put_entry(0, 1, 0x80, 0x07, 11, 10);
	put_entry(0, 3, 0, 0x0F, 100, 100);
	put_entry(100 * sector_size, 0, 0, 0x83, 2, 5);
	put_entry(100 * sector_size, 1, 0, 0x05, 20, 30);
	put_entry(120 * sector_size, 0, 0, 0x82, 3, 6);
	put_entry(120 * sector_size, 1, 0, 0x05, 50, 30);
	put_entry(150 * sector_size, 0, 0, 0x0B, 4, 7);
}

static void mbr_partitions(void **state)
{
	static const struct {
		uint32_t number;
		struct unit_outcome outcome;
		uint64_t first, sectors;
	} rows[] = {
		{ 0, GOOD, 11, 10 }, { 1, GOOD, 1, 10 }, { 2, GOOD, 11, 10 },
		{ 3, PARTITION_NONE(3), 0, 0 }, { 4, GOOD, 100, 100 },
		{ 5, GOOD, 102, 5 }, { 6, GOOD, 123, 6 }, { 7, GOOD, 154, 7 },
		{ 8, PARTITION_NONE(8), 0, 0 },
		{ UINT32_MAX, PARTITION_NONE(4294967295), 0, 0 },
	};
	static const uint32_t sizes[] = { SECTOR_SIZE, LARGE };

	(void)state;
	FOR_EACH_OF(i, "rows", 2 * COUNT_OF(rows)) {
		uint32_t size = sizes[i % 2];
		struct rj_partition found;

		make_mbr(size);
		assert_outcome(find(SECTORS * size, size, rows[i / 2].number, &found),
			       &error, &rows[i / 2].outcome);
		if (rows[i / 2].outcome.class)
			continue;
		assert_int_equal(found.first, rows[i / 2].first);
		assert_int_equal(found.entry.first_sector, rows[i / 2].first);
		assert_int_equal(found.sectors, rows[i / 2].sectors);
		assert_int_equal(found.sector_size, size);
		assert_int_equal(found.number, rows[i / 2].number ? rows[i / 2].number : 2);
		assert_false(found.gpt);
	}
}

/* Without an active primary partition an active logical one is it. */
static void active_logical(void **state)
{
	struct rj_partition found;

	(void)state;
	make_mbr(SECTOR_SIZE);
	disk[PARTITION_TABLE + 16] = 0;
	assert_error(find(SECTORS * SECTOR_SIZE, 0, 0, &found), &error, RJ_BAD,
		     "no partition is active");
	disk[120 * SECTOR_SIZE + PARTITION_TABLE] = 0x80;
	assert_int_equal(find(SECTORS * SECTOR_SIZE, 0, 0, &found), RJ_OK);
	assert_int_equal(found.number, 6);
}

/* MBR code starts none of several active partitions, even if one of them is unused. */
static void sole_active(void **state)
{
	static const struct { uint8_t unused, primary, logical, link; bool sole; } rows[] = {
		{ 0, 0x80, 0, 0, true }, { 0x80, 0x80, 0, 0, false }, { 0, 0x80, 0x80, 0, true },
		{ 0, 0, 0x80, 0, true }, { 0x80, 0, 0x80, 0, false }, { 0, 0, 0x80, 0x80, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rj_partition found;

		make_mbr(SECTOR_SIZE);
		disk[PARTITION_TABLE + 16] = rows[i].primary;
		disk[PARTITION_TABLE + 32] = rows[i].unused;
		disk[120 * SECTOR_SIZE + PARTITION_TABLE] = rows[i].logical;
		disk[120 * SECTOR_SIZE + PARTITION_TABLE + 16] = rows[i].link;
		assert_int_equal(find(SECTORS * SECTOR_SIZE, 0, 0, &found), RJ_OK);
		assert_int_equal(found.number, rows[i].primary ? 2 : 6);
		assert_int_equal(found.sole, rows[i].sole);
	}
}

/* Chains that never end, lead out of the disk, or to no boot record. */
static void damaged_chains(void **state)
{
	static const struct { uint32_t link; bool is_signed; } rows[] = {
		{ 0, true }, { 20, true }, { 50, true }, { 1000, true }, { UINT32_MAX, true },
		{ 60, false },
	};
	struct rj_partition found;

	(void)state;
	FOR_EACH(i, rows) {
		make_mbr(SECTOR_SIZE);
		put_entry(150 * SECTOR_SIZE, 1, 0, 0x05, rows[i].link, 1);
		if (!rows[i].is_signed)
			put_entry(160 * SECTOR_SIZE, 0, 0, 0x83, 1, 1);
		disk[160 * SECTOR_SIZE + SIGNATURE_OFFSET] = 0;
		assert_int_equal(find(SECTORS * SECTOR_SIZE, 0, 7, &found), RJ_OK);
		assert_error(find(SECTORS * SECTOR_SIZE, 0, 5000, &found), &error, RJ_BAD,
			     "no partition 5000");
	}
	memset(disk, 0xFF, sizeof(disk));
	assert_error(find(SECTORS * SECTOR_SIZE, 0, 1, &found), &error, RJ_BAD,
		     "no partition table");
	memset(disk, 0, sizeof(disk));
	assert_error(find(1, 0, 1, &found), &error, RJ_BAD, "no partition table");
	put_entry(0, 0, 0, 0, 0, 0);
	assert_error(find(SECTOR_SIZE, 0, 0, &found), &error, RJ_BAD, "no partition table");
}

struct gpt { uint32_t sector_size, entry_size; };

static void put_header(const struct gpt *gpt, uint64_t here, uint64_t entries)
{
	uint8_t *at = disk + here * gpt->sector_size;
	size_t size = (size_t)8 * gpt->entry_size;

	memset(at, 0, SECTOR_SIZE);
	memcpy(at, "EFI PART\0\0\1", 12);
	le_store(at + 12, 92, 4);
	le_store(at + 24, here, 8);
	le_store(at + 72, entries, 8);
	le_store(at + 80, 8, 4);
	le_store(at + 84, gpt->entry_size, 4);
	le_store(at + 88, crc32(0, disk + entries * gpt->sector_size, (uInt)size), 4);
	le_store(at + 16, crc32(0, at, 92), 4);
}

/* Partition 2 is bootable, 3 has no type; at 40 the entries, at 200 those of the backup. */
static void make_gpt(const struct gpt *gpt)
{
	memset(disk, 0, sizeof(disk));
	put_entry(0, 0, 0, PARTITION_GPT, 1, SECTORS - 1);
	for (uint64_t table = 40; table <= 200; table += 160)
		for (uint32_t i = 0; i < 4; i++) {
			uint8_t *at = disk + table * gpt->sector_size + i * gpt->entry_size;

			memset(at, i == 2 ? 0 : 0xA0 + (int)i, 16);
			le_store(at + 32, 60 + 10 * i, 8);
			le_store(at + 40, 69 + 10 * i, 8);
			at[48] = i == 1 ? 0x4 : 0x3;
		}
	put_header(gpt, 1, 40);
	put_header(gpt, SECTORS - 1, 200);
}

static void gpt_two_bootable(void **state)
{
	static const struct gpt gpt = { SECTOR_SIZE, 128 };
	struct rj_partition found;

	(void)state;
	make_gpt(&gpt);
	disk[40 * SECTOR_SIZE + 3 * 128 + 48] = 0x4;
	put_header(&gpt, 1, 40);
	assert_int_equal(find(SECTORS * SECTOR_SIZE, 0, 0, &found), RJ_OK);
	assert_int_equal(found.number, 2);
	assert_false(found.sole);
}

static void gpt_partitions(void **state)
{
	static const struct gpt shapes[] = {
		{ SECTOR_SIZE, 128 }, { SECTOR_SIZE, 256 }, { LARGE, 128 }, { LARGE, 512 } };

	(void)state;
	FOR_EACH(i, shapes) {
		const struct gpt *gpt = &shapes[i];
		size_t size = SECTORS * gpt->sector_size;
		struct rj_partition found;

		make_gpt(gpt);
		assert_int_equal(find(size, 0, 0, &found), RJ_OK);
		assert_int_equal(found.number, 2);
		assert_int_equal(found.first, 70);
		assert_int_equal(found.sectors, 10);
		assert_int_equal(found.sector_size, gpt->sector_size);
		assert_true(found.gpt && found.active && !found.backup && found.sole);
		assert_int_equal(found.gpt_entry[0], 0xA1);
		assert_int_equal(found.gpt_entry[48], 0x4);
		assert_int_equal(find(size, 0, 4, &found), RJ_OK);
		assert_int_equal(found.first, 90);
		assert_false(found.active);
		assert_error(find(size, 0, 3, &found), &error, RJ_BAD, "no partition 3");
		assert_error(find(size, 0, 9, &found), &error, RJ_BAD, "no partition 9");
		/* of the wrong sector size there is none */
		assert_error(find(size, gpt->sector_size ^ SECTOR_SIZE ^ LARGE, 1, &found),
			     &error, RJ_BAD, "the GPT is damaged");
	}
}

/* Each byte of a header and of an entry counts: the backup is taken, and then nothing. */
static void gpt_damaged(void **state)
{
	static const struct gpt gpt = { SECTOR_SIZE, 128 };
	size_t size = SECTORS * SECTOR_SIZE;
	struct rj_partition found;

	(void)state;
	for (size_t i = 0; i < 92 + 128; i++) {
		size_t primary = i < 92 ? SECTOR_SIZE + i : 40 * SECTOR_SIZE + i - 92;
		size_t backup = i < 92 ? (SECTORS - 1) * SECTOR_SIZE + i
				       : 200 * SECTOR_SIZE + i - 92;

		make_gpt(&gpt);
		disk[primary] ^= 0x10;
		assert_int_equal(find(size, 0, 2, &found), RJ_OK);
		assert_true(found.backup);
		assert_int_equal(found.first, 70);
		disk[backup] ^= 0x10;
		assert_error(find(size, SECTOR_SIZE, 2, &found), &error, RJ_BAD,
			     "the GPT is damaged");
	}
	/* cut off, or with numbers that lead out of the disk, and a CRC that fits */
	make_gpt(&gpt);
	disk[SECTOR_SIZE] = 0;
	assert_error(find(size - SECTOR_SIZE, SECTOR_SIZE, 2, &found), &error, RJ_BAD,
		     "the GPT is damaged");
	assert_error(find(SECTOR_SIZE, SECTOR_SIZE, 2, &found), &error, RJ_BAD,
		     "the GPT is damaged");
}

static void gpt_out_of_disk(void **state)
{
	static const struct { size_t at; uint64_t value; size_t size; } rows[] = {
		{ 12, 91, 4 }, { 12, 513, 4 }, { 12, UINT32_MAX, 4 }, { 24, 2, 8 },
		{ 72, SECTORS, 8 }, { 72, UINT64_MAX, 8 }, { 72, UINT64_MAX / 512 + 1, 8 },
		{ 80, UINT32_MAX, 4 }, { 80, 0, 4 }, { 84, 127, 4 }, { 84, 0, 4 },
		{ 84, UINT32_MAX, 4 },
	};
	static const struct gpt gpt = { SECTOR_SIZE, 128 };

	(void)state;
	FOR_EACH(i, rows) {
		uint8_t *header = disk + SECTOR_SIZE;
		struct rj_partition found;

		make_gpt(&gpt);
		memset(disk + (SECTORS - 1) * SECTOR_SIZE, 0, SECTOR_SIZE);
		le_store(header + rows[i].at, rows[i].value, rows[i].size);
		le_store(header + 16, 0, 4);
		le_store(header + 16, crc32(0, header, 92), 4);
		assert_error(find(SECTORS * SECTOR_SIZE, 0, 2, &found), &error, RJ_BAD,
			     "the GPT is damaged");
	}
}

/* A hybrid MBR's active partition counts if the GPT names none. */
static void gpt_hybrid(void **state)
{
	static const struct gpt gpt = { SECTOR_SIZE, 128 };
	size_t size = SECTORS * SECTOR_SIZE;
	struct rj_partition found;

	(void)state;
	make_gpt(&gpt);
	put_entry(0, 1, 0x80, 0x07, 60, 10);
	assert_int_equal(find(size, 0, 0, &found), RJ_OK);
	assert_true(found.gpt);
	disk[40 * SECTOR_SIZE + 128 + 48] = 0;
	put_header(&gpt, 1, 40);
	assert_int_equal(find(size, 0, 0, &found), RJ_OK);
	assert_false(found.gpt);
	assert_int_equal(found.first, 60);
	/* without the protective entry a GPT is a remnant */
	disk[PARTITION_TABLE + 4] = 0;
	assert_error(find(size, 0, 4, &found), &error, RJ_BAD, "no partition 4");
}

/* A boot sector of each file system, as far as anybody looks. */
static void make_vbr(uint8_t *sector, const char *name, uint16_t root_entries)
{
	memset(sector, 0, SECTOR_SIZE);
	memcpy(sector, "\xEB\x58\x90", 3);
	memcpy(sector + 3, name, 8);
	le_store(sector + 0x0B, SECTOR_SIZE, 2);
	le_store(sector + BPB_ROOT_ENTRIES, root_entries, 2);
	sector[BPB_MEDIA] = 0xF8;
	le_store(sector + BPB_HIDDEN, 77, 4);
	le_store(sector + BPB_SECTORS32, 0x12345, 4);
	memcpy(sector + 0x36, root_entries == 64 ? "FAT12   " : "FAT16   ", 8);
	if (strcmp(name, "EXFAT   ") == 0) {
		memset(sector + 0x0B, 0, 0x35);
		le_store(sector + 0x40, 77, 8);
		le_store(sector + 0x48, 0x12345, 8);
		sector[0x6C] = 9;
	} else if (strcmp(name, "NTFS    ") == 0) {
		le_store(sector + 0x28, 0x12345, 8);
	}
	le_store(sector + SIGNATURE_OFFSET, SIGNATURE, 2);
}

static enum rj_err read_vbr(struct rj_vbr *vbr, const struct rj_vbr_choice *choice, size_t size)
{
	struct rj_input input = unit_input(disk, size);
	enum rj_err code = rj_vbr_read(vbr, &input, choice, 0x83, &error);

	rj_input_close(&input);
	return code;
}

/* What --bpb changes, and nothing else. */
static void patched_fields(void **state)
{
	static const struct {
		const char *name;
		uint16_t root_entries;
		uint8_t type;
		size_t hidden, hidden_size, drive;
	} rows[] = {
		{ "MSDOS5.0", 64, 0x01, 0x1C, 4, 0x24 }, { "MSDOS5.0", 512, 0x0E, 0x1C, 4, 0x24 },
		{ "MSDOS5.0", 0, 0x0C, 0x1C, 4, 0x40 }, { "NTFS    ", 0, 0x07, 0x1C, 4, 0x24 },
		{ "EXFAT   ", 0, 0x07, 0x40, 8, 0x6F }, { "EXTLINUX", 0, 0x83, 0x1C, 4, 0x40 },
	};

	(void)state;
	FOR_EACH_OF(i, "rows", 4 * COUNT_OF(rows)) {
		struct rj_vbr_choice choice = { .has_hidden = true, .hidden = 0x12345678,
					    .bpb = i % 4 };
		uint8_t expected[SECTOR_SIZE];
		struct rj_vbr vbr;

		make_vbr(disk, rows[i / 4].name, rows[i / 4].root_entries);
		memcpy(expected, disk, sizeof(expected));
		if (choice.bpb & RJ_BPB_HIDDEN)
			le_store(expected + rows[i / 4].hidden, 0x12345678, rows[i / 4].hidden_size);
		if (choice.bpb & RJ_BPB_DRIVE)
			expected[rows[i / 4].drive] = 0x83;
		assert_int_equal(read_vbr(&vbr, &choice, SECTOR_SIZE), RJ_OK);
		assert_int_equal(vbr.size, SECTOR_SIZE);
		assert_memory_equal(vbr.bytes, expected, sizeof(expected));
		assert_int_equal(vbr.partition.entry.type, rows[i / 4].type);
		assert_int_equal(vbr.partition.first, 0x12345678);
		assert_int_equal(vbr.partition.sectors, 0x12345);
		rj_vbr_free(&vbr);
		choice.has_hidden = false;
		assert_int_equal(read_vbr(&vbr, &choice, SECTOR_SIZE), RJ_OK);
		assert_int_equal(vbr.partition.first, 77);
		rj_vbr_free(&vbr);
	}
}

static void vbr_refused(void **state)
{
	struct rj_vbr_choice bpb = { .bpb = RJ_BPB_DRIVE }, plain = { 0 };
	struct rj_vbr_choice far = { .has_hidden = true, .hidden = UINT64_C(1) << 32,
				 .bpb = RJ_BPB_HIDDEN };
	struct rj_vbr_choice large = { .sector_size = LARGE }, seventh = { .partition = 7 };
	struct rj_vbr vbr;

	(void)state;
	memset(disk, 0, sizeof(disk));
	assert_error(read_vbr(&vbr, &plain, SECTOR_SIZE), &error, RJ_BAD,
		     "the partition's first sector has no boot sector signature");
	assert_error(read_vbr(&vbr, &plain, SECTOR_SIZE - 1), &error, RJ_BAD,
		     "bytes: a boot sector is");
	le_store(disk + SIGNATURE_OFFSET, SIGNATURE, 2);
	assert_error(read_vbr(&vbr, &bpb, SECTOR_SIZE), &error, RJ_BAD,
		     "the boot sector has no known BIOS parameter block");
	make_vbr(disk, "NTFS    ", 0);
	assert_error(read_vbr(&vbr, &far, SECTOR_SIZE), &error, RJ_BAD,
		     "does not fit in the BIOS parameter block");
	assert_error(read_vbr(&vbr, &large, SECTOR_SIZE), &error, RJ_BAD,
		     "bytes: a boot sector is");
	make_mbr(SECTOR_SIZE);
	assert_error(read_vbr(&vbr, &seventh, SECTORS * SECTOR_SIZE), &error, RJ_BAD,
		     "the partition's first sector has no boot sector signature");
	assert_error(read_vbr(&vbr, &seventh, 151 * SECTOR_SIZE), &error, RJ_BAD,
		     "the partition starts after the end of the disk");
}

/* A disk with a boot sector in each of its partitions, marked by the sector's number. */
static void vbr_of_disk(void **state)
{
	static const struct { uint32_t partition; uint8_t mark; } rows[] = {
		{ 0, 11 }, { 1, 1 }, { 5, 102 }, { 7, 154 } };
	static const uint32_t sizes[] = { SECTOR_SIZE, LARGE };

	(void)state;
	FOR_EACH_OF(i, "rows", 2 * COUNT_OF(rows)) {
		uint32_t size = sizes[i % 2];
		struct rj_vbr_choice choice = { .partition = rows[i / 2].partition,
					    .sector_size = size };
		size_t at = rows[i / 2].mark * size;
		struct rj_vbr vbr;

		make_mbr(size);
		make_vbr(disk + at, "MSDOS5.0", 512);
		disk[at + 0x100] = rows[i / 2].mark;
		disk[at + size - 1] |= 0x40;
		if (size == LARGE) {
			assert_int_equal(read_vbr(&vbr, &choice, SECTORS * size), RJ_OK);
		} else {
			assert_error(read_vbr(&vbr, &choice, SECTORS * size), &error, RJ_BAD,
				     "has no boot sector signature");
			disk[at + size - 1] = 0xAA;
			assert_int_equal(read_vbr(&vbr, &choice, SECTORS * size), RJ_OK);
		}
		assert_int_equal(vbr.size, size);
		assert_memory_equal(vbr.bytes, disk + at, size);
		rj_vbr_free(&vbr);
	}
}

/* EXTLINUX's boot sector on XFS is 2 KiB after the superblock. */
static void vbr_of_xfs(void **state)
{
	struct rj_vbr_choice choice = { .partition = 1 };
	struct rj_vbr vbr;

	(void)state;
	make_mbr(SECTOR_SIZE);
	memcpy(disk + SECTOR_SIZE, "XFSB", 4);
	assert_error(read_vbr(&vbr, &choice, SECTORS * SECTOR_SIZE), &error, RJ_BAD,
		     "the partition's first sector has no boot sector signature");
	make_vbr(disk + 5 * SECTOR_SIZE, "EXTLINUX", 0);
	assert_int_equal(read_vbr(&vbr, &choice, SECTORS * SECTOR_SIZE), RJ_OK);
	assert_memory_equal(vbr.bytes, disk + 5 * SECTOR_SIZE, SECTOR_SIZE);
	assert_int_equal(vbr.partition.first, 1);
	rj_vbr_free(&vbr);
}

static void hand_over(struct rj_plan *plan, const struct rj_partition *partition)
{

	rj_plan_init(plan, 0x81);
	assert_int_equal(rj_vbr_hand_over(plan, partition, &error), RJ_OK);
	assert_int_equal(plan->piece_count, 1);
	assert_int_equal(plan->pieces[0].address, 0x7BE);
	assert_int_equal(plan->regs.edx, 0x81);
	assert_int_equal(plan->regs.ebx, 0x81);
	assert_int_equal(plan->regs.ds, 0);
	assert_int_equal(plan->regs.ebp, plan->regs.esi);
}

/* The whole table, the partition the only active one in it. */
static void handed_over_mbr(void **state)
{
	struct rj_partition found;
	uint8_t expected[64];
	struct rj_plan plan;

	(void)state;
	for (uint32_t number = 1; number <= 4; number += number == 2 ? 2 : 1) {
		make_mbr(SECTOR_SIZE);
		assert_int_equal(find(SECTORS * SECTOR_SIZE, 0, number, &found), RJ_OK);
		memcpy(expected, disk + PARTITION_TABLE, sizeof(expected));
		expected[16] = 0;
		expected[(number - 1) * 16] = 0x80;
		hand_over(&plan, &found);
		assert_int_equal(plan.pieces[0].size, 64);
		assert_memory_equal(plan.pieces[0].bytes, expected, sizeof(expected));
		assert_int_equal(plan.regs.esi, 0x7BE + (number - 1) * 16);
		assert_int_equal(plan.regs.eax, 0);
		rj_plan_free(&plan);
	}
	/* a logical one alone, from the disk's start */
	assert_int_equal(find(SECTORS * SECTOR_SIZE, 0, 6, &found), RJ_OK);
	memset(expected, 0, sizeof(expected));
	memcpy(expected, "\x80\0\0\0\x82\0\0\0\x7B\0\0\0\6", 13);
	hand_over(&plan, &found);
	assert_memory_equal(plan.pieces[0].bytes, expected, sizeof(expected));
	assert_int_equal(plan.regs.esi, 0x7BE);
	rj_plan_free(&plan);
}

static void handed_over_gpt(void **state)
{
	static const struct gpt gpt = { SECTOR_SIZE, 256 };
	struct rj_partition found;
	struct rj_plan plan;

	(void)state;
	make_gpt(&gpt);
	assert_int_equal(find(SECTORS * SECTOR_SIZE, 0, 2, &found), RJ_OK);
	hand_over(&plan, &found);
	assert_int_equal(plan.pieces[0].size, 16 + 4 + 128);
	assert_memory_equal(plan.pieces[0].bytes, "\x80\0\0\0\xED\0\0\0\x46\0\0\0\x0A\0\0\0\x80\0\0\0",
			    20);
	assert_memory_equal(plan.pieces[0].bytes + 20, disk + 40 * SECTOR_SIZE + 256, 128);
	assert_int_equal(plan.regs.esi, 0x7BE);
	assert_int_equal(plan.regs.eax, 0x54504721);
	assert_int_equal(plan.note_count, 0);
	rj_plan_free(&plan);
	/* above 32 bits, and from the backup */
	found.first = UINT64_C(1) << 32;
	found.sectors = UINT64_MAX;
	found.backup = true;
	hand_over(&plan, &found);
	assert_memory_equal(plan.pieces[0].bytes + 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8);
	assert_note(&plan.notes[0], "the primary GPT is damaged");
	rj_plan_free(&plan);
}

UNIT_MAIN(cmocka_unit_test(mbr_partitions), cmocka_unit_test(active_logical),
	  cmocka_unit_test(sole_active), cmocka_unit_test(damaged_chains),
	  cmocka_unit_test(gpt_partitions), cmocka_unit_test(gpt_two_bootable),
	  cmocka_unit_test(gpt_damaged), cmocka_unit_test(gpt_out_of_disk),
	  cmocka_unit_test(gpt_hybrid), cmocka_unit_test(patched_fields),
	  cmocka_unit_test(vbr_refused), cmocka_unit_test(vbr_of_disk), cmocka_unit_test(vbr_of_xfs),
	  cmocka_unit_test(handed_over_mbr), cmocka_unit_test(handed_over_gpt))
