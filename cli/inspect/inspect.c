/* SPDX-License-Identifier: MIT */
/*
 * rjpack inspect: what is in an image, where it will be placed, how to load it.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/copy.h"
#include "command.h"
#include "diag.h"
#include "findings.h"
#include "image/check.h"
#include "image/read.h"
#include "inspect/compare_images.h"
#include "inspect/describe.h"
#include "inspect/picture.h"
#include "options.h"
#include "output.h"

static enum rj_err draw(const struct rj_image *image, const char *name, int fd,
			struct rj_error *err)
{
	static struct picture pictures[PICTURE_COUNT];
	int copy = dup(fd);
	FILE *file = copy < 0 ? NULL : fdopen(copy, "w");
	bool good;

	if (!file) {
		rj_cannot_write(err);
		if (copy >= 0)
			close(copy);
		return err->class;
	}
	pictures_of_image(image, pictures);
	pictures_svg(file, pictures, name);
	good = fflush(file) == 0 && !ferror(file);
	if (!good)
		rj_cannot_write(err);
	fclose(file);
	return good ? RJ_OK : err->class;
}

static int draw_file(const struct rj_image *image, const struct rj_input *input,
		     const struct value *picture)
{
	struct output output;
	struct rj_error error;

	if (output_open(&output, picture->text, OUTPUT_SHARED, input, 1, &error))
		return diag_about(picture->text, &picture->origin, &error);
	if (draw(image, input->path, output.file.fd, &error)) {
		output_discard(&output);
		return diag_about(picture->text, &picture->origin, &error);
	}
	return output_commit(&output, &error)
	       ? diag_about(picture->text, &picture->origin, &error) : RJ_OK;
}

static int inspect_input(const struct options *options, const struct rj_input *input)
{
	struct findings findings = { 0 };
	struct rj_image image;
	struct rj_error error;
	int status = RJ_OK;

	if (rj_image_read(&image, input, &error))
		return diag_about(input->path, NULL, &error);
	rj_image_check(&image, input, findings_add, &findings);
	if (options->svg.text)
		status = draw_file(&image, input, &options->svg);
	else
		inspect_print(&image, input->path, &findings, options->json);
	for (size_t i = 0; i < findings.count && i < FINDINGS_MAX; i++)
		fprintf(stderr, "rjpack: %s\n", findings.text[i]);
	if (status == RJ_OK)
		status = findings.status;
	findings_free(&findings);
	return status;
}

int run_inspect(const struct options *options)
{
	bool two = options->operand_count == 2;

	if (options->svg.text && (two || options->json))
		return diag_say(RJ_USAGE, "--svg", "does not go with %s",
				two ? "two images" : "--json");
	return two ? compare_images(options) : with_image(options, inspect_input);
}
