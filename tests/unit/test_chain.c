/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "common/boot_sector.h"
#include "common/le.h"
#include "disk/dos_root.h"
#include "payload/payload.h"

#define CHAIN_SIGNATURE { RJ_BAD, "whose signature is" }

static struct rj_error error;       /* of the last call that failed */

#define LARGEST 0x80000u

struct mark { size_t at; const char *bytes; size_t size; };
#define MARK(at, bytes) { at, bytes, sizeof(bytes) - 1 }

/* A payload's head as published, the size of a real one, and the least that is taken. */
static const struct real {
	const char *name;
	struct mark marks[5];
	size_t size, least;
	struct unit_outcome cut;        /* of one byte less, when it is named */
} reals[] = {
	{ "bootmgr", { MARK(0, "\xE9\xD5\x01\xEB") }, 383786, 0x30001, GOOD },
	{ "ntldr", { MARK(0, "\xE9\xD5\x01\xEB") }, 250048, 0x30001, GOOD },
	{ "setupldr", { MARK(0, "\xE9\xD5\x01\xEB") }, 260272, 0x30001, GOOD },
	{ "freeldr", { MARK(0, "\xE9\xFD\x01"), MARK(0x1FE, "\x55\xAA"), MARK(0x800, "MZ") },
	  180000, 0x1001, CHAIN_SIGNATURE },
	{ "freedos", { MARK(0, "\xEB\x1E" "CONFIG") }, 46256, 0x4001, CHAIN_SIGNATURE },
	{ "msdos", { MARK(0, "\xE9\x35\x01\x06\x16") }, 40774, 0x2001, GOOD },
	{ "msdos", { MARK(0, "\xE9\x35\x01\x04\x00") }, 33337, 0x2001, GOOD },
	{ "pcdos", { MARK(0, "\xE9\x35\x01\x07\x00") }, 40614, 0x2001, GOOD },
	{ "pcdos", { MARK(0, "\xEB\x47\x90\x07\x0A") }, 47140, 0x2001, CHAIN_SIGNATURE },
	{ "msdos7", { MARK(0, "MZ"), MARK(0x200, "BJ"), MARK(0x7FE, "MS") }, 222390, 0x10001,
	  CHAIN_SIGNATURE },
	{ "drdos", { MARK(0, "\xE9\x2D\x1A\xF2\x3C\x81" "COMPAQCompatible") }, 0x11000, 0x1001,
	  CHAIN_SIGNATURE },
	{ "drdos", { MARK(0, "\x2E\x80\x2E\x12\x00\x01\x1E\x50") }, 24376, 0x1001,
	  CHAIN_SIGNATURE },
	{ "drmk", { MARK(6, "Real Mode") }, 30000, 0x1001, CHAIN_SIGNATURE },
	{ "grldr", { MARK(0, "\xEB\x3E"), MARK(0x100, "\xBB\xFC\x1F\x66\xB8" "1234"),
		     MARK(0x1FF8, "\x05\x01"), MARK(0x1FFC, "1234\xEA\x70\x82\x00") },
	  315392, 0x4000, CHAIN_SIGNATURE },
};

static uint8_t file[LARGEST];

static void make(const struct real *real)
{
	memset(file, 0, sizeof(file));
	for (const struct mark *mark = real->marks; mark->size; mark++)
		memcpy(file + mark->at, mark->bytes, mark->size);
}

/* Whether a file of this size is --chain's without being named. */
static bool detected(size_t size)
{
	struct rj_input input = unit_input(file, size);
	const struct payload_kind *kind = NULL;
	const char *why;
	enum rj_err code = payload_detect(&input, &kind, &why, &error);

	rj_input_close(&input);
	return !code && strcmp(kind->name, "chain") == 0;
}

static const struct payload_kind *chain_kind(void)
{
	for (size_t i = 0; i < payload_kind_count; i++)
		if (strcmp(payload_kinds[i]->name, "chain") == 0)
			return payload_kinds[i];
	fail_msg("no kind chain");
	return NULL;
}

static enum rj_err read_named(const char *word, size_t size, const struct rj_input *volume)
{
	struct payload_argument argument = { .word = word };
	struct rj_input input = unit_input(file, size);
	struct rj_plan plan;
	enum rj_err code;

	rj_plan_init(&plan, 0x80);
	if (volume)
		unit_set(&plan, "boot-sector", volume->path, volume);
	code = chain_kind()->read(&plan, &input, &argument, &error);
	if (!code)
		code = rj_plan_seal(&plan, &error);
	rj_plan_free(&plan);
	rj_input_close(&input);
	return code;
}

/* A floppy disk's image with DOS's two files in its root directory. */
#define ROOT (19 * SECTOR_SIZE)
static uint8_t floppy[ROOT + SECTOR_SIZE];

static struct rj_input make_floppy(void)
{
	memset(floppy, 0, sizeof(floppy));
	memcpy(floppy, "\xEB\x3C\x90" "MSDOS5.0\x00\x02\x01\x01\x00\x02\xE0\x00\x40\x0B\xF0\x09",
	       23);
	le_store(floppy + SIGNATURE_OFFSET, SIGNATURE, 2);
	memcpy(floppy + ROOT, "A LABEL    \x08", 12);
	memcpy(floppy + ROOT + 2 * DOS_ENTRY_SIZE, "MSDOS   SYS\x27", 12);
	memcpy(floppy + ROOT + 3 * DOS_ENTRY_SIZE, "IO      SYS\x27", 12);
	floppy[ROOT + DOS_ENTRY_SIZE] = 0xE5;
	return unit_input(floppy, sizeof(floppy));
}

static void real_files(void **state)
{
	struct rj_input volume = make_floppy();

	(void)state;
	FOR_EACH_NAMED(i, reals, reals[i].name) {
		make(&reals[i]);
		assert_true(detected(reals[i].size));
		assert_true(detected(reals[i].least));
		assert_int_equal(read_named(reals[i].name, reals[i].size, &volume), RJ_OK);
	}
	rj_input_close(&volume);
}

static void cut_files(void **state)
{
	struct rj_input volume = make_floppy();

	(void)state;
	FOR_EACH_NAMED(i, reals, reals[i].name) {
		make(&reals[i]);
		for (size_t size = 1; size < reals[i].least; size = size * 2 + 1)
			assert_false(detected(size));
		assert_false(detected(reals[i].least - 1));
		assert_outcome(read_named(reals[i].name, reals[i].least - 1, &volume), &error,
			       &reals[i].cut);
		assert_error(read_named(reals[i].name, 100, &volume), &error, RJ_BAD,
			     "whose signature is");
	}
	rj_input_close(&volume);
}

/* Each mark counts: a file without one of them is something else. */
static void marks_missing(void **state)
{
	(void)state;
	FOR_EACH_NAMED(i, reals, reals[i].name)
		for (const struct mark *mark = reals[i].marks; mark->size; mark++) {
			make(&reals[i]);
			memset(file + mark->at, 0, mark->size);
			assert_false(detected(reals[i].size));
		}
}

/* No file of one kind is taken for another, except kinds with the same signature. */
static void names_mixed_up(void **state)
{
	static const char *const groups[] = { "bootmgr ntldr setupldr", "msdos pcdos" };
	struct rj_input volume = make_floppy();

	(void)state;
	FOR_EACH_NAMED(i, reals, reals[i].name)
		FOR_EACH_OF(j, "as", COUNT_OF(reals)) {
			bool alike = strcmp(reals[i].name, reals[j].name) == 0;

			for (size_t k = 0; k < 2; k++)
				alike |= strstr(groups[k], reals[i].name) &&
					 strstr(groups[k], reals[j].name);
			make(&reals[i]);
			if (!alike)
				assert_error(read_named(reals[j].name, reals[i].size, &volume),
					     &error, RJ_BAD, "whose signature is");
		}
	rj_input_close(&volume);
}

static void look_alikes(void **state)
{
	static const struct { struct mark mark; size_t size; bool signed_; } others[] = {
		{ MARK(0, "\xEB\x3C\x90MSDOS5.0"), 512, true },         /* boot sectors */
		{ MARK(0, "\xEB\x3C\x90MSDOS5.0"), 1474560 / 4, true },
		{ MARK(0, "\xE9\xD5\x01\xEB"), 0x40000, true },
		{ MARK(0, "\xEB\x1E" "CONFIG"), 512, true },
		{ MARK(0, "MZ\x90\x00\x03"), 0x20000, false },          /* a program for DOS */
		{ MARK(0, "\xEB\x5E\x80\x05\x20\x39\xFF\xFF"), 10240, true }, /* g2ldr.img */
		{ MARK(0, "\xEB\x3E"), 0x20000, false },
	};

	(void)state;
	FOR_EACH(i, others) {
		memset(file, 0, sizeof(file));
		memcpy(file + others[i].mark.at, others[i].mark.bytes, others[i].mark.size);
		if (others[i].signed_)
			le_store(file + SIGNATURE_OFFSET, SIGNATURE, 2);
		assert_false(detected(others[i].size));
	}
	memset(file, 0, sizeof(file));
	memcpy(file, others[5].mark.bytes, others[5].mark.size);
	assert_error(read_named("grldr", 10240, NULL), &error, RJ_BAD, "this is");
}

static void sizes(void **state)
{
	struct rj_input volume = make_floppy();

	(void)state;
	make(&reals[0]);
	assert_int_equal(read_named("bootmgr", 0x60000, &volume), RJ_OK);
	assert_error(read_named("bootmgr", 0x60001, &volume), &error, RJ_BAD,
		     "bytes are too many for");
	assert_error(read_named("bootmgr", 0x60000, NULL), &error, RJ_BAD,
		     "which finds its partition by the boot sector");
	make(&reals[4]);
	assert_int_equal(read_named("freedos", 0x253A0, NULL), RJ_OK);
	assert_error(read_named("freedos", 0x253A1, NULL), &error, RJ_BAD,
		     "bytes are too many for");
	rj_input_close(&volume);
}

/* The result of reading the root directory with the byte at `at` changed to `to`. */
static enum rj_err root_with(size_t at, uint8_t to, size_t size, struct dos_root *root)
{
	struct rj_input volume = make_floppy();
	struct rj_vbr_choice choice = { 0 };
	struct rj_vbr vbr;
	enum rj_err code;

	floppy[at] = to;
	rj_input_close(&volume);
	volume = unit_input(floppy, size);
	assert_int_equal(rj_vbr_read(&vbr, &volume, &choice, 0, &error), RJ_OK);
	code = dos_root_read(root, &volume, &vbr, &error);
	rj_vbr_free(&vbr);
	rj_input_close(&volume);
	return code;
}

static void root_directory(void **state)
{
	struct dos_root root;

	(void)state;
	assert_int_equal(root_with(0x1C, 7, sizeof(floppy), &root), RJ_OK);
	assert_int_equal(root.media, 0xF0);
	assert_int_equal(root.data, 7 + 1 + 2 * 9 + 14);
	assert_memory_equal(root.entries[0], "IO      SYS", 11);
	assert_memory_equal(root.entries[1], "MSDOS   SYS", 11);
	assert_error(root_with(0, 0xEB, ROOT + 3 * DOS_ENTRY_SIZE, &root), &error, RJ_BAD,
		     "ends before the root directory");
	assert_error(root_with(0, 0xEB, SECTOR_SIZE, &root), &error, RJ_BAD,
		     "ends before the root directory");
	assert_error(root_with(ROOT + 2 * DOS_ENTRY_SIZE, 'N', sizeof(floppy), &root),
		     &error, RJ_BAD, "the root directory has neither");
	assert_error(root_with(ROOT + 2 * DOS_ENTRY_SIZE + 11, 0x10, sizeof(floppy), &root),
		     &error, RJ_BAD, "the root directory has neither");
	assert_error(root_with(0x16, 0, sizeof(floppy), &root), &error, RJ_BAD,
		     "the partition is not FAT12 or FAT16");
	assert_error(root_with(0x11, 0, sizeof(floppy), &root), &error, RJ_BAD,
		     "the partition is not FAT12 or FAT16");
	assert_error(root_with(0x10, 0, sizeof(floppy), &root), &error, RJ_BAD,
		     "the partition is not FAT12 or FAT16");
	assert_error(root_with(0x0F, 0xFF, sizeof(floppy), &root), &error, RJ_BAD,
		     "ends before the root directory");
}

UNIT_MAIN(cmocka_unit_test(real_files), cmocka_unit_test(cut_files),
	  cmocka_unit_test(marks_missing), cmocka_unit_test(names_mixed_up),
	  cmocka_unit_test(look_alikes), cmocka_unit_test(sizes),
	  cmocka_unit_test(root_directory))
