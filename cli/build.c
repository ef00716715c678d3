/* SPDX-License-Identifier: MIT */
/*
 * rjpack build: file, payload kind, plan, container, image.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "diag.h"
#include "inspect.h"
#include "number.h"
#include "output.h"
#include "regs.h"
#include "services.h"
#include "stub_blob.h"

struct build {
	const struct options *options;
	struct rj_plan plan;
	struct payload_option payloads[RJ_MAX_PIECES];
	struct rj_input inputs[RJ_MAX_PIECES + 1];      /* the last may be a snapshot */
	size_t input_count;
};

/* The payload options and bare files, the one that starts in front of the others. */
static enum rj_err collect(struct build *build, struct rj_error *err)
{
	const struct options *options = build->options;
	struct payload_option *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < options->payload_count + options->operand_count; i++) {
		struct payload_option payload = { 0 };
		bool adds;

		if (i < options->payload_count)
			payload = options->payloads[i];
		else
			payload.argument = options->operands[i - options->payload_count];
		adds = payload.kind && payload.kind->adds;
		if (first && !adds)
			return rj_fail(err, RJ_ERR_TWO_PAYLOADS, .name = first->argument,
				       .other = payload.argument);
		if (count == RJ_MAX_PIECES)
			return rj_fail(err, RJ_ERR_TOO_MANY, .limit = RJ_MAX_PIECES);
		if (adds) {
			build->payloads[count++] = payload;
			continue;
		}
		memmove(build->payloads + 1, build->payloads, count++ * sizeof(payload));
		build->payloads[0] = payload;
		first = &build->payloads[0];
	}
	build->input_count = 0;
	return count ? RJ_OK : rj_fail(err, RJ_ERR_NO_PAYLOAD);
}

static enum rj_err detect(struct build *build, const struct rj_input *input,
			  struct payload_option *payload, struct rj_error *err)
{
	struct rj_error note = { .code = RJ_ERR_DETECTED, .subject = input->path };
	const char *why;

	if (payload->kind)
		return RJ_OK;
	if (payload_detect(input, &payload->kind, &why, err))
		return err->code;
	note.name = payload->kind->name;
	snprintf(note.text, sizeof(note.text), "%s", why);
	rj_plan_note(&build->plan, &note);
	return RJ_OK;
}

static enum rj_err read_payload(struct build *build, struct payload_option *payload,
				struct rj_error *err)
{
	struct rj_input *input = &build->inputs[build->input_count];
	uint64_t address = 0;

	if (payload->kind && payload->kind->words)
		return payload->kind->take(&build->plan, payload->argument, err);
	if (payload->kind && payload->kind->addressed &&
	    payload_split_address(payload->argument, &address, err))
		return err->code;
	if (rj_input_open(input, payload->argument, err))
		return err->code;
	build->input_count++;
	if (detect(build, input, payload, err))
		return err->code;
	if (!payload->kind->read(&build->plan, input, address, err))
		return RJ_OK;
	if (!err->subject)
		err->subject = input->path;
	return err->code;
}

static enum rj_err restore(struct build *build, struct rj_error *err)
{
	static struct rj_snapshot snapshot;
	struct rj_input *input = &build->inputs[build->input_count];

	if (!build->options->snapshot)
		return RJ_OK;
	if (rj_input_open(input, build->options->snapshot, err))
		return err->code;
	build->input_count++;
	if (!rj_snapshot_read(&snapshot, input, err) &&
	    !rj_snapshot_plan(&snapshot, input, &build->plan, err))
		return RJ_OK;
	if (!err->subject)
		err->subject = input->path;
	return err->code;
}

/* What the options say of the arrival, over what the payload's kind says. */
static enum rj_err apply_options(struct build *build, struct rj_error *err)
{
	const struct options *options = build->options;
	struct rj_regs *regs = &build->plan.regs;
	uint64_t entry;
	uint16_t cs, ip;

	if (options->has_drive)
		regs->edx = options->drive;
	if (options->entry) {
		if (rj_parse_far(options->entry, &cs, &ip, err))
			return err->code;
		rj_plan_set_entry(&build->plan, cs, ip);
	}
	entry = rj_plan_entry(regs);
	for (size_t i = 0; i < options->reg_count; i++)
		if (rj_regs_assign(regs, options->regs[i], err))
			return err->code;
	if (rj_plan_entry(regs) != entry)
		build->plan.has_entry = true;
	return RJ_OK;
}

/* After all else that decides what there is to serve, and on which drive. */
static enum rj_err add_services(struct build *build, struct rj_error *err)
{
	const struct rj_service_table table = { rj_service_blobs, rj_service_blob_count };
	const struct rj_services *services = &build->plan.services;

	if (services->map[0].number && (services->int13 == RJ_INT13_firmware ||
					services->int13 == RJ_INT13_none))
		return rj_fail(err, RJ_ERR_MAP_UNSERVED, .subject = "--drive-map");
	if (build->options->disk_option && services->image.size == 0)
		return rj_fail(err, RJ_ERR_DISK_ONLY, .subject = build->options->disk_option);
	return rj_services_plan(&build->plan, &table, err);
}

static enum rj_err make_plan(struct build *build, struct rj_error *err)
{
	const struct options *options = build->options;
	struct rj_plan *plan = &build->plan;

	rj_plan_init(plan, options->drive);
	plan->flags = options->flags;
	plan->repairs = options->repairs;
	plan->serial_port = options->serial_port;
	plan->serial_divisor = options->serial_divisor;
	plan->base = options->base;
	plan->services = options->services;
	plan->disk_wishes = options->disk;
	if (collect(build, err))
		return err->code;
	for (size_t i = 0; i < RJ_MAX_PIECES && build->payloads[i].argument; i++)
		if (read_payload(build, &build->payloads[i], err))
			return err->code;
	if (restore(build, err) || apply_options(build, err) || add_services(build, err))
		return err->code;
	return rj_plan_seal(plan, err);
}

static void tell(const struct build *build)
{
	const struct rj_plan *plan = &build->plan;

	for (size_t i = 0; i < plan->note_count; i++)
		if (plan->notes[i].code != RJ_ERR_DETECTED || build->options->verbose)
			diag(&plan->notes[i]);
	for (size_t i = 0; build->options->verbose && i < plan->piece_count; i++) {
		const struct rj_plan_piece *piece = &plan->pieces[i];

		diag(&(struct rj_error){ .code = RJ_ERR_CARRIED, .name = piece->name,
			.subject = piece->input ? piece->input->path : NULL,
			.count = piece->size, .at = piece->address,
			.end = piece->address + piece->size });
	}
}

static enum rj_err write_image(struct build *build, struct rj_error *err)
{
	const struct options *options = build->options;
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	struct rj_image image;
	struct output output;

	if (output_open(&output, options->output, OUTPUT_SHARED, build->inputs,
			build->input_count, err))
		return err->code;
	if (options->container->write(&build->plan, &blob, output.fd, &image, err)) {
		output_discard(&output);
		return err->code;
	}
	if (output_commit(&output, err))
		return err->code;
	rj_services_of_plan(&image.services, &build->plan);
	if (options->json && strcmp(options->output, "-") != 0)
		inspect_print(&image, options->output, NULL, true);
	return RJ_OK;
}

static enum rj_err dry_run(struct build *build, struct rj_error *err)
{
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	struct rj_image image;
	const char *name = build->options->output ? build->options->output : "IMAGE";

	if (build->options->container->write(&build->plan, &blob, -1, &image, err))
		return err->code;
	rj_services_of_plan(&image.services, &build->plan);
	inspect_print(&image, name, NULL, build->options->json);
	return RJ_OK;
}

static int build_image(struct build *build)
{
	const struct options *options = build->options;
	struct rj_error error = { 0 };

	if (!options->output && !options->dry_run) {
		rj_fail(&error, RJ_ERR_NO_OUTPUT);
		return diag(&error);
	}
	if (make_plan(build, &error))
		return diag(&error);
	tell(build);
	if (options->dry_run ? dry_run(build, &error) : write_image(build, &error))
		return diag_about(options->output, &error);
	return RJ_DONE;
}

int run_build(const struct options *options)
{
	static struct build build;
	int status;

	build.options = options;
	status = build_image(&build);
	rj_plan_free(&build.plan);
	for (size_t i = 0; i < build.input_count; i++)
		rj_input_close(&build.inputs[i]);
	return status;
}
