/* SPDX-License-Identifier: MIT */
/* The stub's inflate, and what reads gzip files with it, against zlib. */
#include "unit.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <zlib.h>

#include "install/inflate.h"
#include "runtime/gzip.h"

#define CANARY 0xA5
#define MARGIN 64u
#define PAGE 4096u
#define DAMAGED_STREAMS 20000
#define FAST_SIZE 9000  /* for inflate_fast.asm, more than INFLATE_OUTPUT_MARGIN */

enum { TO, INPUT, WORK, AREAS };

/*
 * The program is not position-independent, so these are below 4 GiB, as inflate_fast.asm needs
 * them. The last page of each cannot be accessed.
 */
static uint8_t areas[AREAS][8u << 20] __attribute__((aligned(PAGE)));

/* size bytes before that page, after a margin that nobody may write. */
static uint8_t *area_new(int area, uint32_t size)
{
	uint8_t *end = areas[area] + sizeof(areas[area]) - PAGE;

	assert_true(size + MARGIN + PAGE <= sizeof(areas[area]));
	memset(end - size - MARGIN, CANARY, size + MARGIN);
	return end - size;
}

static void area_check(const uint8_t *bytes)
{
	for (uint32_t i = 1; i <= MARGIN; i++)
		assert_int_equal(bytes[-(int)i], CANARY);
}

static uint8_t *area_copy(int area, const uint8_t *from, uint32_t size)
{
	return memcpy(area_new(area, size), from, size);
}

static int set_guards(int protection)
{
	for (int i = 0; i < AREAS; i++)
		if (mprotect(areas[i] + sizeof(areas[i]) - PAGE, PAGE, protection))
			return -1;
	return 0;
}

static int guard_areas(void **state)
{
	(void)state;
	return set_guards(PROT_NONE);
}

/* LeakSanitizer reads all static memory at the end. */
static int free_areas(void **state)
{
	(void)state;
	return set_guards(PROT_READ | PROT_WRITE);
}

/* Our verdict, from memory of exactly these sizes. Output: compare with expected unless NULL. */
static int32_t unpack(uint32_t to_size, const uint8_t *from, uint32_t from_size,
		      const uint8_t *expected)
{
	uint8_t *to = area_new(TO, to_size), *work = area_new(WORK, RJ_INFLATE_WORK);
	int32_t error = rj_inflate(to, to_size, area_copy(INPUT, from, from_size), from_size, work);

	area_check(to);
	area_check(work);
	if (!error && expected)
		assert_memory_equal(to, expected, to_size);
	return error;
}

static uint8_t *pack(const uint8_t *from, uint32_t size, int level, int strategy, uint32_t *packed)
{
	z_stream z = { 0 };
	uint32_t room;
	uint8_t *to;

	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -MAX_WBITS, 9, strategy), Z_OK);
	room = size + size / 4 + 100;   /* 9 bits for a byte by the fixed code */
	to = malloc(room);
	assert_non_null(to);
	z.next_in = (uint8_t *)from;
	z.avail_in = size;
	z.next_out = to;
	z.avail_out = room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*packed = room - z.avail_out;
	deflateEnd(&z);
	return to;
}

/* zlib's result: whether the stream is valid and unpacks to these bytes. */
static bool zlib_unpacks(uint8_t *to, uint32_t to_size, const uint8_t *from, uint32_t from_size)
{
	z_stream z = {
		.next_in = (uint8_t *)from, .avail_in = from_size,
		.next_out = to, .avail_out = to_size,
	};
	int result;

	assert_int_equal(inflateInit2(&z, -MAX_WBITS), Z_OK);
	result = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	return result == Z_STREAM_END && !z.avail_out;
}

static uint32_t random_number(void)
{
	return (uint32_t)rand() << 16 ^ (uint32_t)rand();
}

static void fill_random(uint8_t *p, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		p[i] = (uint8_t)rand();
}

static void fill_zeros(uint8_t *p, uint32_t size)
{
	memset(p, 0, size);
}

/* Words of different frequency, so that codes get long, and matches near and far. */
static void fill_text(uint8_t *p, uint32_t size)
{
	for (uint32_t i = 0; i < size;) {
		uint32_t word = random_number() % (1 + random_number() % 5000), length = 2 + word % 9;

		for (; length && i < size; length--) {
			p[i++] = (uint8_t)('a' + word % 26);
			word = word * 1103515245 + 12345;
		}
		if (i < size)
			p[i++] = ' ';
	}
}

/* Runs of every period and length: matches that overlap themselves. */
static void fill_runs(uint8_t *p, uint32_t size)
{
	for (uint32_t i = 0; i < size;) {
		uint32_t period = 1 + random_number() % 9, length = random_number() % 600;

		for (uint32_t k = 0; k < period && i < size; k++)
			p[i++] = (uint8_t)rand();
		for (; length && i < size && i >= period; length--, i++)
			p[i] = p[i - period];
	}
}

/* The most output for the input: matches of 258 bytes, by two bits each. */
static void fill_pattern(uint8_t *p, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		p[i] = (uint8_t)(i % 7);
}

/* What a disk has: a little of each, in sectors. */
static void fill_disk(uint8_t *p, uint32_t size)
{
	static void (*const parts[])(uint8_t *, uint32_t) = {
		fill_zeros, fill_text, fill_runs, fill_random
	};

	for (uint32_t i = 0; i < size;) {
		uint32_t n = 512 * (1 + random_number() % 64);

		if (n > size - i)
			n = size - i;
		parts[random_number() % 4](p + i, n);
		i += n;
	}
}

static void (*const fills[])(uint8_t *, uint32_t) = {
	fill_random, fill_zeros, fill_text, fill_runs, fill_pattern, fill_disk
};

static void one_stream(const uint8_t *bytes, uint32_t size, int level, int strategy)
{
	uint32_t packed_size;
	uint8_t *packed = pack(bytes, size, level, strategy, &packed_size);

	assert_int_equal(unpack(size, packed, packed_size, bytes), 0);
	assert_int_equal(unpack(size + 1, packed, packed_size, NULL), RJ_INFLATE_TOO_SHORT);
	if (size)
		assert_int_equal(unpack(size - 1, packed, packed_size, NULL), RJ_INFLATE_TOO_LONG);
	free(packed);
}

static void undoes_what_zlib_does(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 2, 3, 257, 258, 259, 1000, 65535, 65536, 200000, 5000000 };
	static const int levels[] = { 0, 1, 6, 9 };
	static const int strategies[] = { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE };

	(void)state;
	FOR_EACH(f, fills)
		FOR_EACH(i, sizes) {
			uint8_t *bytes = malloc(sizes[i] + 1);

			assert_non_null(bytes);
			fills[f](bytes, sizes[i]);
			FOR_EACH(l, levels)
				one_stream(bytes, sizes[i], levels[l], Z_DEFAULT_STRATEGY);
			FOR_EACH(k, strategies)
				one_stream(bytes, sizes[i], 6, strategies[k]);
			free(bytes);
		}
}

static void refuses_every_truncation(void **state)
{
	static uint8_t bytes[FAST_SIZE];

	(void)state;
	FOR_EACH(f, fills)
		for (int level = 0; level <= 9; level += 3) {
			uint32_t size;
			uint8_t *packed;

			fills[f](bytes, sizeof(bytes));
			packed = pack(bytes, sizeof(bytes), level, Z_DEFAULT_STRATEGY, &size);
			for (uint32_t n = 0; n < size; n++)
				assert_int_equal(unpack(sizeof(bytes), packed, n, bytes),
						 RJ_INFLATE_TOO_SHORT);
			free(packed);
		}
}

/* Exactly the streams that zlib accepts are accepted, and unpack to the same bytes. */
static void agrees_with_zlib_on_damage(void **state)
{
	static uint8_t bytes[FAST_SIZE], theirs[FAST_SIZE];
	unsigned good = 0;

	(void)state;
	for (int i = 0; i < DAMAGED_STREAMS; i++) {
		uint32_t size;
		uint8_t *packed;

		fills[i % (int)COUNT_OF(fills)](bytes, sizeof(bytes));
		packed = pack(bytes, sizeof(bytes), 1 + i % 9, i % 7 ? Z_DEFAULT_STRATEGY : Z_FIXED, &size);
		for (uint32_t k = random_number() % 4 + 1; k; k--)
			packed[random_number() % (k == 1 && size > 80 ? 80 : size)] ^=
				(uint8_t)(1u << rand() % 8);
		memset(theirs, CANARY, sizeof(theirs));
		if (zlib_unpacks(theirs, sizeof(theirs), packed, size)) {
			good++;
			assert_int_equal(unpack(sizeof(bytes), packed, size, theirs), 0);
		} else {
			assert_between(-unpack(sizeof(bytes), packed, size, NULL), 1, 3);
		}
		free(packed);
	}
	assert_between(good, DAMAGED_STREAMS / 1000, DAMAGED_STREAMS / 2);
}

/* Random bytes after the first bits of each kind of block: invalid headers. */
static void agrees_with_zlib_on_noise(void **state)
{
	static uint8_t noise[400], theirs[FAST_SIZE];

	(void)state;
	for (int i = 0; i < DAMAGED_STREAMS; i++) {
		uint32_t to_size = random_number() % sizeof(theirs);
		bool good;

		fill_random(noise, sizeof(noise));
		noise[0] = (uint8_t)((noise[0] & ~7) | i % 8);
		good = zlib_unpacks(theirs, to_size, noise, sizeof(noise));
		assert_int_equal(!unpack(to_size, noise, sizeof(noise), theirs), good);
	}
}

/* The stream may end inside of other bytes. */
static void ignores_what_follows(void **state)
{
	static uint8_t bytes[1000], longer[3000];
	uint32_t size;
	uint8_t *packed;

	(void)state;
	fill_text(bytes, sizeof(bytes));
	packed = pack(bytes, sizeof(bytes), 6, Z_DEFAULT_STRATEGY, &size);
	memcpy(longer, packed, size);
	fill_random(longer + size, sizeof(longer) - size);
	for (uint32_t n = size; n < size + 64; n++)
		assert_int_equal(unpack(sizeof(bytes), longer, n, bytes), 0);
	free(packed);
}

static uint32_t crc(uint32_t sum, const void *bytes, size_t size)
{
	return (uint32_t)crc32_z(sum, bytes, size);
}

/* A member as zlib writes it, with whatever the header may have. */
static uint32_t gzip(uint8_t *to, uint32_t room, bool all, const uint8_t *bytes, uint32_t count)
{
	uint8_t extra[] = "extra", name[] = "name", comment[] = "comment";
	gz_header header = { .extra = extra, .extra_len = sizeof(extra), .name = name,
			     .comment = comment, .hcrc = 1 };
	z_stream z = { .next_in = (uint8_t *)bytes, .avail_in = count,
		       .next_out = to, .avail_out = room };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY),
			 Z_OK);
	if (all)
		assert_int_equal(deflateSetHeader(&z, &header), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

/* Our verdict on a file, from memory of exactly these sizes; *size becomes what it has. */
static int32_t gunzip(uint32_t *size, const uint8_t *file, uint32_t file_size,
		      const uint8_t *expected)
{
	uint8_t *to = area_new(TO, *size), *work = area_new(WORK, RJ_INFLATE_WORK);
	int32_t error = gzip_unpack(to, size, area_copy(INPUT, file, file_size), file_size, crc,
				    work);

	area_check(to);
	area_check(work);
	if (!error)
		assert_memory_equal(to, expected, *size);
	return error;
}

/* Members follow each other, zeros follow the last: the size is what comes out. */
static void unpacks_gzip_files(void **state)
{
	static uint8_t bytes[30000], file[40000];

	(void)state;
	fill_disk(bytes, sizeof(bytes));
	for (uint32_t members = 1; members <= 4; members++) {
		uint32_t part = sizeof(bytes) / members, end = 0, size;

		memset(file, 0, sizeof(file));
		for (uint32_t i = 0; i < members; i++)
			end += gzip(file + end, sizeof(file) - end, i % 2, bytes + i * part, part);
		for (uint32_t zeros = 0; zeros < 40; zeros++) {
			size = sizeof(bytes) + zeros;
			assert_int_equal(gunzip(&size, file, end + zeros, bytes), 0);
			assert_int_equal(size, members * part);
		}
		file[end + 30] = 1;
		size = sizeof(bytes);
		assert_int_equal(gunzip(&size, file, end + 31, bytes), RJ_INFLATE_DAMAGED);
		size = members * part - 1;
		assert_int_equal(gunzip(&size, file, end, bytes), RJ_INFLATE_TOO_LONG);
	}
}

/* Cut anywhere, any bit flipped, and any flags in the header. */
static void refuses_gzip_files(void **state)
{
	static uint8_t bytes[3000], file[4000];
	uint32_t end, size;

	(void)state;
	fill_disk(bytes, sizeof(bytes));
	end = gzip(file, sizeof(file), true, bytes, sizeof(bytes));
	for (uint32_t length = GZIP_HEADER + GZIP_TRAILER + 1; length < end; length++)
		for (unsigned flags = 0; flags < 256; flags += length % 64 ? 51 : 1) {
			uint8_t as_was = file[3];

			file[3] = (uint8_t)(length % 2 ? flags : as_was);
			size = sizeof(bytes);
			assert_true(gunzip(&size, file, length, bytes));
			file[3] = as_was;
		}
	for (uint32_t at = end - GZIP_TRAILER; at < end; at++) {
		file[at] ^= 0x10;
		size = sizeof(bytes);
		assert_int_equal(gunzip(&size, file, end, bytes), RJ_INFLATE_DAMAGED);
		file[at] ^= 0x10;
	}
}

int main(void)
{
	struct CMUnitTest tests[] = {
		cmocka_unit_test(undoes_what_zlib_does),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(agrees_with_zlib_on_damage),
		cmocka_unit_test(agrees_with_zlib_on_noise),
		cmocka_unit_test(ignores_what_follows),
		cmocka_unit_test(unpacks_gzip_files),
		cmocka_unit_test(refuses_gzip_files),
	};

	unit_name_rows(tests, COUNT_OF(tests));
	return cmocka_run_group_tests(tests, guard_areas, free_areas);
}
