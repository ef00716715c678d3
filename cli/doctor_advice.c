/* SPDX-License-Identifier: MIT */
/*
 * What follows from the facts: the line that packs, and the one that loads.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define IMAGE "back.elf"

static bool refuses_kexec(const struct rj_target_kernel *kernel)
{
	return kernel->disabled == RJ_YES || kernel->core == RJ_NO ||
	       (*kernel->lockdown && strcmp(kernel->lockdown, "none") != 0);
}

bool doctor_refuses_load(const struct rj_target_kernel *kernel)
{
	return refuses_kexec(kernel) || kernel->kexec == RJ_NO;
}

bool doctor_refuses_file(const struct rj_target_kernel *kernel)
{
	return refuses_kexec(kernel) || kernel->kexec_file == RJ_NO ||
	       kernel->sig_force == RJ_YES;
}

/*
 * -l is kexec_load() up to kexec-tools 2.0.26, and kexec_file_load() first since then: it
 * falls back where that is not built in, but not where a signature is missing.
 */
const char *doctor_kexec(const struct doctor *doctor)
{
	const struct rj_target_kernel *kernel = &doctor->target.kernel;
	bool load = !doctor_refuses_load(kernel), file = !doctor_refuses_file(kernel);
	const struct rj_faces *faces = &doctor->image.faces;

	/* kexec_file_load() takes kernels only; a payload file is given to one */
	if (doctor->image_name && doctor->image.stub_size && !faces->linux64)
		return load ? "-c -l" : NULL;
	if (load)
		return kernel->sig_force == RJ_YES ? "-c -l" : "-l";
	return file ? "-s -l" : NULL;
}

uint8_t doctor_int13(const struct rj_target *target)
{
	uint8_t first = RJ_INT13_none;

	for (size_t i = 0; i < target->disk_count; i++) {
		uint8_t driver = rj_target_int13(&target->disks[i].controller);

		if (i == 0)
			first = driver;
		else if (first != RJ_INT13_none && driver != RJ_INT13_none && driver != first)
			return RJ_INT13_auto;
	}
	/* the firmware has not lost legacy IDE: auto leaves it what it still serves */
	return first == RJ_INT13_ata ? RJ_INT13_auto : first;
}

/* A disk's part of --drive-map; empty for what auto finds by itself. */
static void map_disk(const struct rj_target_disk *disk, char *text, size_t size)
{
	static const char *const units[RJ_INT13_COUNT] = {
		[RJ_INT13_ahci] = "port", [RJ_INT13_nvme] = "ns", [RJ_INT13_virtio] = "target",
	};
	uint8_t driver = rj_target_int13(&disk->controller);
	uint16_t address = disk->controller.address;
	char unit[32] = "";

	text[0] = '\0';
	if (!units[driver])
		return;
	if (disk->has_unit == RJ_YES)
		snprintf(unit, sizeof(unit), "/%s%" PRIu32, units[driver], disk->unit);
	snprintf(text, size, " --drive-map hd0=pci:%02x:%02x.%x%s", address >> 8,
		 address >> 3 & 31u, address & 7u, unit);
}

/* Nothing that a shell would take for more than a name. */
static bool is_plain(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

static void advise_pack(const struct doctor *doctor, char *text, size_t size)
{
	const struct rj_target_disk *disk = &doctor->target.disks[0];
	uint8_t mode = doctor_int13(&doctor->target);
	char map[64];

	text[0] = '\0';
	if (doctor->target.disk_count == 0 || mode == RJ_INT13_none || !is_plain(disk->name) ||
	    doctor->target.firmware.uefi)
		return;
	map_disk(disk, map, sizeof(map));
	snprintf(text, size, "rjpack --from-disk /dev/%s --int13 %s%s -o " IMAGE, disk->name,
		 rj_int13_modes[mode].name, map);
}

void doctor_advise(const struct doctor *doctor, struct doctor_advice *advice)
{
	const char *kexec = doctor_kexec(doctor);
	const char *image = doctor->image_name ? doctor->image_name : IMAGE;
	char given[DOCTOR_TEXT - 8];

	memset(advice, 0, sizeof(*advice));
	if (!doctor->image_name)
		advise_pack(doctor, advice->pack, sizeof(advice->pack));
	if (!kexec || doctor->target.firmware.uefi || (!doctor->image_name && !*advice->pack))
		return;
	if (!doctor->image_name || doctor->image.stub_size) {
		snprintf(advice->load, sizeof(advice->load), "kexec %s %s && kexec -e", kexec,
			 image);
		return;
	}
	rj_loader_give(image, given, sizeof(given));
	snprintf(advice->load, sizeof(advice->load), "kexec %s%s", kexec,
		 given + strlen("kexec -l"));
}
