/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <zlib.h>

#include "abi/layout.h"
#include "common/le.h"
#include "machine/low_memory.h"
#include "machine/snapshot.h"

#define RANGE_BEYOND { RJ_BAD, "ends beyond 1 MiB" }
#define RANGE_RESERVED { RJ_BAD, "this memory cannot be put back" }
#define RANGE_TWICE { RJ_BAD, "which is in the snapshot already" }
#define SNAPSHOT_ORDER { RJ_BAD, "is out of order" }

static struct rj_error error;       /* of the last call that failed */

#define EBDA         0x9FC00u
#define EBDA_SIZE    0x400u
#define OTHER        0x500u
#define OTHER_SIZE   0x100u
#define RANGE(n)     (sizeof(struct rj_snapshot_header) + (n) * sizeof(struct rj_snapshot_range))
#define ADDRESS_AT(n) (RANGE(n) + offsetof(struct rj_snapshot_range, address))
#define SIZE_AT(n)   (RANGE(n) + offsetof(struct rj_snapshot_range, size))

static struct rj_snapshot snapshot;
static uint8_t file[4096];
static size_t file_size;

/* IVT, BDA, a range after them and an EBDA, as a file. */
static void make_file(void)
{

	memset(&snapshot, 0, sizeof(snapshot));
	for (size_t i = 0; i < sizeof(snapshot.memory); i++)
		snapshot.memory[i] = (uint8_t)(i * 7 + (i >> 8));
	for (size_t i = 0; i < 256; i++)
		le_store(snapshot.memory + 4 * i, 0xF000E000 + i, 4);
	le_store(snapshot.memory + 0x40E, EBDA >> 4, 2);
	le_store(snapshot.memory + 0x413, 639, 2);
	assert_int_equal(rj_snapshot_add(&snapshot, EBDA, EBDA_SIZE, &error), RJ_OK);
	assert_int_equal(rj_snapshot_add(&snapshot, 0, LOW_MEMORY, &error), RJ_OK);
	assert_int_equal(rj_snapshot_add(&snapshot, OTHER, OTHER_SIZE, &error), RJ_OK);
	file_size = rj_snapshot_size(&snapshot);
	assert_between(file_size, 1, sizeof(file));
	rj_snapshot_store(&snapshot, file);
}

/* The checksum is made right again. */
static void sum_up(void)
{
	size_t at = file_size - RJ_SNAPSHOT_CRC;

	le_store(file + at, crc32(0, file, (uInt)at), RJ_SNAPSHOT_CRC);
}

static enum rj_err read_file(void)
{
	struct rj_input input = unit_input(file, file_size);
	enum rj_err code = rj_snapshot_read(&snapshot, &input, &error);

	rj_input_close(&input);
	return code;
}

/* The file with a field changed, and its checksum made right. */
static enum rj_err forge(size_t at, uint64_t value, size_t size)
{
	make_file();
	le_store(file + at, value, size);
	sum_up();
	return read_file();
}

static void read_back(void **state)
{
	static struct rj_snapshot before;

	(void)state;
	make_file();
	before = snapshot;
	assert_int_equal(read_file(), RJ_OK);
	assert_int_equal(snapshot.range_count, 3);
	assert_memory_equal(snapshot.ranges, before.ranges, sizeof(before.ranges));
	for (size_t i = 0; i < snapshot.range_count; i++)
		assert_memory_equal(snapshot.memory + snapshot.ranges[i].address,
				    before.memory + snapshot.ranges[i].address,
				    snapshot.ranges[i].size);
}

static void every_changed_byte(void **state)
{
	(void)state;
	make_file();
	for (size_t at = 0; at < file_size; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			file[at] ^= (uint8_t)(1u << bit);
			assert_int_not_equal(read_file(), RJ_OK);
			file[at] ^= (uint8_t)(1u << bit);
		}
	}
	assert_int_equal(read_file(), RJ_OK);
}

static void every_other_length(void **state)
{
	size_t size;

	(void)state;
	make_file();
	size = file_size;
	for (file_size = 1; file_size < size + 40; file_size++)
		assert_int_equal(read_file() == RJ_OK, file_size == size);
	/* cut, with the checksum made right */
	for (size_t cut = RJ_SNAPSHOT_CRC; cut < size; cut++) {
		make_file();
		file_size = cut;
		sum_up();
		assert_int_not_equal(read_file(), RJ_OK);
	}
}

static void hostile_fields(void **state)
{
	static const uint32_t values[] = {
		0, 1, LOW_MEMORY, BOOT_SECTOR, STUB_HOME, VIDEO_MEMORY, HIGH_MEMORY - 1,
		HIGH_MEMORY, 0x7FFFFFFF, 0x80000000, 0xFFFFFC00, UINT32_MAX,
	};

	(void)state;
	FOR_EACH(i, values) {
		for (size_t n = 0; n < 3; n++) {
			if (values[i] != snapshot.ranges[n].size)
				assert_int_not_equal(forge(SIZE_AT(n), values[i], 4), RJ_OK);
			make_file();
		}
	}
	assert_error(forge(0, 'X', 1), &error, RJ_BAD, "not a snapshot");
	assert_error(forge(8, 2, 2), &error, RJ_BAD, "the snapshot's version is unknown");
	assert_error(forge(10, 0, 2), &error, RJ_BAD, "bytes, but the ranges need");
	assert_error(forge(10, 2, 2), &error, RJ_BAD, "bytes, but the ranges need");
	assert_error(forge(10, RJ_SNAPSHOT_RANGES + 1, 2), &error, RJ_BAD,
		     "ranges");
	assert_error(forge(10, UINT16_MAX, 2), &error, RJ_BAD, "ranges");
}

static void ranges_out_of_place(void **state)
{
	static const struct {
		size_t n;
		uint32_t address;
		struct unit_outcome outcome;
	} rows[] = {
		{ 0, 1, SNAPSHOT_ORDER }, { 0, OTHER + OTHER_SIZE, SNAPSHOT_ORDER },
		{ 0, UINT32_MAX, RANGE_BEYOND },
		{ 1, LOW_MEMORY - 1, RANGE_TWICE }, { 1, 0, RANGE_TWICE },
		{ 1, BOOT_SECTOR, GOOD },
		{ 1, STUB_HOME - 1, RANGE_RESERVED },
		{ 1, STUB_HOME + STUB_HOME_SIZE, GOOD },
		{ 1, EBDA, RANGE_TWICE },
		{ 1, VIDEO_MEMORY - 1, RANGE_RESERVED },
		{ 2, EBDA + 1, RANGE_RESERVED }, { 2, 0xC0000, RANGE_RESERVED },
		{ 2, HIGH_MEMORY - 1, RANGE_BEYOND }, { 2, HIGH_MEMORY, RANGE_BEYOND },
		{ 2, 0x80000000, RANGE_BEYOND }, { 2, 0xFFFFFC00, RANGE_BEYOND },
		{ 2, OTHER + OTHER_SIZE, GOOD },
	};

	(void)state;
	FOR_EACH(i, rows)
		assert_outcome(forge(ADDRESS_AT(rows[i].n), rows[i].address, 4),
			       &error, &rows[i].outcome);
	/* the second range after the third */
	make_file();
	le_store(file + ADDRESS_AT(1), 0x9F000, 4);
	le_store(file + ADDRESS_AT(2), 0x9E000, 4);
	sum_up();
	assert_error(read_file(), &error, RJ_BAD, "is out of order");
}

/* The bytes of the first range contain the vectors and the size of base memory. */
static void vectors(void **state)
{
	const size_t memory = RANGE(3);

	(void)state;
	assert_error(forge(memory + 4 * 0x13, 0, 4), &error, RJ_BAD, "where no BIOS can be");
	assert_error(forge(memory + 4 * 0x13, 0x4FF, 4), &error, RJ_BAD,
		     "where no BIOS can be");
	assert_int_equal(forge(memory + 4 * 0x13, 0x500, 4), RJ_OK);
	assert_int_equal(forge(memory + 4 * 0x13, 0xFFFF000F, 4), RJ_OK);
	assert_error(forge(memory + 4 * 0x13, 0xFFFF0010, 4), &error, RJ_BAD,
		     "where no BIOS can be");
	assert_int_equal(forge(memory + 4 * 0x60, 0, 4), RJ_OK);
	assert_error(forge(memory + 0x413, 0, 2), &error, RJ_BAD,
		     "KiB of base memory, which is impossible");
	assert_int_equal(forge(memory + 0x413, 640, 2), RJ_OK);
	assert_error(forge(memory + 0x413, 641, 2), &error, RJ_BAD,
		     "KiB of base memory, which is impossible");
	make_file();
	memset(file + memory, 0, 0x400);
	sum_up();
	assert_error(read_file(), &error, RJ_BAD, "the interrupt vectors are all zero");
}

static void range_rules(void **state)
{

	(void)state;
	memset(&snapshot, 0, sizeof(snapshot));
	assert_error(rj_snapshot_add(&snapshot, 0x1000, 0, &error), &error, RJ_BAD,
		     "is empty");
	assert_error(rj_snapshot_add(&snapshot, UINT64_MAX, UINT64_MAX, &error),
		     &error, RJ_BAD, "ends beyond 1 MiB");
	assert_error(rj_snapshot_add(&snapshot, 0, UINT64_MAX, &error), &error, RJ_BAD,
		     "ends beyond 1 MiB");
	assert_error(rj_snapshot_add(&snapshot, HIGH_MEMORY - 1, 1, &error), &error, RJ_BAD,
		     "this memory cannot be put back");
	assert_int_equal(rj_snapshot_add(&snapshot, VIDEO_MEMORY - 1, 1, &error), RJ_OK);
	for (size_t i = 1; i < RJ_SNAPSHOT_RANGES; i++)
		assert_int_equal(rj_snapshot_add(&snapshot, 0x1000 * (20 - i), 16, &error), RJ_OK);
	assert_error(rj_snapshot_add(&snapshot, 0, 16, &error), &error, RJ_BAD,
		     "ranges");
	for (size_t i = 1; i < RJ_SNAPSHOT_RANGES; i++)
		assert_true(snapshot.ranges[i - 1].address < snapshot.ranges[i].address);
}

static void as_pieces(void **state)
{
	static const char *const names[] = { ".ivt", ".fw0", ".ebda" };
	struct rj_input input;
	struct rj_plan plan;
	uint8_t byte;

	(void)state;
	make_file();
	input = unit_input(file, file_size);
	rj_plan_init(&plan, 0x80);
	assert_int_equal(rj_snapshot_read(&snapshot, &input, &error), RJ_OK);
	assert_int_equal(rj_snapshot_plan(&snapshot, &input, &plan, &error), RJ_OK);
	assert_int_equal(plan.piece_count, 3);
	for (size_t i = 0; i < plan.piece_count; i++) {
		const struct rj_plan_piece *piece = &plan.pieces[i];

		assert_string_equal(piece->name, names[i]);
		assert_int_equal(piece->flags, RJ_PIECE_FIRMWARE);
		assert_int_equal(piece->address, snapshot.ranges[i].address);
		assert_int_equal(piece->size, snapshot.ranges[i].size);
		assert_int_equal(rj_input_peek(&input, &byte, 1, piece->offset), 1);
		assert_int_equal(byte, snapshot.memory[piece->address]);
	}
	rj_input_close(&input);
	rj_plan_free(&plan);
}

static void refusals(void **state)
{
	(void)state;
	assert_string_equal(rj_low_memory_refusal(EACCES), "only root can");
	assert_non_null(strstr(rj_low_memory_refusal(EPERM), "locked down"));
	assert_non_null(strstr(rj_low_memory_refusal(ENOENT), "CONFIG_DEVMEM"));
	assert_null(rj_low_memory_refusal(EMFILE));
}

UNIT_MAIN(cmocka_unit_test(read_back), cmocka_unit_test(every_changed_byte),
	  cmocka_unit_test(every_other_length), cmocka_unit_test(hostile_fields),
	  cmocka_unit_test(ranges_out_of_place), cmocka_unit_test(vectors),
	  cmocka_unit_test(range_rules), cmocka_unit_test(as_pieces),
	  cmocka_unit_test(refusals))
