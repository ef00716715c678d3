/* SPDX-License-Identifier: MIT */
/*
 * rjpack kinds: the kinds of payload.
 */
#include <stdio.h>

#include "command.h"
#include "diag.h"
#include "json.h"
#include "options.h"

static void print_json_variants(struct json *json, const struct payload_kind *kind)
{
	if (!kind->variants)
		return;
	json_open(json, "variants", '[');
	for (size_t i = 0; i < kind->variant_count; i++) {
		const struct payload_variant *variant = &kind->variants[i];

		json_open(json, NULL, '{');
		json_string(json, "name", variant->name);
		json_string(json, "help", variant->help);
		json_string(json, "signature", variant->signature);
		json_string(json, "place", variant->place);
		json_close(json, '{');
	}
	json_close(json, '[');
}

static const char *argument_of(const struct payload_kind *kind)
{
	return kind->argument ? kind->argument : "";
}

static void print_json(void)
{
	struct json json = { .file = stdout };

	json_open(&json, NULL, '[');
	for (size_t i = 0; i < payload_kind_count; i++) {
		const struct payload_kind *kind = payload_kinds[i];

		json_open(&json, NULL, '{');
		json_string(&json, "name", kind->name);
		json_string(&json, "argument", argument_of(kind));
		json_string(&json, "help", kind->help);
		json_string(&json, "signature", kind->signature);
		json_string(&json, "place", kind->place);
		json_bool(&json, "repeatable", kind->adds);
		print_json_variants(&json, kind);
		json_close(&json, '{');
	}
	json_close(&json, '[');
}

static void print_variants(const struct payload_kind *kind)
{
	for (size_t i = 0; i < kind->variant_count; i++) {
		const struct payload_variant *variant = &kind->variants[i];

		printf("  %s=FILE\n    %s\n    signature: %s\n    place: %s\n", variant->name,
		       variant->help, variant->signature, variant->place);
	}
}

static void print_text(void)
{
	for (size_t i = 0; i < payload_kind_count; i++) {
		const struct payload_kind *kind = payload_kinds[i];

		printf("%s--%s%s%s\n  %s\n  signature: %s\n  place: %s\n", i ? "\n" : "",
		       kind->name, kind->argument ? " " : "", argument_of(kind), kind->help,
		       kind->signature, kind->place);
		print_variants(kind);
	}
}

int run_kinds(const struct options *options)
{
	if (options->operand_count > 0)
		return diag_extra(options->operands[0].text);
	if (options->json)
		print_json();
	else
		print_text();
	return RJ_OK;
}
