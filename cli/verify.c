/* SPDX-License-Identifier: MIT */
/*
 * rjpack verify: every checksum and every rule.
 */
#include <inttypes.h>
#include <stdio.h>

#include "command.h"
#include "diag.h"
#include "inspect.h"
#include "json.h"

static void print_json(const struct rj_input *input, const struct findings *findings)
{
	struct json json = { .file = stdout };

	json_open(&json, NULL, '{');
	json_string(&json, "file", input->path);
	json_bool(&json, "ok", findings->count == 0);
	json_open(&json, "findings", '[');
	for (size_t i = 0; i < findings->count && i < FINDINGS_MAX; i++)
		json_string(&json, NULL, findings->text[i]);
	json_close(&json, '[');
	json_close(&json, '{');
}

static void print_text(const struct rj_input *input, const struct rj_image *image,
		       const struct findings *findings)
{
	for (size_t i = 0; i < findings->count && i < FINDINGS_MAX; i++)
		fprintf(stderr, "rjpack: %s\n", findings->text[i]);
	if (findings->count == 0)
		printf("%s: ok (%zu piece%s, %" PRIu64 " bytes)\n", input->path,
		       image->piece_count, image->piece_count == 1 ? "" : "s", input->size);
}

static int verify_input(const struct options *options, const struct rj_input *input)
{
	struct findings findings = { 0 };
	struct rj_image image;
	struct rj_error error;
	int status;

	if (rj_image_read(&image, input, &error))
		findings_add(&findings, &error);
	else
		rj_image_check(&image, input, findings_add, &findings);
	if (options->json)
		print_json(input, &findings);
	else
		print_text(input, &image, &findings);
	status = findings.count ? RJ_BAD : RJ_DONE;
	findings_free(&findings);
	return status;
}

int run_verify(const struct options *options)
{
	return with_image(options, verify_input);
}
