/* SPDX-License-Identifier: MIT */
/*
 * GRUB Legacy (0.9x): stage2, which runs at 8200h, with or without the sector before it that
 * loads it; or stage1, a boot sector. See its stage1/stage1.S, stage2/start.S,
 * stage2/start_eltorito.S and stage2/asm.S.
 */
#include "payload/payload.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/boot_sector.h"
#include "common/le.h"
#include "payload/partition_options.h"

static const struct payload_option option_menu = {
	.name = "menu", .argument = "PATH", .help = "GRUB Legacy's menu, as in (hd0,0)/grub/menu.lst",
};

#define STAGE2_START    0x8200u         /* of its code; start.S is before it */
#define STAGE1_5_START  0x2200u
#define STAGE2_END      0x80000u        /* its stacks and buffers start here */
#define STAGE2_MAX      (STAGE2_END - STAGE2_START)
#define FAR_JUMP        0xEA
#define VERSION_3_2     0x0203u         /* version of the interface between its parts */
#define HEAD_MAX        0x200u          /* of asm.S, up to the code after its data */
#define CLEAR_MAX       0x100u          /* from there to the code that clears its memory */
#define STAGE1_DRIVE_ANY 0xFFu          /* the one in DL */
#define FIRST_BLOCK     0x1F8u          /* of start.S: the list grows down from here */
#define BLOCK_SIZE      8u
#define BLOCKS_MAX      32u             /* more would overlap its code */

/* asm.S: the far jump and the data that it jumps over. */
struct stage2_head {
	uint8_t jump[5], padding;
	uint16_t version;
	uint8_t bsd_and_low[2];
	uint8_t partition;              /* of the menu, from 0 */
	uint8_t unused;
	uint32_t saved_entry;
	uint8_t id, force_lba;
	char release[];                 /* a string, then another one with the menu's path */
};
static_assert(offsetof(struct stage2_head, partition) == 0x0A, "asm.S");
static_assert(offsetof(struct stage2_head, id) == 0x10, "asm.S");
static_assert(offsetof(struct stage2_head, release) == 0x12, "asm.S");

/* stage1.S: its data follow the space for a BIOS parameter block. */
struct stage1_head {
	uint8_t jump[3], parameters[0x3B];
	uint16_t version;
	uint8_t drive, force_lba;
	uint16_t address;
	uint32_t sector;                /* on the disk, where stage2 or stage1_5 is */
	uint16_t segment;
};
static_assert(offsetof(struct stage1_head, version) == 0x3E, "stage1.S");
static_assert(sizeof(struct stage1_head) == 0x4C, "stage1.S");

/* By number in stage2/shared.h. */
static const char *const parts[] = {
	"stage2", "ffs_stage1_5", "e2fs_stage1_5", "fat_stage1_5", "minix_stage1_5",
	"reiserfs_stage1_5", "vstafs_stage1_5", "jfs_stage1_5", "xfs_stage1_5",
	"iso9660_stage1_5", "ufs2_stage1_5",
};

/* Number of bytes in the head before the code; 0: not a head. */
static size_t code_at(const uint8_t *head, uint32_t start)
{
	uint32_t target = le16(head + 1);

	if (head[0] != FAR_JUMP || le16(head + 3) != 0 ||
	    LE_GET(head, struct stage2_head, version) != VERSION_3_2 ||
	    target <= start + sizeof(struct stage2_head) || target > start + HEAD_MAX)
		return 0;
	return target - start;
}

/* Reads the head at this offset, with zeros after the end of the file. */
static void peek_head(const struct rj_input *input, uint64_t offset, uint8_t *head)
{
	memset(head, 0, HEAD_MAX);
	rj_input_peek(input, head, HEAD_MAX, offset);
}

static bool is_eltorito(const uint8_t *sector)
{
	static const uint8_t code[] = { 0xFA, 0xEA, 0x40, 0x7C, 0, 0 };

	return memcmp(sector, code, sizeof(code)) == 0;
}

static bool is_stage1(const uint8_t *sector)
{
	return sector[0] == 0xEB && sector[2] == 0x90 && boot_sector_is_signed(sector) &&
	       LE_GET(sector, struct stage1_head, version) == VERSION_3_2 &&
	       LE_GET(sector, struct stage1_head, segment) << 4 ==
	       LE_GET(sector, struct stage1_head, address);
}

/* Bytes of the file that follow those of the previous run. */
struct run {
	uint64_t at, size;
};

/* The parts of GRUB Legacy in a file. */
struct parts {
	uint8_t first[SECTOR_SIZE];
	bool stage1, eltorito;
	bool listed;                    /* stage1 leads to a stage2 with a valid block list */
	struct run runs[BLOCKS_MAX];    /* stage2, from its head on */
	size_t run_count;
	uint8_t head[HEAD_MAX];
	size_t code;                    /* its offset in the head; 0: there is no stage2 */
	const char *part;               /* another part of GRUB Legacy; or NULL */
};

/* The part other than stage2 that starts here; or NULL. */
static const char *other_part(const uint8_t *head)
{
	size_t id = LE_GET(head, struct stage2_head, id);

	if (!code_at(head, STAGE1_5_START))
		return NULL;
	return id > 0 && id < sizeof(parts) / sizeof(parts[0]) ? parts[id] : "a stage1_5";
}

static void look_at_head(const struct rj_input *input, uint64_t at, struct parts *found)
{
	peek_head(input, at, found->head);
	found->code = code_at(found->head, STAGE2_START);
	found->part = other_part(found->head);
}

/* A file with stage2 alone, with or without the sector that loads it. */
static void look_for_stage2(const struct rj_input *input, struct parts *found)
{
	uint64_t at = 0;

	look_at_head(input, at, found);
	if (!found->code && !found->part && input->size > SECTOR_SIZE) {
		at = SECTOR_SIZE;
		look_at_head(input, at, found);
		found->eltorito = is_eltorito(found->first);
	}
	found->runs[0] = (struct run){ at, input->size - at };
	found->run_count = 1;
}

/* Reads the runs that start.S loads, which must be contiguous in memory. */
static bool read_list(const uint8_t *sector, const struct rj_input *input, struct parts *found)
{
	uint64_t sectors = 0;

	for (size_t n = 0; n < BLOCKS_MAX; n++) {
		const uint8_t *block = sector + FIRST_BLOCK - n * BLOCK_SIZE;
		struct run run = { (uint64_t)le32(block) * SECTOR_SIZE,
				   (uint64_t)le16(block + 4) * SECTOR_SIZE };

		if (run.size == 0)
			return found->run_count > 0;
		if (le16(block + 6) != (STAGE2_START + sectors * SECTOR_SIZE) >> 4 ||
		    run.at >= input->size)
			return false;
		if (run.size > input->size - run.at)
			run.size = input->size - run.at;
		found->runs[found->run_count++] = run;
		sectors += le16(block + 4);
	}
	return false;
}

/*
 * A disk: stage1 has the number of the first sector of stage2 or of a stage1_5, and that
 * sector lists the rest.
 */
static void look_behind_stage1(const struct rj_input *input, struct parts *found)
{
	uint64_t at = LE_GET(found->first, struct stage1_head, sector) * SECTOR_SIZE;
	uint8_t sector[SECTOR_SIZE] = { 0 };

	rj_input_peek(input, sector, sizeof(sector), at);
	found->listed = read_list(sector, input, found);
	if (!found->listed)
		found->run_count = 0;
	look_at_head(input, found->listed ? found->runs[0].at : at + SECTOR_SIZE, found);
}

static void look(const struct rj_input *input, struct parts *found)
{
	memset(found, 0, sizeof(*found));
	rj_input_peek(input, found->first, sizeof(found->first), 0);
	found->stage1 = is_stage1(found->first);
	if (found->stage1)
		look_behind_stage1(input, found);
	else
		look_for_stage2(input, found);
}

/* Whether the file ends with what stage1 starts, as when both are concatenated. */
static bool is_all(const struct rj_input *input, const struct parts *found)
{
	for (size_t i = 0; i < found->run_count; i++)
		if (found->runs[i].at + found->runs[i].size == input->size)
			return true;
	return false;
}

/* A whole disk has more than its loader. */
static enum rj_detected judge_stage1(const struct rj_input *input, const struct parts *found,
				     const char **why)
{
	bool alone = input->size == SECTOR_SIZE && !boot_sector_has_table(found->first);

	*why = alone ? "GRUB Legacy's stage1" : "GRUB Legacy's stage1 with stage2 after it";
	if (alone || (found->code && is_all(input, found)))
		return RJ_DETECT_YES;
	*why = "a disk's image with GRUB Legacy; only stage2 would be carried";
	return found->code ? RJ_DETECT_MAYBE : RJ_DETECT_NO;
}

static enum rj_detected legacy_detect(const struct rj_input *input, const char **why)
{
	struct parts found;

	look(input, &found);
	if (found.stage1)
		return judge_stage1(input, &found, why);
	*why = found.part ? "GRUB Legacy's stage1_5" :
	       found.eltorito ? "GRUB Legacy's stage2_eltorito" : "GRUB Legacy's stage2";
	return found.code || found.part ? RJ_DETECT_YES : RJ_DETECT_NO;
}

/*
 * Size of stage2, from its head on: it clears memory from its end on, with mov edi, end; mov
 * ecx, ...; sub ecx, edi. 0 if that code is not found.
 */
static uint64_t stage2_size(const uint8_t *stage2, size_t size, size_t code)
{
	for (size_t i = code; i + 12 <= size && i < code + CLEAR_MAX; i++) {
		uint32_t end = le32(stage2 + i + 1);

		if (stage2[i] == 0xBF && stage2[i + 5] == 0xB9 && stage2[i + 10] == 0x29 &&
		    stage2[i + 11] == 0xF9 && end > STAGE2_START && end < STAGE2_END)
			return end - STAGE2_START;
	}
	return 0;
}

/* Stores the menu's path, with a NUL, in the space before the code. */
static enum rj_err set_menu(uint8_t *stage2, size_t code, const char *menu, struct rj_error *err)
{
	size_t at = offsetof(struct stage2_head, release), room;

	at += strnlen((const char *)stage2 + at, code - at) + 1;
	room = at < code ? code - at : 0;
	if (strlen(menu) >= room)
		return rj_fail(err, RJ_BAD,
			       "the menu's path has %zu bytes, but stage2 has room for %zu; "
			       "shorten it", strlen(menu), room ? room - 1 : 0);
	memset(stage2 + at, 0, room);
	memcpy(stage2 + at, menu, strlen(menu));
	return RJ_OK;
}

static enum rj_err patch(uint8_t *stage2, const struct parts *found,
			 const struct rj_plan *plan, struct rj_error *err)
{
	uint32_t partition = partition_choice(plan).partition;
	const char *menu = payload_text(plan, &option_menu);

	if (partition)          /* FFh would be the whole drive; --partition ends at 255 */
		LE_PUT(stage2, struct stage2_head, partition, partition - 1);
	return menu ? set_menu(stage2, found->code, menu, err) : RJ_OK;
}

static uint64_t size_of(const struct parts *found)
{
	uint64_t size = 0;

	for (size_t i = 0; i < found->run_count; i++)
		size += found->runs[i].size;
	return size;
}

/* Reads stage2's runs into size bytes, and checks that they are enough. */
static enum rj_err read_stage2(const struct rj_input *input, const struct parts *found,
			       uint8_t *stage2, size_t size, struct rj_error *err)
{
	uint64_t expected;
	size_t at = 0;

	for (size_t i = 0; i < found->run_count; i++) {
		const struct run *run = &found->runs[i];

		if (rj_input_read(input, stage2 + at, (size_t)run->size, run->at, err))
			return err->class;
		at += (size_t)run->size;
	}
	expected = stage2_size(stage2, size, found->code);
	if (!expected)
		expected = found->code + CLEAR_MAX;
	if (size < expected)
		return rj_fail(err, RJ_BAD,
			       "cut short: stage2 has at least %s bytes from its code on, "
			       "but there are %zu", RJ_DEC(expected), size);
	return RJ_OK;
}

static enum rj_err add_stage2(struct rj_plan *plan, const struct rj_input *input,
			      const struct parts *found, struct rj_error *err)
{
	uint64_t size = size_of(found);
	uint8_t *stage2;

	if (size > STAGE2_MAX)
		return rj_fail(err, RJ_BAD,
			       "%s bytes are more than the %u that stage2 has room for",
			       RJ_DEC(size), STAGE2_MAX);
	stage2 = malloc((size_t)size);
	if (!stage2)
		return rj_no_memory(err);
	if (read_stage2(input, found, stage2, (size_t)size, err) ||
	    patch(stage2, found, plan, err)) {
		free(stage2);
		return err->class;
	}
	if (stage2_size(stage2, (size_t)size, found->code))
		size = stage2_size(stage2, (size_t)size, found->code);
	rj_plan_set_entry(plan, 0, STAGE2_START);
	return rj_plan_add_bytes(plan, ".stage2", STAGE2_START, stage2, size, err);
}

/* stage1 alone: it reads the rest from its disk. */
static enum rj_err add_stage1(struct rj_plan *plan, const struct rj_input *input,
			      const struct parts *found, struct rj_error *err)
{
	uint64_t drive = LE_GET(found->first, struct stage1_head, drive);

	if (payload_text(plan, &option_partition) || payload_text(plan, &option_menu))
		return rj_fail(err, RJ_BAD,
			       "stage1 has no room for a partition and a menu; use stage2");
	rj_plan_note(plan, input->path, "stage1 reads stage2 from sector %s of drive %s",
		     RJ_DEC(LE_GET(found->first, struct stage1_head, sector)),
		     RJ_HEX(drive == STAGE1_DRIVE_ANY ? plan->drive : drive));
	plan->regs.eax = BIOS_SIGNATURE_EAX;
	rj_plan_set_entry(plan, 0, BOOT_SECTOR);
	return rj_plan_add(plan, ".stage1", BOOT_SECTOR, input, 0, SECTOR_SIZE, err);
}

/* stage1 leads to no stage2 that can be carried. */
static enum rj_err refuse_list(const struct parts *found, struct rj_error *err)
{
	uint64_t sector = LE_GET(found->first, struct stage1_head, sector);

	if (!found->code)
		return rj_fail(err, RJ_BAD,
			       "stage1 names sector %s for stage2, but none is there; "
			       "use stage2", RJ_DEC(sector));
	return rj_fail(err, RJ_BAD,
		       "stage2's block list, in sector %s, "
		       "is damaged or points outside the file; "
		       "use stage2", RJ_DEC(sector));
}

static enum rj_err legacy_read(struct rj_plan *plan, const struct rj_input *input,
			       const struct payload_argument *argument, struct rj_error *err)
{
	struct parts found;

	(void)argument;
	look(input, &found);
	if (found.stage1 && input->size == SECTOR_SIZE)
		return add_stage1(plan, input, &found, err);
	if (found.part)
		return rj_fail(err, RJ_BAD,
			       "this is GRUB Legacy's %s, "
			       "which only reads stage2 from a file system; "
			       "use stage2", found.part);
	if (found.stage1 && (!found.code || !found.listed))
		return refuse_list(&found, err);
	if (!found.code)
		return rj_fail(err, RJ_BAD,
			       "not a stage2 of GRUB Legacy %s; for GRUB 2, use --grub",
			       RJ_FOUND(SECTOR_SIZE + offsetof(struct stage2_head, version),
					VERSION_3_2,
					LE_GET(found.head, struct stage2_head, version)));
	if (found.eltorito)
		rj_plan_expect_cd(plan, input);
	return add_stage2(plan, input, &found, err);
}

const struct payload_kind payload_grub_legacy = {
	.name = "grub-legacy",
	.argument = "STAGE2",
	.help = "GRUB Legacy's stage2, stage2_eltorito or stage1",
	.signature = "version 3.2 at 206h and a far jump at 200h; stage1: version 3.2 at 3Eh",
	.place = "8200h, entry 0:8200 (stage1: 7C00h, entry 0:7C00)",
	.options = (const struct payload_option *const[]){ &option_menu, &option_partition, NULL },
	.detect = legacy_detect,
	.read = legacy_read,
};
