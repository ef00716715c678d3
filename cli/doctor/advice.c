/* SPDX-License-Identifier: MIT */
/*
 * Derives from the facts the command that packs and the command that loads.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor/doctor.h"
#include "image/container.h"
#include "image/drive_map.h"
#include "image/service_modes.h"

#define IMAGE "back.elf"
#define FROM_RUNNING "--from-running"
#define LOAD_NOW(what) "rjpack load " what " --now"
#define DOCTOR_WHAT (DOCTOR_TEXT / 2)
#define LINUX_COPIES 2u         /* of kernel and initrds: in the image, and placed */
#define KEXEC "kexec "
#define MENU_IMAGE "back.efi"
#define MENU_FOLDER "EFI/rjpack"        /* of the EFI system partition */

static bool refuses_kexec(const struct rj_machine_kernel *kernel)
{
	return kernel->disabled == RJ_YES || kernel->core == RJ_NO ||
	       kernel->may_boot == RJ_NO || kernel->outermost == RJ_NO ||
	       rj_machine_is_locked_down(kernel);
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

		if (rj_is_named_only(driver))
			driver = RJ_INT13_none;
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

#define PACK(what, image) "rjpack " what " -o " image

/* The options that pack the boot disk's boot code. */
static void pack_disk(const struct rj_machine *machine, char what[DOCTOR_WHAT])
{
	uint32_t usb = doctor_usb(machine);
	char map[64];

	map_disk(&machine->disks[0], map, sizeof(map));
	snprintf(what, DOCTOR_WHAT, "--from-disk /dev/%s --int13 %s%s%s%s", machine->disks[0].name,
		 rj_int13_modes[doctor_int13(machine)].name, map,
		 usb == RJ_USB_auto ? "" : " --usb ", usb == RJ_USB_auto ? "" : rj_usb_modes[usb].name);
}

/* The commands that pack these options of rjpack, and that load what they pack. */
static void put_pack(const char *what, struct doctor_advice *advice)
{
	snprintf(advice->pack, sizeof(advice->pack), PACK("%s", IMAGE), what);
	snprintf(advice->now, sizeof(advice->now), LOAD_NOW("%s"), what);
}

static void advise_pack(const struct doctor *doctor, struct doctor_advice *advice)
{
	const struct rj_machine *machine = &doctor->machine;
	enum doctor_way way = doctor_way(machine);
	char what[DOCTOR_WHAT];

	if (way == DOCTOR_LINUX)
		put_pack(FROM_RUNNING, advice);
	if (way != DOCTOR_FROM_DISK)
		return;
	if (machine->running.complete && has_memory(machine))
		advice->alternative = PACK(FROM_RUNNING, IMAGE);
	pack_disk(machine, what);
	put_pack(what, advice);
}

bool doctor_has_systemd_boot(const struct rj_machine *machine)
{
	const char name[] = "systemd-boot";

	return machine->uefi.has_entries &&
	       strncmp(machine->uefi.loader, name, strlen(name)) == 0;
}

/* The image's name in a boot menu's folder; NULL: there is none to put there. */
static const char *menu_image(const struct doctor *doctor)
{
	const char *slash = doctor->image_name ? strrchr(doctor->image_name, '/') : NULL;

	if (!doctor->image_name)
		return doctor_way(&doctor->machine) == DOCTOR_FROM_DISK ? MENU_IMAGE : NULL;
	if (!doctor->image.features.efi || !is_plain(doctor->image_name))
		return NULL;
	return slash ? slash + 1 : doctor->image_name;
}

/* Packs the image there, or copies it. */
static void menu_file(const struct doctor *doctor, const char *folder, char text[DOCTOR_TEXT])
{
	char what[DOCTOR_WHAT];

	if (doctor->image_name) {
		snprintf(text, DOCTOR_TEXT, "cp %s %s", doctor->image_name, folder);
		return;
	}
	pack_disk(&doctor->machine, what);
	snprintf(text, DOCTOR_TEXT, PACK("%s", "%s/" MENU_IMAGE), what, folder);
}

/* UEFI has backslashes in paths; the shell must leave them. */
static void advise_menu(const struct doctor *doctor, struct doctor_advice *advice)
{
	const struct rj_machine_uefi *uefi = &doctor->machine.uefi;
	const char *image = menu_image(doctor);
	char folder[64];

	if (!image || !*uefi->mount ||
	    (!doctor_has_systemd_boot(&doctor->machine) && (!*uefi->disk || !is_plain(uefi->disk))))
		return;
	snprintf(folder, sizeof(folder), "%s/" MENU_FOLDER, uefi->mount);
	snprintf(advice->menu[0], DOCTOR_TEXT, "mkdir -p %s", folder);
	menu_file(doctor, folder, advice->menu[1]);
	if (doctor_has_systemd_boot(&doctor->machine))
		snprintf(advice->menu[2], DOCTOR_TEXT,
			 "printf 'title rjpack\\nefi /" MENU_FOLDER "/%s\\n' "
			 ">%s/loader/entries/rjpack.conf", image, uefi->mount);
	else
		snprintf(advice->menu[2], DOCTOR_TEXT,
			 "efibootmgr -c -d /dev/%s -p %u -L rjpack -l '\\EFI\\rjpack\\%s'",
			 uefi->disk, (unsigned)uefi->partition, image);
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
	const char *kexec = doctor_kexec(doctor), *image = doctor->image_name;

	memset(advice, 0, sizeof(*advice));
	if (image)
		snprintf(advice->now, sizeof(advice->now), LOAD_NOW("%s"), image);
	else
		advise_pack(doctor, advice);
	advise_menu(doctor, advice);
	if (!kexec)
		*advice->now = '\0';
	if (!kexec || (!image && !*advice->pack))
		return;
	if (*doctor->machine.kernel.kexec_path)
		advise_load(doctor, kexec, advice->load, sizeof(advice->load));
}
