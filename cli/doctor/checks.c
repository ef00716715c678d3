/* SPDX-License-Identifier: MIT */
/*
 * The checks: a function and a row each.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "abi/layout.h"
#include "common/units.h"
#include "diag.h"
#include "doctor/doctor.h"
#include "image/service_modes.h"
#include "image/services_read.h"
#include "machine/kexec_refusal.h"
#include "unserved.h"

#define MIB         (1u << 20)

static void find(struct doctor_finding *f, enum doctor_rating rating, const char *todo,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Sets the finding, or appends to its text; the worst rating so far counts. */
static void find(struct doctor_finding *f, enum doctor_rating rating, const char *todo,
		 const char *format, ...)
{
	static const unsigned weight[] = { [DOCTOR_NOTE] = 1, [DOCTOR_UNKNOWN] = 2,
					   [DOCTOR_WARNING] = 3, [DOCTOR_PROBLEM] = 4 };
	size_t used = strlen(f->text);
	va_list args;

	if (used && used + 2 < sizeof(f->text)) {
		strcpy(f->text + used, "; ");
		used += 2;
	}
	va_start(args, format);
	vsnprintf(f->text + used, sizeof(f->text) - used, format, args);
	va_end(args);
	if (f->rating == DOCTOR_NOTHING || weight[rating] > weight[f->rating]) {
		f->rating = rating;
		f->todo = todo;
	}
}

/* The stub takes the first that interrupts. */
static const char *ticks(const struct rj_machine_platform *platform)
{
	return platform->pit ? "the 8254" : platform->hpet ? "the HPET" : "the local APIC";
}

static void check_uefi(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_firmware *firmware = &doctor->machine.firmware;
	const char *colon = *firmware->name ? ": " : "";

	if (doctor->image_name && !(doctor->image.manifest.flags & RJ_OWN_BIOS))
		find(f, DOCTOR_PROBLEM, "pack it with the default --bios auto",
		     "booted by UEFI%s%s, and the image has no BIOS", colon, firmware->name);
	else
		find(f, DOCTOR_NOTE, NULL,
		     "booted by UEFI%s%s; rjpack's own BIOS will serve, with a console and keys on "
		     "the serial port, and ticks by %s", colon, firmware->name,
		     ticks(&doctor->machine.platform));
}

/* Where the next system finds ACPI's tables; a BIOS has the address in its own memory. */
static void check_acpi(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_firmware *firmware = &doctor->machine.firmware;

	if (!firmware->uefi || (doctor->image_name &&
				!(doctor->image.manifest.flags & RJ_OWN_BIOS)))
		return;
	if (firmware->passes_rsdp == RJ_YES)
		find(f, DOCTOR_OK, NULL, "kexec passes the RSDP's address on");
	else if (firmware->rsdp)
		find(f, DOCTOR_NOTE, NULL, "kexec does not pass the RSDP's address on; rj.rsdp= does");
	else
		find(f, DOCTOR_UNKNOWN, "run as root",
		     "kexec may not pass the RSDP's address on, and without it the next system has no ACPI");
}

static void check_firmware(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_firmware *firmware = &doctor->machine.firmware;
	const char *colon = *firmware->name ? ": " : "";

	if (!firmware->sys)
		find(f, DOCTOR_UNKNOWN, "mount it", "/sys is not mounted");
	else if (doctor->machine.platform.encrypted)
		find(f, DOCTOR_PROBLEM, NULL, "a %s guest: its memory is encrypted, so neither a "
		     "BIOS nor real-mode code can run", doctor->machine.platform.encrypted);
	else if (firmware->uefi)
		check_uefi(doctor, f);
	else if (strncmp(firmware->xen, "PV", 2) == 0)
		find(f, DOCTOR_PROBLEM, NULL, "a Xen %s guest, which has no BIOS",
		     firmware->xen);
	else if (firmware->csm == RJ_YES)
		find(f, DOCTOR_OK, NULL, "booted by the CSM of UEFI firmware%s%s", colon,
		     firmware->name);
	else
		find(f, DOCTOR_OK, NULL, "booted by BIOS%s%s%s",
		     firmware->csm == RJ_UNKNOWN ? " or CSM (run as root to find out which)" : "",
		     colon, firmware->name);
}

/* Why both system calls are refused; NULL: they are not. */
static const char *refusal(const struct rj_machine_kernel *kernel, const char **todo)
{
	struct rj_kexec_obstacle obstacle = rj_kexec_obstacle(kernel, false);

	*todo = obstacle.todo;
	if (obstacle.why)
		return obstacle.why;
	*todo = "boot a kernel that has kexec_load, or load the image with GRUB";
	if (doctor_refuses_load(kernel) && doctor_refuses_file(kernel))
		return kernel->sig_force == RJ_YES
		       ? "it has only kexec_file_load, which requires signatures "
			 "(CONFIG_KEXEC_SIG_FORCE, before 5.4 CONFIG_KEXEC_VERIFY_SIG)"
		       : "it has neither CONFIG_KEXEC nor CONFIG_KEXEC_FILE";
	return NULL;
}

static void check_kernel(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_kernel *kernel = &doctor->machine.kernel;
	const char *todo, *why = refusal(kernel, &todo);
	const char *release = *kernel->release ? kernel->release : "of unknown release";

	if (why) {
		find(f, DOCTOR_PROBLEM, todo, "Linux %s does not allow kexec: %s", release, why);
		return;
	}
	if (kernel->core == RJ_UNKNOWN && !*kernel->config_path) {
		find(f, DOCTOR_UNKNOWN, NULL, "neither /sys/kernel nor a kernel configuration shows whether kexec is there");
		return;
	}
	if (*kernel->config_path)
		find(f, DOCTOR_OK, NULL, "Linux %s allows %s%s%s", release,
		     doctor_refuses_load(kernel) ? "" : "kexec_load",
		     doctor_refuses_load(kernel) || doctor_refuses_file(kernel) ? "" : " and ",
		     doctor_refuses_file(kernel) ? "" : "kexec_file_load");
	else
		find(f, DOCTOR_OK, NULL, "Linux %s has kexec; no kernel configuration is readable to say more",
		     release);
	if (!*kernel->lockdown && doctor->machine.firmware.secure_boot == RJ_YES)
		find(f, DOCTOR_WARNING, "mount securityfs to find out",
		     "Secure Boot is on and may have locked the kernel down");
}

/* Whether -l is kexec_load(), as before kexec-tools 2.0.27; false for unknown versions. */
static bool loads_itself(const char *version)
{
	unsigned major = 0, minor = 0, patch = 0;

	return sscanf(version, "%u.%u.%u", &major, &minor, &patch) == 3 &&
	       (major < 2 || (major == 2 && minor == 0 && patch < 27));
}

static void check_tools(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_kernel *kernel = &doctor->machine.kernel;
	const char *options = doctor_kexec(doctor);

	if (!*kernel->kexec_path) {
		find(f, DOCTOR_NOTE, "use rjpack load",
		     "kexec is neither in PATH nor in /sbin or /usr/sbin");
		return;
	}
	if (*kernel->kexec_version)
		find(f, DOCTOR_OK, NULL, "kexec-tools %s as %s", kernel->kexec_version,
		     kernel->kexec_path);
	else
		find(f, DOCTOR_NOTE, NULL, "%s, whose version is unknown without running it",
		     kernel->kexec_path);
	if (!options)
		return;
	find(f, DOCTOR_OK, NULL, "kexec %s works", options);
	if (strcmp(options, "-l") == 0 && *kernel->kexec_version)
		find(f, DOCTOR_OK, NULL, "by kexec_%sload",
		     loads_itself(kernel->kexec_version) || doctor_refuses_file(kernel)
		     ? "" : "file_");
}

/* When the RAM disk is unpacked, the memory of the loaded image is free again. */
static uint64_t needed_memory(const struct doctor *doctor)
{
	const struct rj_image *image = &doctor->image;
	uint64_t needed = image->memory_size;

	if (!doctor->image_name)
		return doctor_way(&doctor->machine) == DOCTOR_LINUX
		       ? doctor_linux_memory(&doctor->machine) : DOCTOR_IMAGE_USUAL;
	if (rj_image_disk(image) && image->services.block.image.size > needed)
		needed = image->services.block.image.size;
	return needed;
}

/* What makes memory known. */
static const char *memory_todo(const struct rj_machine_memory *memory)
{
	return memory->zeros ? "run as root" : "mount /proc";
}

static void check_memory(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_memory *memory = &doctor->machine.memory;
	uint64_t needed = needed_memory(doctor);

	if (memory->source == RJ_MEMORY_NONE) {
		find(f, DOCTOR_UNKNOWN, memory_todo(memory), "%s", memory->zeros
		     ? "/proc/iomem shows addresses only to root"
		     : "neither /proc/iomem nor /sys/firmware/memmap shows memory");
	} else {
		find(f, memory->largest < needed ? DOCTOR_PROBLEM : DOCTOR_OK, NULL,
		     "%" PRIu64 " MiB of System RAM in one range from 1 MiB to 4 GiB%s",
		     memory->largest / MIB, memory->source == RJ_MEMORY_FIRMWARE && memory->zeros
		     ? ", by the firmware's map, since /proc/iomem shows addresses only to root" : "");
	}
	if (memory->available)
		find(f, memory->available < needed ? DOCTOR_PROBLEM : DOCTOR_OK,
		     "close programs, or carry less", "%" PRIu64 " MiB are available",
		     memory->available / MIB);
	if (f->rating == DOCTOR_PROBLEM)
		find(f, DOCTOR_OK, NULL, "%s needs %" PRIu64 " MiB", doctor->image_name
		     ? "the image" : "an image", (needed + MIB - 1) / MIB);
}

static void check_base_memory(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine *machine = &doctor->machine;
	uint64_t base = machine->memory.base;

	if (machine->firmware.uefi)
		return;
	if (base == 0)
		find(f, DOCTOR_UNKNOWN, memory_todo(&machine->memory), "the end of base memory is unknown");
	else if (base < STUB_HOME + STUB_HOME_SIZE)
		find(f, DOCTOR_PROBLEM, "turn option ROMs off in the firmware's setup",
		     "%" PRIu64 " KiB, but the stub needs %u", base / KIB,
		     (STUB_HOME + STUB_HOME_SIZE) / KIB);
	else if (base < SERVICES_SCRATCH_END)
		find(f, DOCTOR_WARNING, "use --int13 firmware or name one driver",
		     "%" PRIu64 " KiB, but the services need %u and what stays resident",
		     base / KIB, SERVICES_SCRATCH_END / KIB);
	else
		find(f, DOCTOR_OK, NULL, "%" PRIu64 " KiB", base / KIB);
}

/* "sda with /boot on", then its PCI address, drivers and transport. */
static void tell_disk(const struct rj_machine_disk *disk, struct doctor_finding *f)
{
	const struct rj_machine_controller *c = &disk->controller;
	char where[64] = "no PCI device";

	if (c->pci)
		snprintf(where, sizeof(where), "%04" PRIx32 ":%02x:%02x.%x%s%s", c->domain,
			 c->address >> 8, c->address >> 3 & 31u, c->address & 7u,
			 *c->driver ? ", " : "", c->driver);
	find(f, DOCTOR_OK, NULL, "%s%s%s on %s%s%s", disk->name,
	     *disk->mount ? disk->stacked ? " with part of " : " with " : "",
	     disk->mount, where, *disk->transport ? ", " : "", disk->transport);
}

static void check_disk(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine *machine = &doctor->machine;
	const struct rj_machine_controller *hider = &machine->hider;

	if (machine->hidden)
		find(f, DOCTOR_NOTE, "set SATA to AHCI in the firmware's setup",
		     "Intel RST hides %u NVMe disk%s behind %02x:%02x.%x, from Linux, too",
		     machine->hidden, machine->hidden > 1 ? "s" : "", hider->address >> 8,
		     hider->address >> 3 & 31u, hider->address & 7u);
	if (machine->disk_count == 0) {
		find(f, doctor->image_name ? DOCTOR_UNKNOWN :
		     doctor_way(machine) == DOCTOR_LINUX ? DOCTOR_NOTE : DOCTOR_PROBLEM,
		     machine->firmware.sys ? "mount /boot, or pack with --from-disk DISK" : "mount /sys",
		     "%s", machine->firmware.sys
		     ? "neither /boot nor / is on a disk, and there is not exactly one disk"
		     : "/sys, which shows the disks, is not mounted");
		return;
	}
	if (machine->guessed)
		find(f, DOCTOR_NOTE, NULL, "neither /boot nor / is on a disk, but there is only one disk");
	for (size_t i = 0; i < machine->disk_count; i++)
		tell_disk(&machine->disks[i], f);
}

/* UAS is not supported; whether the device has the other interface, too, /sys does not say. */
static void tell_uas(const struct rj_machine_disk *disk, struct doctor_finding *f)
{
	if (rj_machine_disk_int13(disk) == RJ_INT13_usb && strcmp(disk->transport, "uas") == 0)
		find(f, DOCTOR_NOTE, NULL, "%s by its bulk-only interface, if it has one",
		     disk->name);
}

static void check_int13(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine *machine = &doctor->machine;
	const struct rj_machine_disk *disk = &machine->disks[0];
	uint8_t mode = doctor_int13(machine);
	char why[UNSERVED_TEXT];

	if (machine->disk_count == 0 || doctor->image_name)
		return;
	if (mode == RJ_INT13_none)
		find(f, doctor_way(machine) == DOCTOR_LINUX ? DOCTOR_NOTE : DOCTOR_PROBLEM,
		     unserved_way(disk),
		     "%s is %s: no driver in the image supports it, and the BIOS's INT 13h for it is dead",
		     disk->name, unserved_why(disk, why));
	else
		find(f, DOCTOR_OK, NULL, "--int13 %s: %s", rj_int13_modes[mode].name,
		     rj_int13_modes[mode].what);
	for (size_t i = 0; mode != RJ_INT13_none && i < machine->disk_count; i++)
		tell_uas(&machine->disks[i], f);
}

static void check_loader(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine *machine = &doctor->machine;
	const struct rj_machine_loader *loader = &machine->loader;
	char text[DIAG_TEXT];

	if (machine->disk_count == 0 || doctor->image_name)
		return;
	if (loader->os_error)
		find(f, DOCTOR_UNKNOWN, loader->os_error == EACCES ? "run as root" : NULL,
		     "/dev/%s cannot be read: %s", machine->disks[0].name, strerror(loader->os_error));
	else if (loader->said_count == 0)
		find(f, DOCTOR_UNKNOWN, NULL, "what the disk boots is unknown");
	for (size_t i = 0; i < loader->said_count; i++) {
		bool boots = loader->said[i].class == RJ_NOTE;

		diag_format(&loader->said[i], text);
		find(f, boots ? DOCTOR_OK :
		     doctor_way(machine) == DOCTOR_LINUX ? DOCTOR_NOTE : DOCTOR_PROBLEM,
		     boots ? NULL : "pack the disk that boots with --from-disk", "%s", text);
	}
}

/* What else can be packed; what prevents that only matters where the boot disk cannot be. */
static void check_linux(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine *machine = &doctor->machine;
	const struct rj_machine_linux *running = &machine->running;
	const struct rj_running *found = &running->found;
	size_t root = strlen(machine->root.path);
	struct rj_list names = { "" };
	char text[DIAG_TEXT];

	if (doctor->image_name)
		return;
	if (running->complete) {
		rj_list_add(&names, "%s", found->kernel.path + root);
		for (size_t i = 0; i < found->initrd_count; i++)
			rj_list_add(&names, "%s", found->initrds[i].path + root);
		find(f, DOCTOR_OK, NULL, "%s and the current command line can be carried, %" PRIu64 " MiB",
		     names.text, (running->size + MIB - 1) / MIB);
	} else if (doctor_way(machine) != DOCTOR_FROM_DISK) {
		diag_format(&running->error, text);
		find(f, running->error.os_error == EACCES ? DOCTOR_UNKNOWN : DOCTOR_NOTE, NULL,
		     "cannot be carried: %s", text);
	}
}

/* Linux takes them in any case: drivers/usb/host/pci-quirks.c, quirk_usb_early_handoff. */
static void tell_controllers(const struct doctor *doctor, bool served, const char *what,
			     struct doctor_finding *f)
{
	const struct rj_machine_usb *usb = &doctor->machine.usb;
	struct rj_list names = { "" };

	for (size_t i = 0; i < usb->count; i++) {
		const struct rj_machine_controller *c = &usb->controllers[i];

		if ((rj_machine_int13(c) == RJ_INT13_usb) == served)
			rj_list_add(&names, "%02x:%02x.%x", c->address >> 8, c->address >> 3 & 31u,
				    c->address & 7u);
	}
	if (*names.text && !doctor->machine.firmware.uefi)
		find(f, served ? DOCTOR_OK : DOCTOR_NOTE, NULL, "Linux has taken %s from the BIOS%s",
		     names.text, what);
}

/* By which mode of --usb the image, or the one to pack, serves keyboards; NULL: by none. */
static const char *keyboard_mode(const struct doctor *doctor)
{
	const struct rj_services *block = &doctor->image.services.block;

	if (!doctor->machine.usb.served_keyboards)
		return NULL;
	if (!doctor->image_name)
		return rj_usb_modes[doctor_usb(&doctor->machine)].name;
	return doctor->image.services.carried && rj_carries_usb(block) ? rj_usb_modes[block->usb].name
								       : NULL;
}

static void check_usb(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_usb *usb = &doctor->machine.usb;
	const char *mode = keyboard_mode(doctor);

	tell_controllers(doctor, true, "; the driver usb can serve disks and keyboards there", f);
	tell_controllers(doctor, false, ": disks and keyboards there are dead until the next system drives USB", f);
	if (!usb->keyboards || usb->other_keyboard ||
	    (!doctor->image_name && doctor_way(&doctor->machine) != DOCTOR_FROM_DISK))
		return;
	if (mode)
		find(f, DOCTOR_OK, NULL, "USB keyboard: served by --usb %s", mode);
	else if (usb->served_keyboards)
		find(f, DOCTOR_WARNING, "pack it with --usb keyboard",
		     "the only keyboard is there, and the image does not serve it");
	else
		find(f, DOCTOR_WARNING, "use a serial console or a PS/2 keyboard, or let the boot menu time out",
		     "the only keyboard is on USB, and no driver serves it");
}

/* An image that is loaded for a panic has to fit into memory that Linux has set aside at boot. */
static void check_panic(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_kernel *kernel = &doctor->machine.kernel;
	uint64_t needed = needed_memory(doctor);
	char load[DOCTOR_TEXT / 2];

	if (!kernel->has_crash_size)
		return;
	if (kernel->crash_size == 0)
		find(f, DOCTOR_NOTE, "boot with crashkernel=128M on the command line",
		     "no memory is set aside, so Linux cannot start an image");
	else if (kernel->crash_size < needed)
		find(f, DOCTOR_WARNING, "boot with a larger crashkernel=",
		     "%" PRIu64 " MiB are set aside, but the image needs %" PRIu64 " MiB",
		     kernel->crash_size / MIB, (needed + MIB - 1) / MIB);
	else {
		doctor_panic_load(doctor, load, sizeof(load));
		find(f, DOCTOR_OK, NULL, "%" PRIu64 " MiB are set aside: %s", kernel->crash_size / MIB, load);
	}
}

static void check_iommu(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_platform *platform = &doctor->machine.platform;

	if (*platform->iommu || platform->remapping)
		find(f, DOCTOR_OK, NULL, "%s%s is on; the stub turns it off",
		     *platform->iommu ? platform->iommu : "one",
		     platform->remapping ? ", with interrupt remapping," : "");
	else if (!doctor->machine.firmware.sys)
		find(f, DOCTOR_UNKNOWN, "mount it", "/sys is not mounted");
	else
		find(f, DOCTOR_OK, NULL, "none");
}

static void check_cpus(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_platform *platform = &doctor->machine.platform;

	if (platform->cpus == 0) {
		find(f, DOCTOR_UNKNOWN, NULL, "/proc/cpuinfo does not list them");
		return;
	}
	find(f, DOCTOR_OK, NULL, "%u", platform->cpus);
	if (platform->packages > 1)
		find(f, DOCTOR_OK, NULL, "in %u packages", platform->packages);
	if (platform->x2apic && platform->remapping)
		find(f, DOCTOR_NOTE, NULL,
		     "x2APIC mode is likely; the stub leaves it, unless the firmware has locked it");
}

/* rjpack's BIOS draws on the framebuffer that the firmware has set up. */
static void check_screen(const struct doctor *doctor, struct doctor_finding *f)
{
	const char *driver = doctor->machine.platform.framebuffer;

	if (!*driver)
		find(f, DOCTOR_NOTE, "use the serial port", "no framebuffer driver, so perhaps no screen");
	else if (doctor_keeps_screen(&doctor->machine))
		find(f, DOCTOR_OK, NULL, "%s: rjpack's BIOS shows its text on this framebuffer", driver);
	else
		find(f, DOCTOR_NOTE, "if the screen stays dark, use the serial port, unbind the driver before "
		     "kexec -e, or boot with nomodeset",
		     "%s has the screen; its framebuffer may be gone after kexec", driver);
}

static void check_video(const struct doctor *doctor, struct doctor_finding *f)
{
	/* These keep the mode that the firmware has set, or drive emulated cards. */
	static const char *const simple[] = {
		"simple-framebuffer", "simpledrm", "simple", "efi-framebuffer", "vesa-framebuffer",
		"EFI VGA", "VESA VGA", "VGA16 VGA", "bochs-drm", "cirrus", "qxl", "virtio_gpu", "virtio-pci",
	};
	const char *driver = doctor->machine.platform.framebuffer;

	if (doctor->machine.firmware.uefi) {
		check_screen(doctor, f);
		return;
	}
	if (!*driver) {
		find(f, DOCTOR_OK, NULL, "no framebuffer driver");
		return;
	}
	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
		if (strcmp(driver, simple[i]) == 0) {
			find(f, DOCTOR_OK, NULL, "%s", driver);
			return;
		}
	find(f, DOCTOR_NOTE, "if the display stays dark, use a serial console or boot with nomodeset",
	     "%s has set the display up, and the video BIOS may be unable to reset it", driver);
}

static bool carries(const struct rj_services_info *services, const char *driver)
{
	for (size_t i = 0; i < services->module_count; i++)
		if (strcmp(services->modules[i].name, driver) == 0)
			return true;
	return false;
}

/* Whether the image serves this driver's controllers. */
static bool serves(const struct rj_image *image, uint8_t driver)
{
	uint8_t mode = image->services.carried ? image->services.block.int13
					       : (uint8_t)RJ_INT13_firmware;

	if (driver == RJ_INT13_usb)
		return rj_serves_usb_disks(&image->services.block) &&
		       carries(&image->services, rj_int13_modes[driver].name);
	if (mode == RJ_INT13_firmware)
		return driver == RJ_INT13_ata;
	return (mode == RJ_INT13_auto || mode == driver) &&
	       carries(&image->services, rj_int13_modes[driver].name);
}

static void check_image_int13(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_disk *disk = &doctor->machine.disks[0];
	uint8_t driver = rj_machine_disk_int13(disk);
	bool ram_disk = doctor->image_name && rj_image_disk(&doctor->image);
	char why[UNSERVED_TEXT];

	if (!doctor->image_name || doctor->machine.disk_count == 0)
		return;
	if (doctor->image.services.wrong)
		find(f, DOCTOR_PROBLEM, "pack it again", "the image's services are damaged: %s",
		     doctor->image.services.wrong);
	else if (driver != RJ_INT13_none && serves(&doctor->image, driver)) {
		bool untried = rj_is_named_only(driver);

		find(f, untried ? DOCTOR_WARNING : DOCTOR_OK, NULL, "the image serves %s (%s)%s", disk->name,
		     rj_int13_modes[driver].name, untried ? ", read-only, by a driver not yet tried on a card" : "");
		tell_uas(disk, f);
	} else if (ram_disk)
		find(f, DOCTOR_NOTE, NULL, "the image does not serve %s, but carries a RAM disk",
		     disk->name);
	else if (driver != RJ_INT13_none && !rj_is_named_only(driver))
		find(f, DOCTOR_PROBLEM, "pack it with --int13 auto, or as rjpack doctor advises without an image",
		     "%s needs the driver %s, which the image does not use", disk->name,
		     rj_int13_modes[driver].name);
	else
		find(f, DOCTOR_WARNING, "the payload must do without that disk",
		     "%s is %s: no driver in the image supports it", disk->name,
		     unserved_why(disk, why));
}

static void check_mapped(const struct doctor *doctor, const struct rj_drive_map *row,
			 struct doctor_finding *f)
{
	struct rj_machine_controller controller;
	bool there = rj_machine_function(&doctor->machine, row->pci, &controller);
	uint8_t driver = there ? rj_machine_int13(&controller) : (uint8_t)RJ_INT13_none;
	const struct rj_machine_disk *disk = &doctor->machine.disks[0];
	char name[64];

	snprintf(name, sizeof(name), "drive %02Xh is on %02x:%02x.%x", row->number, row->pci >> 8,
		 row->pci >> 3 & 31u, row->pci & 7u);
	if (!there)
		find(f, DOCTOR_PROBLEM, "use another --drive-map", "%s, which is not there", name);
	else if (driver == RJ_INT13_none)
		find(f, DOCTOR_PROBLEM, "use another --drive-map",
		     "%s, which no driver serves", name);
	else if (!serves(&doctor->image, driver) && rj_is_named_only(driver))
		find(f, DOCTOR_PROBLEM, "pack it with that, or use another --drive-map",
		     "%s, whose driver only --int13 %s selects", name, rj_int13_modes[driver].name);
	else if (!serves(&doctor->image, driver))
		find(f, DOCTOR_PROBLEM, "pack it with --int13 auto",
		     "%s, whose driver %s the image does not use", name,
		     rj_int13_modes[driver].name);
	else if (row->number == doctor->image.services.block.boot_drive &&
		 doctor->machine.disk_count && disk->controller.pci &&
		 row->pci != disk->controller.address)
		find(f, DOCTOR_WARNING, NULL, "%s, but %s is on another controller", name,
		     disk->name);
	else
		find(f, DOCTOR_OK, NULL, "%s", name);
}

static void check_image_map(const struct doctor *doctor, struct doctor_finding *f)
{
	if (!doctor->image_name || !doctor->image.services.carried)
		return;
	for (size_t i = 0; i < RJ_MAX_DRIVE_MAP; i++)
		if (doctor->image.services.block.map[i].number)
			check_mapped(doctor, &doctor->image.services.block.map[i], f);
}

/* Firmware memory is never System RAM; if it is here, the snapshot is of another machine. */
static void check_image_snapshot(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_memory *memory = &doctor->machine.memory;
	bool any = false;

	for (size_t i = 0; doctor->image_name && i < doctor->image.piece_count; i++) {
		const struct rj_piece *piece = &doctor->image.pieces[i];

		if (!(piece->flags & RJ_PIECE_FIRMWARE) || piece->address < LOW_MEMORY)
			continue;
		any = true;
		for (size_t n = 0; n < memory->ram_count; n++)
			if (rj_overlaps(piece->address, piece->size, memory->ram[n].from,
					memory->ram[n].end - memory->ram[n].from))
				find(f, DOCTOR_PROBLEM, "take the snapshot on this machine",
				     "%.*s of the snapshot at %" PRIX32 "h is System RAM here",
				     RJ_NAME_SIZE, piece->name, piece->address);
	}
	if (any && f->rating == DOCTOR_NOTHING)
		find(f, memory->ram_count ? DOCTOR_OK : DOCTOR_UNKNOWN, NULL, "%s",
		     memory->ram_count ? "its memory belongs to the firmware here, too"
				       : "the firmware's memory ranges are unknown");
}

static void check_menu(const struct doctor *doctor, struct doctor_finding *f)
{
	const struct rj_machine_uefi *uefi = &doctor->machine.uefi;

	if (!doctor->machine.firmware.uefi)
		return;
	if (!*uefi->mount) {
		find(f, DOCTOR_NOTE, "mount it to have the commands that put an image there",
		     "no EFI system partition is mounted on /efi, /boot or /boot/efi");
		return;
	}
	find(f, DOCTOR_OK, NULL, "%s%sthe EFI system partition is %s%s%s", uefi->loader,
	     *uefi->loader ? " has started Linux; " : "", uefi->mount, *uefi->disk ? " on " : "",
	     uefi->disk);
	if (!*uefi->disk && !doctor_has_systemd_boot(&doctor->machine))
		find(f, DOCTOR_NOTE, NULL, "it is not a partition of a disk, so efibootmgr cannot name it");
	if (doctor->image_name && !doctor->image.features.efi)
		find(f, DOCTOR_NOTE, "pack it with --format efi",
		     "the image is not an EFI application");
	else if (doctor->machine.firmware.secure_boot == RJ_YES)
		find(f, DOCTOR_WARNING, "sign the image with sbsign and an enrolled key",
		     "Secure Boot is on, and refuses what is not signed");
}

static void check_image_loader(const struct doctor *doctor, struct doctor_finding *f)
{
	if (!doctor_loadable(doctor))
		find(f, DOCTOR_PROBLEM, "pack it again, with another --format",
		     "kexec has no loader that accepts the image");
}

const struct doctor_check doctor_checks[] = {
	{ "firmware", "Firmware", check_firmware },
	{ "kernel", "Kernel", check_kernel },
	{ "kexec-tools", "kexec-tools", check_tools },
	{ "memory", "Memory", check_memory },
	{ "base-memory", "Base memory", check_base_memory },
	{ "boot-disk", "Boot disk", check_disk },
	{ "int13", "INT 13h", check_int13 },
	{ "boot-loader", "Boot loader", check_loader },
	{ "linux", "Linux itself", check_linux },
	{ "acpi", "ACPI", check_acpi },
	{ "usb", "USB", check_usb },
	{ "panic", "After a panic", check_panic },
	{ "iommu", "IOMMU", check_iommu },
	{ "cpus", "CPUs", check_cpus },
	{ "video", "Video", check_video },
	{ "boot-menu", "Boot menu", check_menu },
	{ "image-loader", "Image: loader", check_image_loader },
	{ "image-int13", "Image: INT 13h", check_image_int13 },
	{ "image-map", "Image: drives", check_image_map },
	{ "image-snapshot", "Image: snapshot", check_image_snapshot },
};
const size_t doctor_check_count = sizeof(doctor_checks) / sizeof(doctor_checks[0]);
_Static_assert(sizeof(doctor_checks) / sizeof(doctor_checks[0]) <= DOCTOR_CHECKS_MAX,
	       "room for findings");
