/* SPDX-License-Identifier: MIT */
/*
 * rjpack verify: checks every checksum and every rule.
 */
#include <inttypes.h>
#include <stdio.h>

#include "command.h"
#include "diag.h"
#include "findings.h"
#include "image/check.h"
#include "image/loaders.h"
#include "image/read.h"
#include "json.h"
#include "options.h"

#define COMMAND_MAX 512

/* For each loader in --for: its command, or why it refuses the file. */
static void json_loaders(struct json *json, const struct options *options,
			 const struct rj_input *input, const struct rj_features *features)
{
	const struct rj_loader *loader;
	struct rj_error error;

	json_open(json, "loaders", '[');
	for (const char *list = options->loaders.text; list && !rj_loader_next(&list, &loader, &error);) {
		const char *why = loader->refuses(features);
		char text[COMMAND_MAX];

		rj_loader_command(loader, input->path, text, sizeof(text));
		json_open(json, NULL, '{');
		json_string(json, "name", loader->name);
		json_bool(json, "ok", !why);
		json_string(json, why ? "why" : "command", why ? why : text);
		json_close(json, '{');
	}
	json_close(json, '[');
}

static void print_json(const struct options *options, const struct rj_input *input,
		       const struct rj_features *features, const struct findings *findings)
{
	struct json json = { .file = stdout };

	json_open(&json, NULL, '{');
	json_number(&json, "schema", JSON_SCHEMA);
	json_string(&json, "file", input->path);
	json_bool(&json, "ok", findings->status == RJ_OK);
	json_open(&json, "findings", '[');
	for (size_t i = 0; i < findings->count && i < FINDINGS_MAX; i++)
		json_string(&json, NULL, findings->text[i]);
	json_close(&json, '[');
	json_loaders(&json, options, input, features);
	json_close(&json, '{');
}

static void print_text(const struct rj_input *input, const struct rj_image *image,
		       const struct findings *findings)
{
	for (size_t i = 0; i < findings->count && i < FINDINGS_MAX; i++)
		fprintf(stderr, "rjpack: %s\n", findings->text[i]);
	if (findings->status == RJ_OK)
		printf("%s: ok (%zu piece%s, %" PRIu64 " bytes)\n", input->path,
		       image->piece_count, image->piece_count == 1 ? "" : "s", input->size);
}

/* Checks whether each loader accepts the file, and prints the commands of those that do. */
static void check_loaders(const struct options *options, const struct rj_input *input,
			  const struct rj_features *features, struct findings *findings)
{
	const struct rj_loader *loader;
	struct rj_error error;
	char text[COMMAND_MAX];

	for (const char *list = options->loaders.text; list;) {
		const char *why;

		if (rj_loader_next(&list, &loader, &error))
			return;         /* --for has been checked */
		why = loader->refuses(features);
		if (why) {
			rj_fail_about(&error, RJ_BAD, input->path,
				      "%s cannot load the file: %s", loader->name, why);
			findings_add(findings, &error);
		} else if (!options->json) {
			rj_loader_command(loader, input->path, text, sizeof(text));
			printf("%s: %s\n", loader->name, text);
		}
	}
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
	if (options->loaders.text)
		check_loaders(options, input, &image.features, &findings);
	if (options->json)
		print_json(options, input, &image.features, &findings);
	else
		print_text(input, &image, &findings);
	status = findings.status;
	findings_free(&findings);
	return status;
}

int run_verify(const struct options *options)
{
	return with_image(options, verify_input);
}
