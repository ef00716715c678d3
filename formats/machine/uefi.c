/* SPDX-License-Identifier: MIT */
/*
 * Facts about what UEFI firmware can start: the EFI system partition, and the boot manager.
 * UEFI 2.10, 13.3.1 "System Partition"; UAPI group, Boot Loader Interface: LoaderInfo; bootctl(1):
 * where an EFI system partition is mounted.
 */
#include <stdio.h>
#include <string.h>

#include "machine/machine.h"

#define INFO_VARIABLE "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define ATTRIBUTES  4                   /* bytes before a variable's value */
#define ESP_GPT     "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define ESP_DOS     "0xef"

/* UTF-16, of which other letters than ASCII's become question marks. */
static void read_loader(struct rj_machine *machine)
{
	char value[ATTRIBUTES + 2 * RJ_MACHINE_NAME];
	long size = rj_root_read(&machine->root, INFO_VARIABLE, value, sizeof(value));
	char *to = machine->uefi.loader;

	for (long i = ATTRIBUTES; i + 1 < size && (value[i] || value[i + 1]); i += 2) {
		bool is_known = !value[i + 1] && value[i] >= ' ' && value[i] <= '~';

		*to++ = (char)(is_known ? value[i] : '?');
	}
	*to = '\0';
}

/* udev's properties of a partition. */
static bool type_row(void *context, char *text)
{
	bool *is_other = context;
	char type[RJ_MACHINE_NAME];

	if (sscanf(text, "E:ID_PART_ENTRY_TYPE=%63s", type) != 1)
		return true;
	*is_other = strcmp(type, ESP_GPT) != 0 && strcmp(type, ESP_DOS) != 0;
	return false;
}

/* The disk and the partition with the device number "MAJOR:MINOR". */
static void find_partition(struct rj_machine *machine, const char *number)
{
	char path[PATH_MAX], device[PATH_MAX], file[PATH_MAX], *slash;
	struct rj_machine_uefi *uefi = &machine->uefi;
	uint64_t partition;

	snprintf(path, sizeof(path), "/sys/dev/block/%s", number);
	if (!rj_root_resolve(&machine->root, path, device) ||
	    snprintf(file, sizeof(file), "%s/partition", device) >= PATH_MAX ||
	    !rj_root_number(&machine->root, file, 10, &partition))
		return;
	slash = strrchr(device, '/');
	*slash = '\0';
	slash = strrchr(device, '/');
	if (!slash || strlen(slash + 1) >= sizeof(uefi->disk))
		return;
	strcpy(uefi->disk, slash + 1);
	uefi->partition = (uint32_t)partition;
}

struct mount_search {
	struct rj_machine *machine;
	const char *mount;
};

/* proc(5): "ID PARENT MAJOR:MINOR ROOT MOUNT OPTIONS... - TYPE SOURCE OPTIONS" */
static bool mountinfo_row(void *context, char *text)
{
	struct mount_search *search = context;
	struct rj_machine *machine = search->machine;
	char number[32], mount[256], type[64], path[PATH_MAX];
	const char *dash = strstr(text, " - ");
	bool is_other = false;

	if (!dash || sscanf(text, "%*s %*s %31s %*s %255s", number, mount) != 2 ||
	    strcmp(mount, search->mount) != 0 || sscanf(dash, " - %63s", type) != 1 ||
	    strcmp(type, "vfat") != 0)
		return true;
	snprintf(path, sizeof(path), "/run/udev/data/b%s", number);
	rj_root_lines(&machine->root, path, type_row, &is_other);
	if (is_other)
		return true;
	strcpy(machine->uefi.mount, search->mount);
	find_partition(machine, number);
	return false;
}

void rj_machine_uefi(struct rj_machine *machine)
{
	static const char *const mounts[] = { "/efi", "/boot", "/boot/efi" };
	struct rj_machine_uefi *uefi = &machine->uefi;
	char entries[PATH_MAX];

	if (!machine->firmware.uefi)
		return;
	read_loader(machine);
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]) && !*uefi->mount; i++) {
		struct mount_search search = { machine, mounts[i] };

		rj_root_lines(&machine->root, "/proc/self/mountinfo", mountinfo_row, &search);
	}
	snprintf(entries, sizeof(entries), "%s/loader/entries", uefi->mount);
	uefi->has_entries = *uefi->mount && rj_root_has(&machine->root, entries);
}
