/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "abi/layout.h"
#include "common/boot_sector.h"
#include "common/le.h"
#include "disk/grub_core.h"
#include "payload/payload.h"

#define CORE_BEHIND { RJ_BAD, "no core.img at" }
#define CORE_MAGIC { RJ_BAD, "not a core.img of GRUB" }
#define CORE_PXE { RJ_BAD, "this is GRUB for network boot" }
#define CORE_SHORT { RJ_BAD, "cut short: by its own headers" }

static struct rj_error error;       /* of the last call that failed */

/* A core.img of its own making: diskboot's marks, a decompressor's, then bytes. */
#define COMPRESSED_AT 0x900u
#define COMPRESSED    3000u
#define CORE_SIZE     (COMPRESSED_AT + COMPRESSED)
#define CORE_SECTORS  ((CORE_SIZE - 1) / GRUB_SECTOR)

static void make_core(uint8_t *core, uint64_t lba)
{
	static const uint8_t diskboot[] = { 0x52, 0x56, 0xBF, 0xF4, 0x81, 0x66, 0x8B, 0x2D };
	static const uint8_t unpack[] = { 0xBF, 0, 0, 0x10, 0, 0xBE };
	uint8_t *head = core + GRUB_SECTOR;

	memset(core, 0xCC, CORE_SIZE);
	memset(core + 0x100, 0, 0x100);
	memcpy(core, diskboot, sizeof(diskboot));
	le_store(core + 0x1F4, lba + 1, 8);
	le_store(core + 0x1FC, CORE_SECTORS, 2);
	le_store(core + 0x1FE, 0x820, 2);
	memset(head, 0, sizeof(struct grub_core_head));
	head[0] = 0xEA;
	LE_PUT(head, struct grub_core_head, compressed_size, COMPRESSED);
	memcpy(core + 0x600, unpack, sizeof(unpack));
	le_store(core + 0x600 + sizeof(unpack), GRUB_CORE_ADDRESS + COMPRESSED_AT, 4);
}

static const struct payload_kind *find_kind(const char *name)
{
	for (size_t i = 0; i < payload_kind_count; i++)
		if (strcmp(payload_kinds[i]->name, name) == 0)
			return payload_kinds[i];
	fail_msg("no kind %s", name);
	return NULL;
}

static enum rj_err read_as(const char *name, const uint8_t *bytes, size_t size,
			   struct rj_plan *plan)
{
	struct rj_input input = unit_input(bytes, size);
	enum rj_err code;

	rj_plan_init(plan, 0x80);
	code = find_kind(name)->read(plan, &input, &(struct payload_argument){ 0 }, &error);
	rj_input_close(&input);
	return code;
}

static void core_of_every_length(void **state)
{
	uint8_t core[CORE_SIZE + 600];

	(void)state;
	memset(core, 0, sizeof(core));
	make_core(core, 1);
	for (size_t size = GRUB_SECTOR; size <= sizeof(core); size++) {
		enum rj_err code = grub_core_check(core, size, &error);

		size_t least = 0;

		if (size >= CORE_SIZE) {
			assert_int_equal(code, RJ_OK);
			continue;
		}
		assert_error(code, &error, RJ_BAD, "cut short: by its own headers");
		sscanf(error.text, "%*[^0-9]%zu", &least);
		assert_between(least, size + 1, CORE_SIZE);
	}
}

static void core_with_redundancy(void **state)
{
	uint8_t core[CORE_SIZE + 100];

	(void)state;
	memset(core, 0, sizeof(core));
	make_core(core, 1);
	LE_PUT(core + GRUB_SECTOR, struct grub_core_head, redundancy, 100);
	assert_error(grub_core_check(core, CORE_SIZE + 99, &error), &error, RJ_BAD,
		     "cut short: by its own headers");
	assert_int_equal(grub_core_check(core, CORE_SIZE + 100, &error), RJ_OK);
	/* an unknown decompressor: the list of sectors still has the last one */
	make_core(core, 1);
	core[0x600] = 0;
	assert_error(grub_core_check(core, GRUB_SECTOR * CORE_SECTORS, &error), &error, RJ_BAD,
		     "cut short: by its own headers");
	assert_int_equal(grub_core_check(core, GRUB_SECTOR * CORE_SECTORS + 1, &error), RJ_OK);
}

static void damaged_core(void **state)
{
	uint8_t core[CORE_SIZE];

	(void)state;
	make_core(core, 1);
	core[GRUB_SECTOR] = 0;
	assert_error(grub_core_check(core, CORE_SIZE, &error), &error, RJ_BAD,
		     "does not start with a far jump");
	make_core(core, 1);
	le_store(core + 0x1FC, 0, 2);
	assert_error(grub_core_check(core, CORE_SIZE, &error), &error, RJ_BAD,
		     "diskboot.img's block list is damaged");
	make_core(core, 1);
	le_store(core + 0x1FE, 0x821, 2);
	assert_error(grub_core_check(core, CORE_SIZE, &error), &error, RJ_BAD,
		     "diskboot.img's block list is damaged");
	make_core(core, 1);
	memset(core + 0x104, 0xFF, 0xFC);
	assert_error(grub_core_check(core, CORE_SIZE, &error), &error, RJ_BAD,
		     "diskboot.img's block list is damaged");
	make_core(core, 1);
	LE_PUT(core + GRUB_SECTOR, struct grub_core_head, compressed_size, UINT32_MAX);
	LE_PUT(core + GRUB_SECTOR, struct grub_core_head, redundancy, UINT32_MAX);
	assert_error(grub_core_check(core, CORE_SIZE, &error), &error, RJ_BAD,
		     "cut short: by its own headers");
}

static void read_core(void **state)
{
	uint8_t core[CORE_SIZE];
	struct rj_plan plan;

	(void)state;
	make_core(core, 1);
	assert_int_equal(read_as("grub", core, CORE_SIZE, &plan), RJ_OK);
	assert_int_equal(plan.piece_count, 1);
	assert_int_equal(plan.pieces[0].address, 0x8000);
	assert_int_equal(plan.pieces[0].size, CORE_SIZE);
	assert_int_equal(rj_plan_entry(&plan.regs), 0x8200);
	assert_int_equal(plan.regs.edx, 0x80);
	assert_error(read_as("grub", core, 100, &plan), &error, RJ_BAD,
		     "cut short: by its own headers");
}

static void other_platforms(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		struct unit_outcome outcome;
	} rows[] = {
		{ "\xB2\x7F\xEA\x00\x82", 5, CORE_PXE },
		{ "\xE8\x00\x00\xEB\x3B", 5, CORE_BEHIND },
		{ "\xEA\x1C\x82\0\0\0\0\0\xFF\xFF\0\0\xFF\xFF\1", 15, CORE_SHORT },
		{ "\xEA\x70\x82\0\0\0\3\2\xFF\xFF\0\0\xFF\xFF\1", 15, CORE_MAGIC },
		{ "\xEA\x24\x7C\0\0", 5, CORE_MAGIC },
		{ "", 1, CORE_MAGIC },
	};
	struct rj_plan plan;

	(void)state;
	FOR_EACH(i, rows) {
		uint8_t bytes[2048] = { 0 };

		memcpy(bytes, rows[i].bytes, rows[i].size);
		assert_outcome(read_as("grub", bytes, sizeof(bytes), &plan),
			       &error, &rows[i].outcome);
	}
}

static void make_boot_img(uint8_t *sector, uint64_t kernel_sector)
{
	memset(sector, 0, SECTOR_SIZE);
	unit_boot_img(sector, kernel_sector);
}

#define DISK_SECTORS 32
#define CORE_LBA     5

static void boot_img_with_core(void **state)
{
	static uint8_t disk[DISK_SECTORS * SECTOR_SIZE];
	struct rj_plan plan;

	(void)state;
	make_boot_img(disk, CORE_LBA);
	make_core(disk + CORE_LBA * SECTOR_SIZE, CORE_LBA);
	assert_int_equal(read_as("mbr", disk, sizeof(disk), &plan), RJ_OK);
	assert_int_equal(plan.piece_count, 2);
	assert_string_equal(plan.pieces[1].name, ".core");
	assert_int_equal(plan.pieces[1].address, 0x8000);
	/* a disk has whole sectors */
	assert_int_equal(plan.pieces[1].size, (CORE_SECTORS + 1) * SECTOR_SIZE);
	assert_memory_equal(plan.pieces[1].bytes, disk + CORE_LBA * SECTOR_SIZE, CORE_SIZE);
	assert_int_equal(rj_plan_entry(&plan.regs), 0x8200);
	assert_note(&plan.notes[0], "both are carried");
	rj_plan_free(&plan);
	/* a core.img after boot.img ends with its last byte */
	assert_int_equal(read_as("mbr", disk, CORE_LBA * SECTOR_SIZE + CORE_SIZE, &plan), RJ_OK);
	assert_int_equal(plan.pieces[1].size, CORE_SIZE);
	rj_plan_free(&plan);
}

/* Whatever is wrong with core.img, the boot sector alone is carried. */
static void boot_img_without_core(void **state)
{
	static const struct { size_t at; uint64_t value; size_t size, length; } rows[] = {
		{ 0, 0xEB, 1, CORE_LBA * SECTOR_SIZE + CORE_SIZE - 1 },
		{ 0, 0xEB, 1, CORE_LBA * SECTOR_SIZE + 600 },
		{ 0, 0xEB, 1, CORE_LBA * SECTOR_SIZE + 100 },
		{ 0, 0xEB, 1, 2 * SECTOR_SIZE },
		{ offsetof(struct grub_boot_img, kernel_sector), 6, 8, DISK_SECTORS * SECTOR_SIZE },
		{ offsetof(struct grub_boot_img, kernel_sector), UINT64_MAX, 8,
		  DISK_SECTORS * SECTOR_SIZE },
		{ offsetof(struct grub_boot_img, drive), 0x80, 1, DISK_SECTORS * SECTOR_SIZE },
		{ CORE_LBA * SECTOR_SIZE + 0x1F4, UINT64_MAX, 8, DISK_SECTORS * SECTOR_SIZE },
		{ CORE_LBA * SECTOR_SIZE + 0x1F4, 1000, 8, DISK_SECTORS * SECTOR_SIZE },
		{ CORE_LBA * SECTOR_SIZE + 0x1FC, 0xFFFF, 2, DISK_SECTORS * SECTOR_SIZE },
		{ CORE_LBA * SECTOR_SIZE + 0x1FE, 0x900, 2, DISK_SECTORS * SECTOR_SIZE },
	};

	(void)state;
	FOR_EACH(i, rows) {
		static uint8_t disk[DISK_SECTORS * SECTOR_SIZE];
		struct rj_plan plan;

		make_boot_img(disk, CORE_LBA);
		make_core(disk + CORE_LBA * SECTOR_SIZE, CORE_LBA);
		le_store(disk + rows[i].at, rows[i].value, rows[i].size);
		assert_int_equal(read_as("mbr", disk, rows[i].length, &plan), RJ_OK);
		assert_int_equal(plan.piece_count, 1);
		assert_int_equal(plan.note_count, 2);
		assert_note(&plan.notes[0], "for core.img, but");
		assert_note(&plan.notes[1], "only the first sector is carried");
		unit_says(&plan.notes[1], "not the %zu bytes", rows[i].length - SECTOR_SIZE);
		assert_int_equal(rj_plan_entry(&plan.regs), BOOT_SECTOR);
	}
}

static void boot_sectors_by_length(void **state)
{
	static uint8_t bytes[2 * SECTOR_SIZE];
	struct rj_plan plan;

	(void)state;
	for (size_t size = 1; size < SECTOR_SIZE; size++) {
		enum rj_err code = read_as("mbr", bytes, size, &plan);

		if (size > MBR_CODE_MAX) {
			assert_error(code, &error, RJ_BAD, "bytes: a boot sector is 512");
		} else {
			assert_int_equal(code, RJ_OK);
			assert_int_equal(plan.pieces[0].size, SECTOR_SIZE);
			assert_int_equal(le16(plan.pieces[0].bytes + SIGNATURE_OFFSET), SIGNATURE);
			assert_note(&plan.notes[0], "without a partition table");
		}
		rj_plan_free(&plan);
	}
	assert_error(read_as("mbr", bytes, SECTOR_SIZE, &plan), &error, RJ_BAD,
		     "no boot sector signature");
	le_store(bytes + SIGNATURE_OFFSET, SIGNATURE, 2);
	assert_int_equal(read_as("mbr", bytes, SECTOR_SIZE, &plan), RJ_OK);
	assert_int_equal(plan.note_count, 0);
	assert_int_equal(plan.regs.eax, 0xAA55);
	assert_int_equal(read_as("mbr", bytes, SECTOR_SIZE + 1, &plan), RJ_OK);
	assert_note(&plan.notes[0], "only the first sector is carried");
	unit_says(&plan.notes[0], "not the 1 bytes");
}

/* What a file of these bytes is detected as: a kind's name, or NULL and the code. */
static const char *detected(const uint8_t *bytes, size_t size, enum rj_err *code)
{
	struct rj_input input = unit_input(bytes, size);
	const struct payload_kind *kind = NULL;
	const char *why = NULL;

	*code = payload_detect(&input, &kind, &why, &error);
	rj_input_close(&input);
	if (*code)
		return NULL;
	assert_non_null(why);
	return kind->name;
}

static void detection(void **state)
{
	static uint8_t disk[DISK_SECTORS * SECTOR_SIZE];
	enum rj_err code;

	(void)state;
	assert_null(detected(disk, sizeof(disk), &code));
	assert_error(code, &error, RJ_BAD, "not a payload of a known kind");
	make_core(disk, 1);
	assert_string_equal(detected(disk, CORE_SIZE, &code), "grub");
	make_boot_img(disk, CORE_LBA);
	assert_string_equal(detected(disk, SECTOR_SIZE, &code), "mbr");
	memset(disk + SECTOR_SIZE, 0, sizeof(disk) - SECTOR_SIZE);
	assert_null(detected(disk, sizeof(disk), &code));
	assert_error(code, &error, RJ_BAD, "ambiguous: it could be");
	make_core(disk + CORE_LBA * SECTOR_SIZE, CORE_LBA);
	assert_string_equal(detected(disk, sizeof(disk), &code), "mbr");
	/* not GRUB's: a partition table makes it certain, a parameter block another kind */
	disk[1]++;
	assert_null(detected(disk, SECTOR_SIZE, &code));
	disk[PARTITION_TABLE] = 0x80;
	disk[PARTITION_TABLE + 4] = 0x83;
	assert_string_equal(detected(disk, SECTOR_SIZE, &code), "mbr");
	le_store(disk + 0x0B, 512, 2);
	disk[0x15] = 0xF8;
	assert_string_equal(detected(disk, SECTOR_SIZE, &code), "vbr");
	assert_null(detected(disk, 2 * SECTOR_SIZE, &code));
	assert_error(code, &error, RJ_BAD, "ambiguous: it could be");
	disk[0x15] = 0;
	disk[PARTITION_TABLE + 16] = 1;
	assert_null(detected(disk, SECTOR_SIZE, &code));
}

/* stage2 of GRUB Legacy: a loader, numbers, code that clears memory from the end on. */
#define STAGE2_SIZE 3000u

/* A block of the list by which stage2's first sector loads the rest. */
static void list_block(uint8_t *sector, size_t n, uint32_t start, uint16_t count, uint16_t segment)
{
	uint8_t *block = sector + 0x1F8 - n * 8;

	le_store(block, start, 4);
	le_store(block + 4, count, 2);
	le_store(block + 6, segment, 2);
}

#define STAGE2_SECTORS ((STAGE2_SIZE - 1) / SECTOR_SIZE)

static void make_stage2(uint8_t *bytes)
{
	static const uint8_t head[] = "\xEA\x70\x82\0\0\0\3\2\xFF\xFF\xFF\0\0\0\0\0\0\0" "0.97\0/menu";
	static const uint8_t clear[] = { 0xBF, 0, 0, 0, 0, 0xB9, 0, 0, 0, 0, 0x29, 0xF9 };
	uint8_t *stage2 = bytes + SECTOR_SIZE;

	memset(bytes, 0, STAGE2_SIZE);
	memcpy(stage2, head, sizeof(head));
	memcpy(stage2 + 0x90, clear, sizeof(clear));
	le_store(stage2 + 0x91, 0x8200 + STAGE2_SIZE - SECTOR_SIZE, 4);
	list_block(bytes, 0, 2, STAGE2_SECTORS, 0x820);
}

static void make_stage1(uint8_t *bytes)
{
	memset(bytes, 0, SECTOR_SIZE);
	memcpy(bytes, "\xEB\x48\x90", 3);
	memcpy(bytes + 0x3E, "\3\2\xFF\0\0\x80\1\0\0\0\0\x08", 12);
	le_store(bytes + SIGNATURE_OFFSET, SIGNATURE, 2);
}

static enum rj_err read_stage2(const uint8_t *bytes, size_t size, struct rj_plan *plan,
			       uint32_t partition, const char *menu)
{
	struct rj_input input = unit_input(bytes, size);
	static char number[16];
	enum rj_err code;

	rj_plan_init(plan, 0x81);
	snprintf(number, sizeof(number), "%u", partition);
	if (partition)
		unit_set(plan, "partition", number, NULL);
	if (menu)
		unit_set(plan, "menu", menu, NULL);
	code = find_kind("grub-legacy")->read(plan, &input, &(struct payload_argument){ 0 }, &error);
	rj_input_close(&input);
	return code;
}

static void legacy_stage2(void **state)
{
	uint8_t bytes[STAGE2_SIZE + 10] = { 0 };
	char menu[90] = "";
	struct rj_plan plan;
	uint8_t *placed;

	(void)state;
	make_stage2(bytes);
	for (size_t from = 0; from <= SECTOR_SIZE; from += SECTOR_SIZE) {
		for (size_t size = 1; size < STAGE2_SIZE - from; size++)
			assert_int_not_equal(read_stage2(bytes + from, size, &plan, 0, NULL), RJ_OK);
		assert_int_equal(read_stage2(bytes + from, STAGE2_SIZE - from + 10, &plan, 0, NULL),
				 RJ_OK);
		assert_int_equal(plan.pieces[0].address, 0x8200);
		assert_int_equal(plan.pieces[0].size, STAGE2_SIZE - SECTOR_SIZE);
		assert_memory_equal(plan.pieces[0].bytes, bytes + SECTOR_SIZE, plan.pieces[0].size);
		assert_int_equal(rj_plan_entry(&plan.regs), 0x8200);
		assert_int_equal(plan.regs.edx, 0x81);
		rj_plan_free(&plan);
	}
	memset(menu, 'm', 88);
	assert_int_equal(read_stage2(bytes, STAGE2_SIZE, &plan, 255, menu), RJ_OK);
	placed = plan.pieces[0].bytes;
	assert_int_equal(placed[0x0A], 254);
	assert_memory_equal(placed + 0x17, menu, 89);
	assert_memory_equal(placed + 0x70, bytes + SECTOR_SIZE + 0x70, 100);
	rj_plan_free(&plan);
	menu[88] = 'm';
	assert_error(read_stage2(bytes, STAGE2_SIZE, &plan, 0, menu), &error, RJ_BAD,
		     "bytes, but stage2 has room for");
	/* no room for a path, or none that ends */
	bytes[SECTOR_SIZE + 1] = 0x18;
	memset(bytes + SECTOR_SIZE + 0x12, 'v', 0x5E);
	assert_error(read_stage2(bytes, STAGE2_SIZE, &plan, 0, "/"), &error, RJ_BAD,
		     "bytes, but stage2 has room for");
}

/* A floppy disk with stage2 in an ext2, which has an indirect block in its midst. */
static void legacy_disk(void **state)
{
	static const struct { size_t n; uint32_t start; uint16_t count, segment; } wrong[] = {
		{ 1, 6, STAGE2_SECTORS - 2, 0x820 }, { 1, 20, STAGE2_SECTORS - 2, 0x860 },
		{ 0, 2, 0, 0x820 }, { 0, UINT32_MAX, 2, 0x820 },
	};
	static uint8_t disk[20 * SECTOR_SIZE];
	uint8_t whole[STAGE2_SIZE];
	struct rj_plan plan;
	enum rj_err code;

	(void)state;
	make_stage2(whole);
	for (size_t i = 2 * SECTOR_SIZE; i < STAGE2_SIZE; i++)
		whole[i] = (uint8_t)(i >> 4);
	make_stage1(disk);
	memcpy(disk + SECTOR_SIZE, whole, 3 * SECTOR_SIZE);
	memset(disk + 4 * SECTOR_SIZE, 0xEE, SECTOR_SIZE);
	memcpy(disk + 5 * SECTOR_SIZE, whole + 3 * SECTOR_SIZE, STAGE2_SIZE - 3 * SECTOR_SIZE);
	list_block(disk + SECTOR_SIZE, 0, 2, 2, 0x820);
	list_block(disk + SECTOR_SIZE, 1, 5, STAGE2_SECTORS - 2, 0x860);
	assert_null(detected(disk, sizeof(disk), &code));
	assert_error(code, &error, RJ_BAD, "ambiguous: it could be");
	assert_int_equal(read_stage2(disk, sizeof(disk), &plan, 0, NULL), RJ_OK);
	assert_int_equal(plan.pieces[0].size, STAGE2_SIZE - SECTOR_SIZE);
	assert_memory_equal(plan.pieces[0].bytes, whole + SECTOR_SIZE, plan.pieces[0].size);
	rj_plan_free(&plan);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		list_block(disk + SECTOR_SIZE, 0, 2, 2, 0x820);
		list_block(disk + SECTOR_SIZE, 1, 5, STAGE2_SECTORS - 2, 0x860);
		list_block(disk + SECTOR_SIZE, wrong[i].n, wrong[i].start, wrong[i].count,
			   wrong[i].segment);
		assert_error(read_stage2(disk, sizeof(disk), &plan, 0, NULL), &error, RJ_BAD,
			     "is damaged or points outside the file");
	}
}

static void legacy_parts(void **state)
{
	static uint8_t bytes[STAGE2_SIZE + SECTOR_SIZE];
	struct rj_plan plan;
	enum rj_err code;

	(void)state;
	make_stage2(bytes);
	assert_string_equal(detected(bytes, STAGE2_SIZE, &code), "grub-legacy");
	assert_string_equal(detected(bytes + SECTOR_SIZE, STAGE2_SIZE, &code), "grub-legacy");
	/* look-alikes: another version, GRUB 2 */
	bytes[SECTOR_SIZE + 7] = 3;
	assert_null(detected(bytes, STAGE2_SIZE, &code));
	assert_error(read_stage2(bytes, STAGE2_SIZE, &plan, 0, NULL), &error, RJ_BAD,
		     "not a stage2 of GRUB Legacy");
	/* e2fs_stage1_5 */
	make_stage2(bytes);
	bytes[SECTOR_SIZE + 2] = 0x22;
	bytes[SECTOR_SIZE + 0x10] = 2;
	assert_error(read_stage2(bytes, STAGE2_SIZE, &plan, 0, NULL), &error, RJ_BAD,
		     "which only reads stage2 from a file system");
	/* stage1, alone and before stage2 */
	make_stage2(bytes + SECTOR_SIZE);
	make_stage1(bytes);
	assert_string_equal(detected(bytes, SECTOR_SIZE, &code), "grub-legacy");
	assert_string_equal(detected(bytes, sizeof(bytes), &code), "grub-legacy");
	assert_int_equal(read_stage2(bytes, SECTOR_SIZE, &plan, 0, NULL), RJ_OK);
	assert_int_equal(plan.pieces[0].address, 0x7C00);
	unit_says(&plan.notes[0], "of drive 81h");
	assert_error(read_stage2(bytes, SECTOR_SIZE, &plan, 1, NULL), &error, RJ_BAD,
		     "stage1 has no room for a partition and a menu");
	assert_int_equal(read_stage2(bytes, sizeof(bytes), &plan, 1, NULL), RJ_OK);
	assert_int_equal(plan.pieces[0].address, 0x8200);
	rj_plan_free(&plan);
	le_store(bytes + 0x44, UINT32_MAX, 4);
	assert_error(read_stage2(bytes, sizeof(bytes), &plan, 1, NULL), &error, RJ_BAD,
		     "for stage2, but none is there");
	bytes[PARTITION_TABLE + 4] = 0x83;
	assert_string_equal(detected(bytes, SECTOR_SIZE, &code), "mbr");
}

#define ISOLINUX_SIZE 5001u

/* The boot information's file, length and checksum at 0Ch. */
static void isolinux(void **state)
{
	static uint8_t bytes[ISOLINUX_SIZE];
	struct rj_plan plan;
	enum rj_err code;

	(void)state;
	memcpy(bytes, "\xFA\xEA\x40\x7C\0\0\x90\x90", 8);
	assert_string_equal(detected(bytes, ISOLINUX_SIZE, &code), "syslinux");
	assert_error(read_as("syslinux", bytes, ISOLINUX_SIZE, &plan), &error, RJ_BAD,
		     "isolinux.bin has no boot information table");
	assert_error(read_as("syslinux", bytes, 2048, &plan), &error, RJ_BAD,
		     "bytes: isolinux.bin has more than 2048");
	le_store(bytes + 0x0C, 33, 4);
	le_store(bytes + 0x10, ISOLINUX_SIZE, 4);
	bytes[64] = 1;
	bytes[ISOLINUX_SIZE - 1] = 7;
	le_store(bytes + 0x14, 8, 4);
	assert_int_equal(read_as("syslinux", bytes, ISOLINUX_SIZE, &plan), RJ_OK);
	assert_int_equal(plan.pieces[0].address, 0x7C00);
	assert_int_equal(plan.regs.edx, 0xE0);
	assert_note(&plan.notes[0], "on the CD in drive");
	rj_plan_free(&plan);
	assert_error(read_as("syslinux", bytes, ISOLINUX_SIZE - 1, &plan), &error, RJ_BAD,
		     "with another checksum");
	bytes[3000] = 1;
	assert_error(read_as("syslinux", bytes, ISOLINUX_SIZE, &plan), &error, RJ_BAD,
		     "with another checksum");
	/* stage2_eltorito of GRUB Legacy starts much the same */
	bytes[6] = bytes[7] = 0;
	assert_null(detected(bytes, ISOLINUX_SIZE, &code));
}

static void cores_behind(void **state)
{
	static uint8_t bytes[2048 + CORE_SIZE];
	struct rj_plan plan;
	enum rj_err code;

	(void)state;
	make_core(bytes, 1);
	memset(bytes + GRUB_SECTOR + 1, 0, 7);
	memcpy(bytes + GRUB_SECTOR + 1, "\x1C\x82", 2);
	LE_PUT(bytes + GRUB_SECTOR, struct grub_core_head, uncompressed_size, 2 * COMPRESSED);
	assert_string_equal(detected(bytes + GRUB_SECTOR, CORE_SIZE - GRUB_SECTOR, &code), "grub");
	for (size_t size = GRUB_SECTOR; size < CORE_SIZE - GRUB_SECTOR; size++)
		assert_error(read_as("grub", bytes + GRUB_SECTOR, size, &plan), &error, RJ_BAD,
			     "cut short: by its own headers");
	assert_int_equal(read_as("grub", bytes + GRUB_SECTOR, CORE_SIZE - GRUB_SECTOR, &plan), RJ_OK);
	assert_int_equal(plan.pieces[0].address, 0x8200);
	assert_int_equal(rj_plan_entry(&plan.regs), 0x8200);
	/* cdboot.img */
	memset(bytes, 0, 2048);
	memcpy(bytes, "\xE8\0\0\xEB\x3B", 5);
	make_core(bytes + 2048, 1);
	assert_string_equal(detected(bytes, sizeof(bytes), &code), "grub");
	assert_int_equal(read_as("grub", bytes, sizeof(bytes), &plan), RJ_OK);
	assert_int_equal(plan.pieces[0].offset, 2048);
	assert_int_equal(plan.pieces[0].address, 0x8000);
	assert_int_equal(plan.regs.edx, 0xE0);
	assert_error(read_as("grub", bytes, sizeof(bytes) - 1, &plan), &error, RJ_BAD,
		     "cut short: by its own headers");
	assert_error(read_as("grub", bytes, 2048, &plan), &error, RJ_BAD, "no core.img at");
	assert_null(detected(bytes, 2048, &code));
	/* lnxboot.img, which is for another kind to detect; three setup sectors are 2048 bytes */
	memset(bytes, 0, 2048);
	memcpy(bytes, "\x66\x31\xED\xE9", 4);
	memcpy(bytes + 0x202, "HdrS", 4);
	bytes[0x1F1] = 3;
	assert_int_equal(read_as("grub", bytes, sizeof(bytes), &plan), RJ_OK);
	assert_int_equal(plan.pieces[0].offset, 2048);
	bytes[0x1F1] = 0;
	assert_error(read_as("grub", bytes, sizeof(bytes), &plan), &error, RJ_BAD,
		     "no core.img at");
}

static void boot_order(void **state)
{
	static const struct { const char *word; uint8_t interrupt; } rows[] = {
		{ "int19", 0x19 }, { "int18", 0x18 },
	};
	const struct payload_kind *boot = find_kind("boot");
	struct rj_plan plan;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].word) {
		rj_plan_init(&plan, 0x81);
		assert_int_equal(boot->take(&plan, rows[i].word, &error), RJ_OK);
		assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
		assert_int_equal(rj_plan_entry(&plan.regs), plan.pieces[0].address);
		assert_int_equal(plan.regs.edx, 0x81);
		assert_int_equal(plan.pieces[0].bytes[0], 0xCD);
		assert_int_equal(plan.pieces[0].bytes[1], rows[i].interrupt);
		rj_plan_free(&plan);
	}
	rj_plan_init(&plan, 0x80);
	assert_error(boot->take(&plan, "int1", &error), &error, RJ_USAGE, "is none of these");
	assert_int_equal(plan.piece_count, 0);
}

static void addresses(void **state)
{
	char plain[] = "a@b@7C00h", none[] = "file", empty[] = "file@", only[] = "@1";
	char high[] = "file@4G", bad[] = "file@x";
	uint64_t address;

	(void)state;
	assert_int_equal(payload_split_address(plain, &address, &error), RJ_OK);
	assert_string_equal(plain, "a@b");
	assert_int_equal(address, 0x7C00);
	assert_error(payload_split_address(none, &address, &error), &error, RJ_USAGE,
		     "the address is missing");
	assert_error(payload_split_address(empty, &address, &error), &error, RJ_USAGE,
		     "the address is missing");
	assert_error(payload_split_address(only, &address, &error), &error, RJ_USAGE,
		     "the address is missing");
	assert_error(payload_split_address(high, &address, &error), &error, RJ_BAD,
		     "is beyond 4 GiB");
	assert_error(payload_split_address(bad, &address, &error), &error, RJ_USAGE,
		     "is not a number");
}

UNIT_MAIN(cmocka_unit_test(core_of_every_length), cmocka_unit_test(core_with_redundancy),
	  cmocka_unit_test(damaged_core), cmocka_unit_test(read_core),
	  cmocka_unit_test(other_platforms), cmocka_unit_test(boot_img_with_core),
	  cmocka_unit_test(boot_img_without_core), cmocka_unit_test(boot_sectors_by_length),
	  cmocka_unit_test(detection), cmocka_unit_test(legacy_stage2),
	  cmocka_unit_test(legacy_disk), cmocka_unit_test(legacy_parts), cmocka_unit_test(isolinux),
	  cmocka_unit_test(cores_behind), cmocka_unit_test(boot_order),
	  cmocka_unit_test(addresses))
