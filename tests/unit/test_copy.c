/* SPDX-License-Identifier: MIT */
/* Copies and their CRC-32. */
#include "unit.h"

#include <fcntl.h>
#include <zlib.h>

#include "base/copy.h"
#include "base/crc.h"

#define CHUNK   (256u << 10)
#define LARGE   ((1u << 20) + 10000)
#define OFFSETS 9000u           /* of a part in its file, below this */

static uint8_t bytes[OFFSETS + LARGE];
static struct rj_error error;

static void prepare(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * i >> 5 ^ i >> 9);
}

/* The output has the part's bytes at this offset, nothing else, and this is their sum. */
static void assert_copied(int fd, uint64_t offset, const uint8_t *part, size_t size, uint32_t crc)
{
	struct rj_input file = { .fd = fd, .size = offset + size };
	uint8_t *found = malloc(offset + size + 1);
	size_t before = 0;

	assert_int_equal(pread(fd, found, offset + size + 1, 0), (ssize_t)(offset + size));
	while (before < offset && found[before] == 0)
		before++;
	assert_int_equal(before, offset);
	assert_memory_equal(found + offset, part, size);
	assert_int_equal(crc, (uint32_t)crc32(0, part, (uInt)size));
	if (size > 0)
		assert_int_equal(rj_crc_input(&file, offset, size, &crc, &error), RJ_OK);
	assert_int_equal(crc, (uint32_t)crc32(0, part, (uInt)size));
	free(found);
}

/* Copies a part, and checks what was written. */
static void copy(const struct rj_input *input, uint64_t from, size_t size, uint64_t to)
{
	const struct rj_part part = { input, from, size };
	struct rj_output output = { .fd = unit_file("", 0), .synced = to & 1 };
	uint32_t crc, sum;

	assert_int_equal(rj_copy(&part, &output, to, &crc, &error), RJ_OK);
	if (size > 0)
		assert_copied(output.fd, to, bytes + from, size, crc);
	assert_int_equal(rj_copy(&part, &unit_nowhere, to, &sum, &error), RJ_OK);
	assert_int_equal(sum, crc);
	close(output.fd);
}

/* By each method that this CPU has, whatever the length and the address. */
static void sums(void **state)
{
	static const size_t blocks[] = { 0, 64, 128 };

	(void)state;
	for (size_t from = 0; from < 33; from++)
		for (size_t size = 0; size < 700; size++)
			FOR_EACH(i, blocks) {
				uint32_t before = (uint32_t)(size * 0x9E3779B9u + from);

				if (blocks[i] <= rj_crc_block())
					assert_int_equal(rj_crc_by(blocks[i], before, bytes + from, size),
							 (uint32_t)crc32(before, bytes + from, (uInt)size));
			}
}

static void sizes_and_offsets(void **state)
{
	static const size_t sizes[] = { 0, 1, 63, 64, 65, 4095, 4096, CHUNK - 1, CHUNK, CHUNK + 1,
					3 * CHUNK + 77, LARGE };
	static const uint64_t from[] = { 0, 1, 511, 4096, OFFSETS }, to[] = {
		0, 1, 4095, 4096, CHUNK - 1, CHUNK, CHUNK + 1, 1000000 };
	struct rj_input input = unit_input(bytes, sizeof(bytes));

	(void)state;
	FOR_EACH(i, sizes)
		FOR_EACH(j, from)
			FOR_EACH(k, to)
				copy(&input, from[j], sizes[i], to[k]);
	rj_input_close(&input);
}

static void failures(void **state)
{
	struct rj_input input = unit_input(bytes, LARGE);
	struct rj_output output = { .fd = unit_file("", 0) };
	struct rj_output full = { .fd = open("/dev/full", O_RDWR) };
	uint32_t crc;

	(void)state;
	assert_int_equal(ftruncate(input.fd, LARGE - 1), 0);
	assert_error(rj_copy(&(struct rj_part){ &input, 0, LARGE }, &output, 0, &crc, &error), &error,
		     RJ_BAD, "the file shrank while being read");
	assert_error(rj_copy(&(struct rj_part){ &input, 0, CHUNK }, &full, 0, &crc, &error), &error,
		     RJ_HOST, "No space left on device");
	assert_true(error.of_output);
	close(full.fd);
	close(output.fd);
	rj_input_close(&input);
}

UNIT_MAIN(cmocka_unit_test(prepare), cmocka_unit_test(sums),
	  cmocka_unit_test(sizes_and_offsets),
	  cmocka_unit_test(failures))
