/* SPDX-License-Identifier: MIT */
/*
 * The file that the program writes, on file systems that report failures late, and among inputs.
 */
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>

#include "output.h"

static struct rj_error error;
static int close_fails;         /* with this errno; 0: it does not */

/* As on NFS, where only this may report a write that failed. */
int close(int fd)
{
	static int (*real)(int);

	if (!real) {
		void *symbol = dlsym(RTLD_NEXT, "close");

		memcpy(&real, &symbol, sizeof(symbol));
	}
	if (real(fd) < 0)
		return -1;
	errno = close_fails;
	return close_fails ? -1 : 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void assert_file(const char *path, const char *text)
{
	char found[16] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_non_null(fgets(found, sizeof(found), file));
	assert_string_equal(found, text);
	assert_int_equal(fclose(file), 0);
}

static void failure_at_close(void **state)
{
	char directory[] = "/tmp/rjpack-unit-XXXXXX", path[64];
	struct output output;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/out", directory);
	write_file(path, "old");
	for (int synced = 0; synced <= 1; synced++) {
		assert_int_equal(output_open(&output, path, OUTPUT_SHARED, NULL, 0, &error), RJ_OK);
		output.file.synced = synced;
		assert_int_equal(rj_write(output.file.fd, "new", 3, 0, &error), RJ_OK);
		close_fails = EDQUOT;
		assert_error(output_commit(&output, &error), &error, RJ_HOST, "Disk quota exceeded");
		close_fails = 0;
		assert_file(path, "old");
	}
	assert_int_equal(output_open(&output, path, OUTPUT_SHARED, NULL, 0, &error), RJ_OK);
	assert_int_equal(rj_write(output.file.fd, "new", 3, 0, &error), RJ_OK);
	assert_int_equal(output_commit(&output, &error), RJ_OK);
	assert_file(path, "new");
	unlink(path);
	assert_int_equal(rmdir(directory), 0);          /* no temporary file is left */
}

/* A block device by its number, since it can have several names; other files by their inode. */
static void same_file(void **state)
{
	static const struct {
		struct rj_input input;
		struct stat st;
		bool same;
	} rows[] = {
		{ { .device = 1, .inode = 2 }, { .st_mode = S_IFREG, .st_dev = 1, .st_ino = 2 }, true },
		{ { .device = 1, .inode = 2 }, { .st_mode = S_IFREG, .st_dev = 1, .st_ino = 3 }, false },
		{ { .device = 1, .inode = 2 }, { .st_mode = S_IFREG, .st_dev = 3, .st_ino = 2 }, false },
		{ { .device = 1, .is_device = true }, { .st_mode = S_IFBLK, .st_dev = 5, .st_ino = 6,
							.st_rdev = 1 }, true },
		{ { .device = 1, .is_device = true }, { .st_mode = S_IFBLK, .st_dev = 5, .st_ino = 6,
							.st_rdev = 2 }, false },
		{ { .device = 1, .is_device = true }, { .st_mode = S_IFREG, .st_dev = 1 }, false },
		{ { .device = 1, .inode = 2 }, { .st_mode = S_IFBLK, .st_dev = 1, .st_ino = 2,
						 .st_rdev = 1 }, false },
	};

	(void)state;
	FOR_EACH(i, rows)
		assert_int_equal(rj_input_is(&rows[i].input, &rows[i].st), rows[i].same);
}

UNIT_MAIN(cmocka_unit_test(failure_at_close), cmocka_unit_test(same_file))
