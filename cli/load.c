/* SPDX-License-Identifier: MIT */
/*
 * rjpack load: loads an image, or what it packs in memory, into the running kernel.
 */
#define _GNU_SOURCE             /* memfd_create */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/words.h"
#include "build.h"
#include "command.h"
#include "diag.h"
#include "findings.h"
#include "image/check.h"
#include "image/read.h"
#include "kexec_calls.h"
#include "leave.h"
#include "machine/kexec.h"
#include "options.h"

#define PROCESSOR "x86_64"
#define APPEND    "append"
#define INITRD    "initrd"
/* Options for packing that also apply to an IMAGE. */
#define FOR_IMAGE APPEND " " INITRD " dry-run"

struct load {
	const struct options *options;
	struct options pack;            /* the same, without what is not for packing */
	struct rj_machine machine;
	struct rj_image image;
	struct rj_input file, initrd;   /* the image; a payload file */
	const char *command_line;
};

static enum rj_err open_memory(int *fd, struct rj_error *err)
{
	*fd = memfd_create("rjpack", MFD_CLOEXEC);
	return *fd < 0 ? rj_fail(err, RJ_HOST, "memfd_create: %s; pack an image with -o, and load that",
				 strerror(errno)) : RJ_OK;
}

static int pack(struct load *load)
{
	struct rj_error error;
	int fd, status;

	if (open_memory(&fd, &error))
		return diag(&error);
	status = build_into(&load->pack, &container_bzimage, fd, &load->image);
	load->file = (struct rj_input){ .fd = fd, .size = load->image.file_size };
	return status;
}

/* Packs the image that boots a payload file, which becomes its initrd. */
static int pack_generic(struct load *load)
{
	static char word[] = INITRD;

	load->initrd = load->file;
	for (size_t i = 0; i < payload_kind_count; i++)
		if (strcmp(payload_kinds[i]->name, "boot") == 0)
			load->pack.payloads[0] = (struct payload){ payload_kinds[i],
								   { .text = word } };
	load->pack.payload_count = 1;
	load->pack.operand_count = 0;
	return pack(load);
}

/* --append is for a Linux in the payload; without one, it is for the image. */
static bool is_for_linux(const struct options *options, const struct payload_option *option)
{
	for (size_t i = 0; i < options->payload_count; i++)
		if (payload_takes(options->payloads[i].kind, option))
			return true;
	return false;
}

static void take_append(struct load *load)
{
	struct rj_settings *settings = &load->pack.settings;
	size_t count = 0;

	for (size_t i = 0; i < settings->count; i++) {
		const struct rj_setting *setting = &settings->rows[i];

		if (strcmp(setting->option->name, APPEND) != 0 ||
		    is_for_linux(&load->pack, setting->option))
			settings->rows[count++] = *setting;
		else
			load->command_line = setting->text;
	}
	settings->count = count;
}

/* An image may boot what it gets as an initrd. */
static enum rj_err take_initrd(struct load *load, struct rj_error *err)
{
	const struct rj_settings *settings = &load->options->settings;

	for (size_t i = 0; i < settings->count; i++) {
		const struct rj_setting *setting = &settings->rows[i];

		if (strcmp(setting->option->name, INITRD) != 0)
			continue;
		if (load->initrd.fd >= 0 || load->image.features.payload_file)
			return rj_fail_about(err, RJ_USAGE, "--" INITRD,
					     "an image takes only one file, and a payload file "
					     "none");
		if (rj_input_open(&load->initrd, setting->text, err))
			return err->class;
	}
	return RJ_OK;
}

/* An image is packed already: options for packing come too late. */
static enum rj_err refuse_packing(const struct load *load, struct rj_error *err)
{
	static char name[32];

	for (size_t i = 0; i < option_count(); i++) {
		struct option_row row = option_at(i);

		if (!load->options->given[i] || row.group == GROUP_GENERAL ||
		    !(row.commands & COMMAND_BIT(build)) || rj_has_word(FOR_IMAGE, row.name))
			continue;
		snprintf(name, sizeof(name), "--%s", row.name);
		return rj_fail_about(err, RJ_USAGE, name,
				     "%s is packed already; give the option when it is packed",
				     load->file.path);
	}
	return RJ_OK;
}

static int check_image(const struct load *load)
{
	struct findings findings = { 0 };
	int status;

	rj_image_check(&load->image, &load->file, findings_add, &findings);
	for (size_t i = 0; i < findings.count && i < FINDINGS_MAX; i++)
		fprintf(stderr, "rjpack: %s\n", findings.text[i]);
	status = findings.status;
	findings_free(&findings);
	return status;
}

/* Takes the image in load->file, which has been recognised as one. */
static int take_image(struct load *load)
{
	struct rj_error error;
	int status;

	if (refuse_packing(load, &error) || rj_image_read(&load->image, &load->file, &error) ||
	    take_initrd(load, &error))
		return diag_about(load->file.path, NULL, &error);
	take_append(load);
	status = check_image(load);
	if (status || !load->image.features.payload_file)
		return status;
	return pack_generic(load);
}

/*
 * Whether the only operand is an image; then it stays open. An error is one of the host; what else
 * is wrong with the file, packing it will tell.
 */
static enum rj_err find_image(struct load *load, bool *is_image, struct rj_error *err)
{
	const struct options *options = load->options;

	*is_image = false;
	if (options->payload_count > 0 || options->operand_count != 1)
		return RJ_OK;
	if (rj_input_open(&load->file, options->operands[0].text, err))
		return err->os_error ? err->class : RJ_OK;
	*is_image = !rj_image_read(&load->image, &load->file, err) || load->image.container;
	if (*is_image || err->class == RJ_HOST)
		return *is_image ? RJ_OK : err->class;
	rj_input_close(&load->file);
	return RJ_OK;
}

/* Whether a payload is read from the tree of --root; otherwise only the machine is. */
static bool has_found_payload(const struct options *options)
{
	for (size_t i = 0; i < options->payload_count; i++)
		if (options->payloads[i].kind->find)
			return true;
	return false;
}

static int get_image(struct load *load)
{
	static char here[] = "";
	struct rj_error error;
	bool is_image;

	load->pack = *load->options;
	if (!has_found_payload(load->options))
		load->pack.root.text = here;
	if (find_image(load, &is_image, &error))
		return diag(&error);
	if (is_image)
		return take_image(load);
	if (load->options->payload_count > 0)
		take_append(load);
	return pack(load);
}

static enum rj_err map(const struct rj_input *input, struct rj_kexec_file *file,
		       struct rj_error *err)
{
	void *bytes;

	*file = (struct rj_kexec_file){ .fd = input->fd, .size = input->size };
	if (input->fd < 0)
		return RJ_OK;
	bytes = mmap(NULL, input->size, PROT_READ, MAP_PRIVATE, input->fd, 0);
	if (bytes == MAP_FAILED)
		return rj_fail_about(err, RJ_HOST, input->path, "cannot map the file: %s",
				     strerror(errno));
	file->bytes = bytes;
	return RJ_OK;
}

static void unmap(const struct rj_kexec_file *file)
{
	if (file->bytes)
		munmap((void *)(uintptr_t)file->bytes, file->size);
}

/* The call, the command line and the places; the init system's command follows. */
static enum rj_err show_call(const struct rj_kexec *kexec, const struct rj_machine *machine,
			     enum rj_kexec_call call, struct rj_error *err)
{
	struct rj_kexec_layout at;
	char line[COMMAND_LINE_SIZE];

	if (rj_kexec_command_line(kexec, machine, call, line, err) ||
	    (call == RJ_KEXEC_LOAD && rj_kexec_lay_out(kexec, machine, &at, err)))
		return err->class;
	printf("%s%s: ", rj_kexec_names[call], kexec->panic ? ", for a panic" : "");
	if (call == RJ_KEXEC_FILE_LOAD)
		printf("%s bytes", RJ_DEC(kexec->file.size));
	else
		printf("image at %s, boot_params at %s, entry %s",
		       RJ_RANGE(at.image, at.image + at.image_memory), RJ_HEX(at.places.handover),
		       RJ_HEX(at.entry));
	if (kexec->initrd.size)
		printf(", initrd of %s bytes", RJ_DEC(kexec->initrd.size));
	printf(", command line \"%s\"\n", line);
	return RJ_OK;
}

static int print_command(const struct rj_root *root)
{
	const char *const *command = leave_command(root);
	struct rj_error error;

	if (rj_input_failure(&error))
		return diag(&error);
	if (!command) {
		puts("rjpack load --now");
		return RJ_OK;
	}
	for (size_t i = 0; command[i]; i++)
		printf("%s%s", i ? " " : "", command[i]);
	putchar('\n');
	return RJ_OK;
}

static enum rj_err dry_run(const struct rj_kexec *kexec, const struct load *load,
			   struct rj_error *err)
{
	if (rj_kexec_is_kernel(kexec) && show_call(kexec, &load->machine, RJ_KEXEC_FILE_LOAD, err))
		return err->class;
	return show_call(kexec, &load->machine, RJ_KEXEC_LOAD, err);
}

static enum rj_err load_into(const struct rj_kexec *kexec, const struct load *load,
			     struct rj_error *err)
{
	enum rj_kexec_call used;

	if (rj_kexec_load(kexec, &kexec_calls, &load->machine, &used, err))
		return err->class;
	if (load->options->verbose)
		diag_say(RJ_NOTE, NULL, "loaded by %s", rj_kexec_names[used]);
	return RJ_OK;
}

/* Linux would end programs to make room, perhaps this one, before it refuses. */
static enum rj_err check_memory(const struct rj_kexec *kexec, const struct load *load,
				struct rj_error *err)
{
	uint64_t available = load->machine.memory.available;
	uint64_t needed = load->image.memory_size + kexec->initrd.size;

	if (kexec->panic || !available || needed <= available)
		return RJ_OK;
	return rj_kexec_refused(&load->machine, RJ_KEXEC_LOAD, false, ENOMEM, needed, err);
}

/* The stub would stop there, when this system is gone. */
static void warn_of_no_bios(const struct load *load)
{
	if (load->machine.firmware.uefi && !(load->image.manifest.flags & RJ_OWN_BIOS))
		diag_say(RJ_NOTE, NULL, "warning: this machine was booted by UEFI, and the image has no "
			 "BIOS; pack it with the default --bios auto");
}

static int load_image(const struct load *load)
{
	struct rj_kexec kexec = { .image = &load->image, .command_line = load->command_line,
				  .panic = load->options->panic };
	struct rj_error error;
	enum rj_err code;

	warn_of_no_bios(load);
	code = map(&load->file, &kexec.file, &error);
	if (!code)
		code = map(&load->initrd, &kexec.initrd, &error);
	if (!code)
		code = check_memory(&kexec, load, &error);
	if (!code)
		code = (load->options->dry_run ? dry_run : load_into)(&kexec, load, &error);
	unmap(&kexec.file);
	unmap(&kexec.initrd);
	return code ? diag(&error) : RJ_OK;
}

/* The stub's entries and the placement are for the kernel that runs here. */
static enum rj_err check_kernel(const struct options *options, struct rj_error *err)
{
	const struct rj_root root = { options->root.text };
	struct utsname name;

	if (*options->root.text && !options->dry_run)
		return rj_fail_about(err, RJ_USAGE, "--root",
				     "the kernel that would load the image is not the tree's; "
				     "add --dry-run");
	if (*options->root.text && !rj_root_has(&root, "/"))
		return rj_input_failure(err) ? err->class
			: rj_fail_about(err, RJ_BAD, options->root.text, "no such directory");
	if (!options->dry_run && uname(&name) == 0 && strcmp(name.machine, PROCESSOR) != 0)
		return rj_fail(err, RJ_HOST, "the kernel is for %s, and rjpack can load only into one "
			       "for " PROCESSOR "; pack an image, and load it with kexec -l",
			       name.machine);
	return RJ_OK;
}

static enum rj_err check_options(const struct options *options, struct rj_error *err)
{
	bool packs = options->payload_count > 0 || options->operand_count > 0;

	if (options->unload && (packs || options->now))
		return rj_fail_about(err, RJ_USAGE, "--unload",
				     "there is nothing else to do then; leave out %s",
				     packs ? "the payload" : "--now");
	if (options->panic && options->now)
		return rj_fail_about(err, RJ_USAGE, "--panic",
				     "the image starts when Linux panics; leave out --now");
	if (!packs && !options->unload && !options->now)
		return rj_fail(err, RJ_USAGE, "no payload and no image; name a file; "
			       "rjpack --help lists the options for it");
	return check_kernel(options, err);
}

/* Only what is needed for loading must be readable; firmware may refuse its variables. */
static enum rj_err read_machine(struct rj_machine *machine, const char *root,
				struct rj_error *err)
{
	machine->root.path = root;
	rj_machine_firmware(machine);
	rj_machine_kernel(machine, "");
	rj_machine_platform(machine);
	rj_input_failure(err);
	rj_machine_memory(machine);
	return rj_input_failure(err);
}

/*
 * Packing may take long, so what Linux will refuse anyway is refused before. In a PID namespace,
 * reboot(2) starts nothing, but by then the file systems would be read-only.
 */
static enum rj_err check_privilege(const struct load *load, struct rj_error *err)
{
	const struct rj_machine_kernel *kernel = &load->machine.kernel;
	bool refused = kernel->has_boot == RJ_NO ||
		       (load->options->now && kernel->outermost == RJ_NO);

	if (load->options->dry_run || !refused)
		return RJ_OK;
	return rj_kexec_refused(&load->machine, RJ_KEXEC_LOAD, load->options->panic, EPERM, 0, err);
}

static int unload(const struct options *options, const struct rj_machine *machine)
{
	struct rj_error error;

	if (options->dry_run) {
		printf("unload what is loaded%s\n", options->panic ? " for a panic" : "");
		return RJ_OK;
	}
	return rj_kexec_unload(options->panic, &kexec_calls, machine, &error) ? diag(&error) : RJ_OK;
}

/*
 * Starting what is not there would leave the file systems read-only, and nothing else. What this
 * run has loaded is there; otherwise the kernel must say so.
 */
static int start(const struct rj_machine *machine, bool packed)
{
	uint64_t loaded = 0;
	bool known = rj_root_number(&machine->root, "/sys/kernel/kexec_loaded", 10, &loaded);

	if (known && !loaded)
		return diag_say(RJ_BAD, "--now", "nothing is loaded; name a payload or an image");
	if (!known && !packed)
		return diag_say(RJ_HOST, "--now", machine->kernel.core == RJ_NO
				? "this kernel has no kexec, so nothing is loaded; boot one that has it"
				: "/sys/kernel/kexec_loaded cannot be read, so nothing may be loaded; "
				  "mount /sys, or name a payload or an image");
	return leave(&machine->root, &leave_calls);
}

static int finish(const struct load *load, bool packed)
{
	const struct options *options = load->options;

	if (options->now && !options->dry_run)
		return start(&load->machine, packed);
	return options->panic ? RJ_OK : print_command(&load->machine.root);
}

int run_load(const struct options *options)
{
	static struct load load = { .file.fd = -1, .initrd.fd = -1, .command_line = "" };
	bool packs = options->payload_count > 0 || options->operand_count > 0;
	struct rj_error error;
	int status = RJ_OK;

	load.options = options;
	if (check_options(options, &error) ||
	    read_machine(&load.machine, options->root.text, &error) ||
	    check_privilege(&load, &error))
		return diag(&error);
	if (options->unload)
		return unload(options, &load.machine);
	if (packs)
		status = get_image(&load);
	if (packs && !status)
		status = load_image(&load);
	rj_input_close(&load.file);
	rj_input_close(&load.initrd);
	return status ? status : finish(&load, packs);
}
