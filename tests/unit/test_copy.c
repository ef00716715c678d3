/* SPDX-License-Identifier: MIT */
/*
 * Copies and their CRC-32. The file system that shares blocks is a fake: it copies what would be
 * shared, and can change the input at any call.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <zlib.h>

#include "base/copy.h"
#include "base/crc.h"
#include "base/share.h"

#define CHUNK   (256u << 10)
#define LARGE   (RJ_SHARE_MIN + 10000)
#define OFFSETS 9000u           /* of a part in its file, below this */

static uint8_t bytes[OFFSETS + LARGE];
static struct rj_error error;

/* What the fake does, and what it was asked. */
static struct {
	long magic;
	int fails;                      /* with this errno; 0: it shares */
	int change;                     /* the input's descriptor, to be changed then; or -1 */
	unsigned calls;
	uint64_t shared;
} fake;

/* What glibc calls fstatfs for 64-bit offsets. */
int fstatfs64(int fd, struct statfs *fs);
int fstatfs64(int fd, struct statfs *fs)
{
	(void)fd;
	memset(fs, 0, sizeof(*fs));
	fs->f_type = fake.magic;
	return 0;
}

static void change(int fd)
{
	struct timespec tick = { .tv_nsec = 20000000 };

	nanosleep(&tick, NULL);
	assert_int_equal(pwrite(fd, "changed", 7, OFFSETS + 5000), 7);
}

/* Of a file system with blocks of RJ_SHARE_UNIT bytes. */
static int share(int fd, const struct file_clone_range *range)
{
	uint8_t *blocks = malloc(range->src_length);

	assert_int_equal(pread((int)range->src_fd, blocks, range->src_length, (off_t)range->src_offset),
			 (ssize_t)range->src_length);
	assert_int_equal(pwrite(fd, blocks, range->src_length, (off_t)range->dest_offset),
			 (ssize_t)range->src_length);
	free(blocks);
	fake.shared = range->src_length;
	if (fake.change >= 0)
		change(fake.change);
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	const struct file_clone_range *range;
	va_list arguments;

	va_start(arguments, request);
	range = va_arg(arguments, const struct file_clone_range *);
	va_end(arguments);
	assert_int_equal(request, FICLONERANGE);
	fake.calls++;
	if ((range->src_offset | range->dest_offset | range->src_length) % RJ_SHARE_UNIT != 0)
		errno = EINVAL;
	else
		errno = fake.fails;
	return errno ? -1 : share(fd, range);
}

static void prepare(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * i >> 5 ^ i >> 9);
}

static void reset(long magic)
{
	memset(&fake, 0, sizeof(fake));
	fake.magic = magic;
	fake.change = -1;
}

/* Waits until the input was changed long ago. */
static void let_rest(const struct rj_input *input)
{
	struct stat st;
	time_t end;

	assert_int_equal(fstat(input->fd, &st), 0);
	end = st.st_ctim.tv_sec + 2;
	while (time(NULL) < end) {
		struct timespec pause = { .tv_nsec = 50000000 };

		nanosleep(&pause, NULL);
	}
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
	reset(EXT4_SUPER_MAGIC);
	FOR_EACH(i, sizes)
		FOR_EACH(j, from)
			FOR_EACH(k, to)
				copy(&input, from[j], sizes[i], to[k]);
	assert_int_equal(fake.calls, 0);
	rj_input_close(&input);
}

static void alignment(void **state)
{
	static const struct { uint64_t offset, size, at, aligned; } rows[] = {
		{ 0, RJ_SHARE_MIN, 0, 0 }, { 0, RJ_SHARE_MIN, 1, 4096 },
		{ 0, RJ_SHARE_MIN, 4096, 4096 }, { 0, RJ_SHARE_MIN, 4097, 8192 },
		{ 512, RJ_SHARE_MIN, 1, 512 }, { 512, RJ_SHARE_MIN, 512, 512 },
		{ 512, RJ_SHARE_MIN, 513, 4608 }, { 8191, RJ_SHARE_MIN, 4096, 8191 },
		{ 0, RJ_SHARE_MIN - 1, 4097, 4097 },
	};
	const struct rj_input input = { .fd = -1 };

	(void)state;
	FOR_EACH(i, rows)
		assert_int_equal(rj_share_align(&(struct rj_part){ &input, rows[i].offset, rows[i].size },
						rows[i].at), rows[i].aligned);
	assert_int_equal(rj_share_align(&(struct rj_part){ NULL, 0, RJ_SHARE_MIN }, 7), 7);
}

/* As much as both files' blocks allow, from an input at rest, where the file system can. */
static void shared(void **state)
{
	static const struct { long magic; int fails; uint64_t from, size, to, shared; } rows[] = {
		{ BTRFS_SUPER_MAGIC, 0, 0, LARGE, 8192, LARGE / 4096 * 4096 },
		{ XFS_SUPER_MAGIC, 0, 0, LARGE, 0, LARGE / 4096 * 4096 },
		{ XFS_SUPER_MAGIC, 0, 512, LARGE, 512, (LARGE - 3584) / 4096 * 4096 },
		{ XFS_SUPER_MAGIC, 0, 4095, RJ_SHARE_MIN, 8191, RJ_SHARE_MIN - 4096 },
		{ XFS_SUPER_MAGIC, 0, 0, LARGE, 512, 0 },
		{ XFS_SUPER_MAGIC, 0, 0, RJ_SHARE_MIN - 1, 4096, 0 },
		{ XFS_SUPER_MAGIC, EOPNOTSUPP, 0, LARGE, 4096, 0 },
		{ XFS_SUPER_MAGIC, EXDEV, 0, LARGE, 4096, 0 },
		{ EXT4_SUPER_MAGIC, 0, 0, LARGE, 4096, 0 },
		{ NFS_SUPER_MAGIC, 0, 0, LARGE, 4096, 0 },
	};
	struct rj_input input = unit_input(bytes, sizeof(bytes));

	(void)state;
	let_rest(&input);
	FOR_EACH(i, rows) {
		reset(rows[i].magic);
		fake.fails = rows[i].fails;
		copy(&input, rows[i].from, rows[i].size, rows[i].to);
		assert_int_equal(fake.shared, rows[i].shared);
	}
	rj_input_close(&input);
}

/* A later change could have the same time. */
static void not_just_changed(void **state)
{
	struct rj_input input = unit_input(bytes, sizeof(bytes));

	(void)state;
	reset(XFS_SUPER_MAGIC);
	copy(&input, 0, LARGE, 4096);
	assert_int_equal(fake.calls, 0);
	rj_input_close(&input);
}

/* It is copied then, and the sum is that of what was written. */
static void changed_while_read(void **state)
{
	struct rj_input input = unit_input(bytes, sizeof(bytes));
	struct rj_output output = { .fd = unit_file("", 0) };
	uint8_t *now = malloc(LARGE);
	uint32_t crc;

	(void)state;
	let_rest(&input);
	reset(XFS_SUPER_MAGIC);
	fake.change = input.fd;
	assert_int_equal(rj_copy(&(struct rj_part){ &input, 0, LARGE }, &output, 4096, &crc, &error),
			 RJ_OK);
	assert_true(fake.shared > 0);
	rj_input_peek(&input, now, LARGE, 0);
	assert_memory_not_equal(now, bytes, LARGE);
	assert_copied(output.fd, 4096, now, LARGE, crc);
	free(now);
	close(output.fd);
	rj_input_close(&input);
}

static void failures(void **state)
{
	struct rj_input input = unit_input(bytes, LARGE);
	struct rj_output output = { .fd = unit_file("", 0) };
	struct rj_output full = { .fd = open("/dev/full", O_RDWR) };
	uint32_t crc;

	(void)state;
	reset(EXT4_SUPER_MAGIC);
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
	  cmocka_unit_test(alignment), cmocka_unit_test(shared), cmocka_unit_test(not_just_changed),
	  cmocka_unit_test(changed_while_read), cmocka_unit_test(failures))
