/* SPDX-License-Identifier: MIT */
/*
 * rjpack extract: writes the pieces to files. Their names come from the image, so unsafe
 * characters are replaced in file names.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/copy.h"
#include "base/temporary.h"
#include "command.h"
#include "diag.h"
#include "image/check.h"
#include "image/read.h"
#include "options.h"
#include "output.h"

/* Returns "DIR/name.bin" without the name's leading dots; the caller frees it. */
static char *piece_path(const char *directory, const struct rj_piece *piece)
{
	const char *name = piece->name + strspn(piece->name, ".");
	size_t size = strlen(directory) + strlen(name) + sizeof("/.bin");
	char *path = malloc(size);

	if (!path)
		return NULL;
	snprintf(path, size, "%s/%s.bin", directory, name);
	for (char *at = path + strlen(directory) + 1; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
			*at = '_';
	return path;
}

static enum rj_err copy_piece(const struct rj_image *image, const struct rj_piece *piece,
			      const struct rj_input *input, const struct rj_output *output,
			      struct rj_error *err)
{
	struct rj_part source = { input, image->stub_at + piece->offset, piece->size };
	uint32_t crc;

	if (piece == rj_image_disk(image))
		return rj_image_unpack_disk(image, input, output, err);
	if (rj_copy(&source, output, 0, &crc, err))
		return err->class;
	return rj_image_judge_piece(image, piece, input, crc, err);
}

static uint32_t unpacked_size(const struct rj_image *image, const struct rj_piece *piece)
{
	return piece == rj_image_disk(image) ? image->services.block.image.size : piece->size;
}

/* A link with the file's name is replaced, never followed. */
static enum rj_err remove_link(const char *path, struct rj_error *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? RJ_OK : rj_cannot_create(err);
	if (S_ISLNK(st.st_mode) && unlink(path) < 0)
		return rj_cannot_create(err);
	return RJ_OK;
}

static int extract_piece(const struct options *options, const struct rj_image *image,
			 const struct rj_piece *piece, const struct rj_input *input)
{
	char *path = piece_path(options->directory.text, piece);
	struct output output;
	struct rj_error error;
	int status = RJ_OK;

	if (!path)
		return diag_no_memory();
	if (remove_link(path, &error) ||
	    output_open(&output, path, OUTPUT_SHARED, input, 1, &error)) {
		status = diag_about(path, &options->directory.origin, &error);
	} else if (copy_piece(image, piece, input, &output.file, &error)) {
		output_discard(&output);
		status = diag_about(path, &options->directory.origin, &error);
	} else if (output_commit(&output, &error)) {
		status = diag_about(path, &options->directory.origin, &error);
	} else if (options->verbose) {
		diag_say(RJ_NOTE, path, "%s: %u bytes", piece->name,
			 unpacked_size(image, piece));
	}
	free(path);
	return status;
}

/* If an image breaks a rule, no pieces are written. */
static void print_finding(void *status, const struct rj_error *error)
{
	int exit_status = error->class == RJ_NOTE ? RJ_OK : diag(error);

	if (exit_status)
		*(int *)status = exit_status;
}

static int extract_input(const struct options *options, const struct rj_input *input)
{
	struct rj_image image;
	struct rj_error error;
	int status = RJ_OK;

	if (rj_image_read(&image, input, &error))
		return diag(&error);
	rj_image_check_headers(&image, input, print_finding, &status);
	for (size_t i = 0; i < image.piece_count && status == RJ_OK; i++)
		status = extract_piece(options, &image, &image.pieces[i], input);
	return status;
}

int run_extract(const struct options *options)
{
	if (!options->directory.text)
		return diag_say(RJ_USAGE, NULL, "no output directory; use -C DIR");
	return with_image(options, extract_input);
}
