/* SPDX-License-Identifier: MIT */
/*
 * Derives from the facts the command that packs and the command that loads.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor/doctor.h"
#include "image/container.h"

#define IMAGE "back.elf"
#define FROM_RUNNING "rjpack --from-running -o " IMAGE
#define LINUX_COPIES 2u         /* of kernel and initrds: in the image, and placed */
#define KEXEC "kexec "

static bool refuses_kexec(const struct rj_machine_kernel *kernel)
{
	return kernel->disabled == RJ_YES || kernel->core == RJ_NO ||
	       kernel->may_boot == RJ_NO || kernel->outermost == RJ_NO ||
	       (*kernel->lockdown && strcmp(kernel->lockdown, "none") != 0);
}

/* The features of the image or, without one, of the image to pack. */
static const struct rj_features *features_of(const struct doctor *doctor)
{
	return doctor->image_name ? &doctor->image.features : &container_of_file(IMAGE)->features;
}

bool doctor_refuses_load(const struct rj_machine_kernel *kernel)
{
	return refuses_kexec(kernel) || kernel->kexec == RJ_NO;
}

bool doctor_refuses_file(const struct rj_machine_kernel *kernel)
{
	return refuses_kexec(kernel) || kernel->kexec_file == RJ_NO ||
	       kernel->sig_force == RJ_YES;
}

/* The command by which kexec loads the image, or the one to pack; false: it cannot. */
static bool kexec_command(const struct doctor *doctor, char *text, size_t size)
{
	const char *image = doctor->image_name ? doctor->image_name : IMAGE;
	const struct rj_loader *loader = NULL;

	while (rj_loader_accepting(&loader, features_of(doctor), image, text, size))
		if (strncmp(text, KEXEC, strlen(KEXEC)) == 0)
			return true;
	return false;
}

bool doctor_loadable(const struct doctor *doctor)
{
	char command[DOCTOR_TEXT];

	return kexec_command(doctor, command, sizeof(command));
}

/*
 * -l is kexec_load() up to kexec-tools 2.0.26. Later versions try kexec_file_load() first, and
 * fall back if it is not built in, but not if a signature is missing.
 */
const char *doctor_kexec(const struct doctor *doctor)
{
	const struct rj_machine_kernel *kernel = &doctor->machine.kernel;
	bool load = !doctor_refuses_load(kernel), file = !doctor_refuses_file(kernel);
	const struct rj_features *features = features_of(doctor);

	if (!doctor_loadable(doctor))
		return NULL;
	/* kexec_file_load() loads only kernels; a payload file is the initrd of one */
	if (!features->payload_file && !features->linux64)
		return load ? "-c -l" : NULL;
	if (load)
		return kernel->sig_force == RJ_YES ? "-c -l" : "-l";
	return file ? "-s -l" : NULL;
}

uint8_t doctor_int13(const struct rj_machine *machine)
{
	uint8_t first = RJ_INT13_none;

	for (size_t i = 0; i < machine->disk_count; i++) {
		uint8_t driver = rj_machine_disk_int13(&machine->disks[i]);

		if (i == 0)
			first = driver;
		else if (first != RJ_INT13_none && driver != RJ_INT13_none && driver != first)
			return RJ_INT13_auto;
	}
	/* the firmware still serves legacy IDE, which auto leaves to it */
	return first == RJ_INT13_ata ? RJ_INT13_auto : first;
}

/* With --usb auto, an image with only another driver does not serve a keyboard. */
uint32_t doctor_usb(const struct rj_machine *machine)
{
	const struct rj_services services = { .int13 = doctor_int13(machine) };
	bool only_usb = machine->usb.served_keyboards && !machine->usb.other_keyboard;

	return only_usb && !rj_carries_usb(&services) ? RJ_USB_keyboard : RJ_USB_auto;
}

/* A disk's --drive-map option; empty if auto finds the disk by itself. */
static void map_disk(const struct rj_machine_disk *disk, char *text, size_t size)
{
	uint8_t word = rj_unit_word(rj_machine_disk_int13(disk), disk->unit);
	uint16_t address = disk->controller.address;
	char unit[RJ_UNIT_TEXT] = "";
	bool known = disk->has_unit == RJ_YES;

	text[0] = '\0';
	if (word == RJ_UNIT_none || (word == RJ_UNIT_usb && !known))
		return;
	if (known)
		rj_unit_format(word, disk->unit, unit);
	snprintf(text, size, " --drive-map hd0=pci:%02x:%02x.%x%s%s", address >> 8,
		 address >> 3 & 31u, address & 7u, known ? "/" : "", unit);
}

/* Whether a name needs no quoting in a shell. */
static bool is_plain(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789/_.+-")] == '\0';
}

/* Whether the boot disk's boot code can be packed, and a driver supports the disk. */
static bool disk_works(const struct rj_machine *machine)
{
	const struct rj_machine_loader *loader = &machine->loader;

	return machine->disk_count > 0 && doctor_int13(machine) != RJ_INT13_none &&
	       is_plain(machine->disks[0].name) &&
	       (loader->said_count == 0 || loader->said[0].class == RJ_NOTE);
}

enum doctor_way doctor_way(const struct rj_machine *machine)
{
	if (disk_works(machine))
		return DOCTOR_FROM_DISK;
	return machine->running.complete ? DOCTOR_LINUX : DOCTOR_NO_WAY;
}

/* When the image has unpacked itself, the memory that it was loaded to is not free yet. */
uint64_t doctor_linux_memory(const struct rj_machine *machine)
{
	return DOCTOR_IMAGE_USUAL + LINUX_COPIES * machine->running.size;
}

static bool has_memory(const struct rj_machine *machine)
{
	const struct rj_machine_memory *memory = &machine->memory;
	uint64_t needed = doctor_linux_memory(machine);

	return (memory->source == RJ_MEMORY_NONE || memory->largest >= needed) &&
	       (!memory->available || memory->available >= needed);
}

static void advise_pack(const struct doctor *doctor, struct doctor_advice *advice)
{
	const struct rj_machine *machine = &doctor->machine;
	enum doctor_way way = doctor_way(machine);
	uint32_t usb = doctor_usb(machine);
	char map[64];

	if (way == DOCTOR_LINUX)
		strcpy(advice->pack, FROM_RUNNING);
	if (way != DOCTOR_FROM_DISK)
		return;
	if (machine->running.complete && has_memory(machine))
		advice->alternative = FROM_RUNNING;
	map_disk(&machine->disks[0], map, sizeof(map));
	snprintf(advice->pack, sizeof(advice->pack),
		 "rjpack --from-disk /dev/%s --int13 %s%s%s%s -o " IMAGE, machine->disks[0].name,
		 rj_int13_modes[doctor_int13(machine)].name, map,
		 usb == RJ_USB_auto ? "" : " --usb ", usb == RJ_USB_auto ? "" : rj_usb_modes[usb].name);
}

bool doctor_keeps_screen(const struct rj_machine *machine)
{
	return strcmp(machine->platform.framebuffer, "EFI VGA") == 0
		|| strcmp(machine->platform.framebuffer, "VESA VGA") == 0;
}

/* kexec_load() gets a framebuffer from kexec only for those drivers; kexec_file_load() from Linux. */
static bool names_screen(const struct doctor *doctor, const char *kexec)
{
	const struct rj_machine *machine = &doctor->machine;

	return machine->firmware.uefi && machine->firmware.screen.width && strncmp(kexec, "-s", 2) != 0
		&& *machine->platform.framebuffer && !doctor_keeps_screen(machine);
}

/* What kexec does not pass on by itself, and more words, as its option --append; or nothing. */
static void append_option(const struct doctor *doctor, const char *kexec, const char *more,
			  char *text, size_t size)
{
	const struct rj_machine_firmware *firmware = &doctor->machine.firmware;
	char words[DOCTOR_TEXT / 4];
	size_t used = (size_t)snprintf(words, sizeof(words), "%s", more);

	if (firmware->passes_rsdp == RJ_NO && firmware->rsdp)
		used += (size_t)snprintf(words + used, sizeof(words) - used, "%srj.rsdp=%#" PRIx64,
					 used ? " " : "", firmware->rsdp);
	if (names_screen(doctor, kexec))
		used += (size_t)snprintf(words + used, sizeof(words) - used,
					 "%srj.fb=%#" PRIx64 ",%ux%ux%u,%u", used ? " " : "",
					 firmware->screen.base, firmware->screen.width,
					 firmware->screen.height, firmware->screen.depth,
					 firmware->screen.pitch);
	*text = '\0';
	if (used)
		snprintf(text, size, strchr(words, ' ') ? " --append=\"%s\"" : " --append=%s", words);
}

/* The command by which kexec loads the image, with the options that work here. */
static void advise_load(const struct doctor *doctor, const char *options, char *text, size_t size)
{
	char command[DOCTOR_TEXT / 2], append[DOCTOR_TEXT / 3];
	const char *after;

	kexec_command(doctor, command, sizeof(command));
	after = strstr(command, " -l ");
	append_option(doctor, options, "", append, sizeof(append));
	snprintf(text, size, KEXEC "%s%s%s", options, append, after ? after + strlen(" -l") : "");
}

void doctor_panic_load(const struct doctor *doctor, char *text, size_t size)
{
	const char *kexec = doctor_kexec(doctor);
	const char *load = kexec ? kexec : "-l";        /* ends with the l */
	char append[DOCTOR_TEXT / 3];

	append_option(doctor, load, "rj.reason=panic", append, sizeof(append));
	snprintf(text, size, KEXEC "%.*sp %s%s", (int)strlen(load) - 1, load,
		 doctor->image_name ? doctor->image_name : IMAGE, append);
}

void doctor_advise(const struct doctor *doctor, struct doctor_advice *advice)
{
	const char *kexec = doctor_kexec(doctor);
	memset(advice, 0, sizeof(*advice));
	if (!doctor->image_name)
		advise_pack(doctor, advice);
	if (!kexec || (!doctor->image_name && !*advice->pack))
		return;
	advise_load(doctor, kexec, advice->load, sizeof(advice->load));
}
