/* SPDX-License-Identifier: MIT */
/*
 * rjpack build: file, payload kind, plan, container, image.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "abi/stub_blob.h"
#include "base/copy.h"
#include "base/number.h"
#include "base/temporary.h"
#include "build.h"
#include "command.h"
#include "depfile.h"
#include "diag.h"
#include "disk/contents.h"
#include "image/regs.h"
#include "image/service_modes.h"
#include "image/services.h"
#include "image/services_read.h"
#include "inspect/describe.h"
#include "options.h"
#include "output.h"
#include "unserved.h"

/* Payloads, files that their options name, a snapshot, a configuration file. */
#define INPUTS_MAX (RJ_MAX_PIECES + RJ_MAX_SETTINGS + 2)

struct build {
	const struct options *options;
	const struct container *container;
	struct rj_plan plan;
	struct payload starter;                         /* if value is NULL, there is none */
	struct payload beside;                          /* as starter */
	struct payload adds[RJ_MAX_PIECES];
	size_t add_count;
	struct rj_input inputs[INPUTS_MAX];
	size_t input_count;
	struct rj_origin origin;                        /* of the value being read */
};

static const char *name_of(const struct payload *payload)
{
	return payload->kind && payload->kind->find ? payload->kind->name : payload->value.text;
}

/* Stores a payload by its role. */
static enum rj_err take_payload(struct build *build, const struct payload *payload,
				struct rj_error *err)
{
	const struct payload_kind *kind = payload->kind;
	struct payload *role = kind && kind->beside ? &build->beside : &build->starter;

	if (kind && kind->adds) {
		if (build->add_count == RJ_MAX_PIECES)
			return rj_too_many_pieces(err);
		build->adds[build->add_count++] = *payload;
		return RJ_OK;
	}
	if (role->value.text)
		return rj_fail(err, RJ_USAGE,
			       "there are two payloads, %s and %s; "
			       "only --disk and --raw can be added to another",
			       name_of(role), name_of(payload));
	*role = *payload;
	return RJ_OK;
}

static enum rj_err no_payload(struct rj_error *err)
{
	return rj_fail(err, RJ_USAGE, "no payload; name a file; rjpack --help lists the options for it");
}

/* Collects the payload options and bare files: starter, beside, adds. */
static enum rj_err collect(struct build *build, struct rj_error *err)
{
	const struct options *options = build->options;

	for (size_t i = 0; i < options->payload_count; i++)
		if (take_payload(build, &options->payloads[i], err))
			return err->class;
	for (size_t i = 0; i < options->operand_count; i++)
		if (take_payload(build, &(struct payload){ NULL, options->operands[i] }, err))
			return err->class;
	if (!build->starter.value.text) {
		build->starter = build->beside;
		build->beside = (struct payload){ 0 };
	}
	return build->starter.value.text || build->add_count ? RJ_OK : no_payload(err);
}

/* The inputs are all files that are read; the output must not be one of them. */
static void begin_inputs(struct build *build)
{
	if (build->options->config.text)
		build->inputs[build->input_count++] = build->options->config_input;
}

/* Opens a file and adds it to the inputs; *input stays valid. */
static enum rj_err open_input(struct build *build, const char *path, struct rj_origin origin,
			      bool device, struct rj_input **input, struct rj_error *err)
{
	enum rj_err code;

	*input = &build->inputs[build->input_count];
	code = device ? rj_input_open_disk(*input, path, err) : rj_input_open(*input, path, err);
	(*input)->path = path;
	(*input)->origin = origin;
	build->input_count++;
	return code;
}

static enum rj_err detect(struct build *build, const struct rj_input *input,
			  struct payload *payload, struct rj_error *err)
{
	const char *why;

	if (payload_detect(input, &payload->kind, &why, err))
		return err->class;
	rj_plan_choice(&build->plan, input->path, payload->kind->name, "%s", why);
	return RJ_OK;
}

/* Splits a payload's argument; *file is the path in it. */
static enum rj_err split(const struct payload *payload, char **file,
			 struct payload_argument *argument, struct rj_error *err)
{
	const struct payload_kind *kind = payload->kind;

	*file = payload->value.text;
	if (kind && kind->addressed)
		return payload_split_address(payload->value.text, &argument->address, err);
	if (kind && kind->variants)
		return payload_split_variant(kind, payload->value.text, &argument->word, file, err);
	return RJ_OK;
}

/* Reads the file's contents, and detects the kind unless an option sets it. */
static enum rj_err look_into(struct build *build, struct rj_input *input,
			     struct payload *payload, struct rj_error *err)
{
	if (!(payload->kind && payload->kind->exact) && rj_contents(input, err))
		return err->class;
	return payload->kind ? RJ_OK : detect(build, input, payload, err);
}

static enum rj_err read_payload(struct build *build, struct payload *payload,
				struct rj_error *err)
{
	struct payload_argument argument = {
		.beside = payload == &build->beside };
	struct rj_input *input;
	char *file;

	if (!payload->value.text)
		return RJ_OK;
	if (payload->kind && payload->kind->words)
		return payload->kind->take(&build->plan, payload->value.text, err);
	build->origin = payload->value.origin;
	if (split(payload, &file, &argument, err))
		return err->class;
	build->origin = (struct rj_origin){ 0 };
	if (open_input(build, file, payload->value.origin,
		       !payload->kind || payload->kind->device, &input, err))
		return err->class;
	if (!look_into(build, input, payload, err) &&
	    !payload->kind->read(&build->plan, input, &argument, err))
		return RJ_OK;
	if (!err->subject)
		err->subject = input->path;
	return err->class;
}

/* Opens the files that options of the payload's kind name. */
static enum rj_err open_settings(struct build *build, struct rj_error *err)
{
	struct rj_settings *settings = &build->plan.settings;

	for (size_t i = 0; i < settings->count; i++) {
		struct rj_setting *setting = &settings->rows[i];
		struct rj_input *input;

		if (!setting->option->file)
			continue;
		if (open_input(build, setting->text, setting->origin, setting->option->device,
			       &input, err))
			return err->class;
		setting->input = input;
	}
	return RJ_OK;
}

/* Finds the file of a payload without an argument, and its settings. */
static enum rj_err find_payload(struct build *build, struct rj_error *err)
{
	struct payload *payload = &build->starter;
	char *root = build->options->root.text;

	if (!payload->kind || !payload->kind->find)
		return *root ? rj_fail_about(err, RJ_USAGE, "--root",
					     "the payload is not read from a tree; "
					     "use --root with --from-running") : RJ_OK;
	build->origin = payload->value.origin;
	if (payload->kind->find(&build->plan, root, &payload->value.text, err))
		return err->class;
	build->origin = (struct rj_origin){ 0 };
	return RJ_OK;
}

static enum rj_err refuse_setting(const struct build *build, const struct payload_option *option,
				  struct rj_error *err)
{
	const struct payload_kind *kind = build->starter.kind;
	struct rj_list takers = { "" };
	static char name[32];

	snprintf(name, sizeof(name), "--%s", option->name);
	for (size_t i = 0; i < payload_kind_count; i++)
		if (payload_takes(payload_kinds[i], option))
			rj_list_add(&takers, "--%s", payload_kinds[i]->name);
	return rj_fail_about(err, RJ_USAGE, name, "applies to %s, not to --%s", takers.text,
			     kind ? kind->name : build->adds[0].kind->name);
}

/* Options for certain kinds only need a payload of such a kind. */
static enum rj_err check_settings(const struct build *build, struct rj_error *err)
{
	const struct payload_kind *starter = build->starter.kind, *beside = build->beside.kind;

	for (size_t i = 0; i < build->plan.settings.count; i++) {
		const struct payload_option *option = build->plan.settings.rows[i].option;

		if (!(starter && payload_takes(starter, option)) &&
		    !(beside && payload_takes(beside, option)))
			return refuse_setting(build, option, err);
	}
	return RJ_OK;
}

static enum rj_err restore(struct build *build, struct rj_error *err)
{
	static struct rj_snapshot snapshot;
	const struct value *value = &build->options->snapshot;
	struct rj_input *input;

	if (!value->text)
		return RJ_OK;
	if (open_input(build, value->text, value->origin, false, &input, err))
		return err->class;
	if (!rj_snapshot_read(&snapshot, input, err) &&
	    !rj_snapshot_plan(&snapshot, input, &build->plan, err))
		return RJ_OK;
	if (!err->subject)
		err->subject = input->path;
	return err->class;
}

/* Options for the arrival have priority over the payload kind. */
static enum rj_err apply_options(struct build *build, struct rj_error *err)
{
	const struct options *options = build->options;
	struct rj_regs *regs = &build->plan.regs;
	uint64_t entry;
	uint16_t cs, ip;

	if (options->entry.text) {
		if (rj_parse_far(options->entry.text, &cs, &ip, err))
			return err->class;
		rj_plan_set_entry(&build->plan, cs, ip);
	}
	entry = rj_plan_entry(regs);
	for (size_t i = 0; i < options->reg_count; i++)
		if (rj_regs_assign(regs, options->regs[i].text, err))
			return err->class;
	if (rj_plan_entry(regs) != entry)
		build->plan.has_entry = true;
	return RJ_OK;
}

/* Runs after everything that decides which drives to serve. */
static enum rj_err add_services(struct build *build, struct rj_error *err)
{
	const struct rj_service_table table = { rj_service_blobs, rj_service_blob_count };
	const struct rj_services *services = &build->plan.services;

	if (services->map[0].number && (services->int13 == RJ_INT13_firmware ||
					services->int13 == RJ_INT13_none))
		return rj_fail_about(err, RJ_USAGE, "--drive-map",
				     "no drive can be served without a driver; "
				     "use --int13 auto or a driver's name");
	if (rj_usb_check(services, err))
		return err->class;
	return rj_services_plan(&build->plan, &table, err);
}

/* The container from --format, or by the output's name. */
static const struct container *choose_container(const struct options *options)
{
	return options->container ? options->container : container_of_file(options->output.text);
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
	plan->has_no_stub = build->container->features.payload_file;
	plan->services = options->services;
	plan->drive_chosen = options->has_drive;
	plan->settings = options->settings;
	plan->notes_choices = options->verbose;
	if (collect(build, err) || find_payload(build, err) || open_settings(build, err) ||
	    read_payload(build, &build->beside, err) || read_payload(build, &build->starter, err) ||
	    check_settings(build, err))
		return err->class;
	for (size_t i = 0; i < build->add_count; i++)
		if (read_payload(build, &build->adds[i], err))
			return err->class;
	if (restore(build, err) || apply_options(build, err) || add_services(build, err))
		return err->class;
	return rj_plan_seal(plan, err);
}

/*
 * A disk of this machine is packed, and no driver of the image supports it: its boot code would
 * start, and find no disk.
 */
static void tell_unserved(const struct rj_input *input)
{
	static struct rj_machine machine;
	const struct rj_machine_disk *disk = &machine.disks[0];
	char why[UNSERVED_TEXT];
	struct stat st;

	if (fstat(input->fd, &st) || !S_ISBLK(st.st_mode) ||
	    !rj_machine_device(&machine, major(st.st_rdev), minor(st.st_rdev)) ||
	    rj_machine_disk_int13(disk) != RJ_INT13_none)
		return;
	diag_say(RJ_NOTE, input->path,
		 "%s is %s: no driver in the image supports it, and after Linux the BIOS's INT 13h "
		 "for it is dead; %s", disk->name, unserved_why(disk, why), unserved_way(disk));
}

static void tell(const struct build *build)
{
	const struct rj_plan *plan = &build->plan;

	for (size_t i = 0; i < plan->note_count; i++)
		diag(&plan->notes[i]);
	for (size_t i = 0; i < build->input_count; i++)
		tell_unserved(&build->inputs[i]);
	for (size_t i = 0; build->options->verbose && i < plan->piece_count; i++) {
		const struct rj_plan_piece *piece = &plan->pieces[i];

		diag_carried(piece->input ? piece->input->path : NULL, piece->name,
			     piece->address, piece->size);
	}
}

/* Prints the command of the first loader that accepts the image. */
static void tell_command(const struct rj_image *image, const char *name)
{
	const struct rj_loader *loader = NULL;
	char text[512];

	if (rj_loader_accepting(&loader, &image->features, name, text, sizeof(text)))
		printf("%s\n", text);
	else
		diag_say(RJ_NOTE, name, "no loader that rjpack knows accepts the file");
}

/* Fails if an input was changed while the image was made from it. */
static enum rj_err check_unchanged(const struct build *build, struct rj_error *err)
{
	for (size_t i = 0; i < build->input_count; i++)
		if (build->inputs[i].fd >= 0 && rj_input_unchanged(&build->inputs[i], err))
			return err->class;
	return RJ_OK;
}

/* Writes the image to the output. Describes it. */
static enum rj_err write_to(struct build *build, const struct rj_output *output,
			    struct rj_image *image, struct rj_error *err)
{
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };

	if (build->container->write(build->container, &build->plan, &blob, output, image, err))
		return err->class;
	rj_services_of_plan(&image->services, rj_stub_in_front(blob.bytes, blob.size),
			    &build->plan);
	return check_unchanged(build, err);
}

static enum rj_err write_image(struct build *build, struct rj_error *err)
{
	const struct options *options = build->options;
	bool standard = output_is_standard(options->output.text);
	struct rj_image image;
	struct output output;

	if (output_open(&output, options->output.text, OUTPUT_SHARED, build->inputs,
			build->input_count, err))
		return err->class;
	if (options->no_sync)
		output.file.synced = false;
	if (write_to(build, &output.file, &image, err)) {
		if (!output.temporary)
			rj_about_temporary(err);
		output_discard(&output);
		return err->class;
	}
	if (output_commit(&output, err))
		return err->class;
	if (standard)
		return RJ_OK;
	if (options->json)
		inspect_print(&image, options->output.text, NULL, true);
	else
		tell_command(&image, options->output.text);
	return RJ_OK;
}

static enum rj_err dry_run(struct build *build, struct rj_error *err)
{
	const struct rj_output nowhere = { .fd = -1 };
	const char *name = build->options->output.text;
	struct rj_image image;

	if (write_to(build, &nowhere, &image, err))
		return err->class;
	inspect_print(&image, name ? name : "IMAGE", NULL, build->options->json);
	return RJ_OK;
}

/* Without an output, the first word may be meant as a command. */
static enum rj_err no_output(const struct options *options, struct rj_error *err)
{
	if (options->payload_count + options->operand_count == 0)
		return no_payload(err);
	if (options->operand_count && access(options->operands[0].text, F_OK) < 0)
		return rj_fail_about(err, RJ_USAGE, options->operands[0].text,
				     "neither a command nor a file; rjpack --help lists the commands");
	return rj_fail(err, RJ_USAGE, "no output file; use -o FILE or --dry-run");
}

/* Checks the outputs before any input is read. */
static enum rj_err check_outputs(const struct options *options, struct rj_error *err)
{
	const char *output = options->output.text, *depfile = options->depfile.text;

	if (!output && !options->dry_run)
		return no_output(options, err);
	if (!output || !depfile)
		return RJ_OK;
	if (output_is_standard(output))
		return rj_fail_about(err, RJ_USAGE, "--depfile",
				     "standard output has no name for the rule; "
				     "name the output with -o FILE");
	if (strcmp(output, depfile) == 0)
		return rj_fail_about(err, RJ_USAGE, depfile,
				     "the image has the same name; "
				     "use another name with --depfile");
	return RJ_OK;
}

/* Runs before the image is written: make would rebuild a new image by the old rule. */
static int write_depfile(const struct build *build)
{
	const struct options *options = build->options;
	struct rj_error error;

	if (!options->depfile.text || options->dry_run ||
	    !depfile_write(options->depfile.text, options->output.text, build->inputs,
			   build->input_count, &error))
		return RJ_OK;
	return diag_about(options->depfile.text, &options->depfile.origin, &error);
}

/* Returns the origin of the value or file name that the error is about. */
static const struct rj_origin *origin_of(const struct build *build, const struct rj_error *error)
{
	for (size_t i = 0; error->subject && i < build->input_count; i++)
		if (build->inputs[i].path && strcmp(build->inputs[i].path, error->subject) == 0)
			return &build->inputs[i].origin;
	return &build->origin;
}

static int plan_image(struct build *build)
{
	struct rj_error error = { 0 };
	enum rj_err code;

	begin_inputs(build);
	code = make_plan(build, &error);
	if (rj_input_failure(&error) || code)
		return diag_about(NULL, origin_of(build, &error), &error);
	tell(build);
	return RJ_OK;
}

static int build_image(struct build *build)
{
	const struct options *options = build->options;
	struct rj_error error = { 0 };
	int status;

	if (check_outputs(options, &error))
		return diag_about(NULL, NULL, &error);
	status = plan_image(build);
	if (!status)
		status = write_depfile(build);
	if (status)
		return status;
	if (options->dry_run ? dry_run(build, &error) : write_image(build, &error))
		return diag_about(options->output.text, &options->output.origin, &error);
	return RJ_OK;
}

static void finish(struct build *build)
{
	rj_plan_free(&build->plan);
	for (size_t i = 0; i < build->input_count; i++)
		rj_input_close(&build->inputs[i]);
}

int run_build(const struct options *options)
{
	static struct build build;
	int status;

	build.options = options;
	build.container = choose_container(options);
	status = build_image(&build);
	finish(&build);
	return status;
}

int build_into(const struct options *options, const struct container *container, int fd,
	       struct rj_image *image)
{
	const struct rj_output output = { .fd = fd };
	static struct build build;
	struct rj_error error;
	int status;

	build.options = options;
	build.container = container;
	status = plan_image(&build);
	if (!status && write_to(&build, &output, image, &error))
		status = diag_about(NULL, NULL, &error);
	finish(&build);
	return status;
}
