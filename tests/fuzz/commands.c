/* SPDX-License-Identifier: MIT */
/*
 * inspect, verify and extract as their commands run, on a file that may be an image. What
 * they print goes nowhere; what extract writes, into a directory in memory.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/copy.h"
#include "command.h"
#include "fuzz.h"
#include "image/read.h"
#include "options.h"

#define PATH_SIZE 300

static char directory[] = "/dev/shm/rjpack-fuzz-XXXXXX";

/* Removes what extract has written, and what it should not have left. */
static void empty_directory(void)
{
	DIR *files = opendir(directory);
	char path[PATH_SIZE];

	require(files != NULL, "the directory is gone");
	for (struct dirent *file; (file = readdir(files));) {
		if (strcmp(file->d_name, ".") == 0 || strcmp(file->d_name, "..") == 0)
			continue;
		require(file->d_name[0] != '.', "a temporary file is left");
		snprintf(path, sizeof(path), "%s/%s", directory, file->d_name);
		require(unlink(path) == 0, "no file in the directory");
	}
	closedir(files);
}

static void remove_directory(void)
{
	rmdir(directory);
}

/* stderr's descriptor stays: sanitizers write to it. */
__attribute__((constructor))
static void begin(void)
{
	require(mkdtemp(directory), "no directory in memory");
	atexit(remove_directory);
}

/* Chance finds no CRC-32: an odd number of bytes gets those of manifest and pieces right. */
static void mend(struct rj_input *input)
{
	static uint8_t manifest[RJ_MANIFEST_MAX];
	static struct rj_image image;
	struct rj_error error;

	if (rj_image_read(&image, input, &error))
		return;
	for (size_t i = 0; i < image.piece_count; i++) {
		struct rj_piece *piece = &image.pieces[i];

		if (rj_image_has_piece(&image, piece))
			rj_crc_input(input, image.stub_at + piece->offset, piece->size,
				     &piece->crc, &error);
	}
	rj_image_sum_stub(&image, input, &image.manifest.stub_crc, &error);
	rj_manifest_store(&image.manifest, image.pieces, manifest);
	rj_write(input->fd, manifest, image.manifest.size, image.stub_at + image.stub_size, &error);
}

/* Gives the exit status. */
static int run(int (*command)(const struct options *options), struct options *options,
	       const uint8_t *bytes, size_t size)
{
	FILE *out = stdout, *errors = stderr, *nowhere = fopen("/dev/null", "w");
	struct rj_input input = open_bytes(bytes, size, size);
	static char path[32];
	int status;

	require(nowhere != NULL, "no /dev/null");
	if (size > 0 && bytes[size - 1] & 1)
		mend(&input);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", input.fd);
	options->operands[0].text = path;
	options->operand_count = 1;
	options->json = size % 2;
	options->verbose = true;
	stdout = stderr = nowhere;
	status = command(options);
	stdout = out;
	stderr = errors;
	fclose(nowhere);
	rj_input_close(&input);
	require(status == RJ_OK || status == RJ_BAD, "an exit status of other failures");
	return status;
}

void fuzz_inspect(const uint8_t *bytes, size_t size)
{
	static struct options options;

	run(run_inspect, &options, bytes, size);
}

void fuzz_verify(const uint8_t *bytes, size_t size)
{
	static char loaders[] = "kexec,kexec-elf,grub,multiboot1,qemu,pvh";
	static struct options options = { .loaders.text = loaders };

	run(run_verify, &options, bytes, size);
}

/* What verify accepts can be extracted. */
void fuzz_extract(const uint8_t *bytes, size_t size)
{
	static struct options options, verify;
	int status;

	options.directory.text = directory;
	status = run(run_extract, &options, bytes, size);
	empty_directory();
	if (status != RJ_OK)
		require(run(run_verify, &verify, bytes, size) != RJ_OK,
			"verify accepts what cannot be extracted");
}
