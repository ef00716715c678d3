/* SPDX-License-Identifier: MIT */
/*
 * Facts about disks: which ones have /boot and /, through partitions, device mapper and md;
 * their controllers; and what the first one boots.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "machine/pci.h"
#include "machine/machine.h"
#include "payload/payload.h"

#define BLOCK          "/sys/class/block"
#define DEPTH_MAX      16       /* of md on dm on partitions; each adds SLAVE or PARTITION */
#define PARTITION      1
#define SLAVE          2
#define BIOS_DRIVE     0x80

#define CLASS_STORAGE  0x01u   /* PCI Code and ID Assignment 1.11, 1.2 */
#define CLASS_SERIAL   0x0Cu   /* 1.13: USB among others */
#define CLASS_SYSTEM   0x08u   /* 1.9: SD host controllers among others */

extern const struct payload_kind payload_from_disk;

uint8_t rj_machine_int13(const struct rj_machine_controller *controller)
{
	uint32_t class = controller->class >> 16;

	if (!controller->pci || controller->domain != 0 ||
	    (class != CLASS_STORAGE && class != CLASS_SERIAL && class != CLASS_SYSTEM))
		return RJ_INT13_none;
	return rj_driver_for(controller->class, controller->id);
}

uint8_t rj_machine_disk_int13(const struct rj_machine_disk *disk)
{
	return disk->multiplied ? (uint8_t)RJ_INT13_none : rj_machine_int13(&disk->controller);
}

/* The last number in a name with this prefix, as in target0:0:3; false for other names. */
static bool last_number(const char *name, const char *prefix, uint32_t *number)
{
	const char *colon = strrchr(name, ':');

	if (strncmp(name, prefix, strlen(prefix)) != 0 || !colon ||
	    !isdigit((unsigned char)colon[1]))
		return false;
	*number = (uint32_t)strtoul(colon + 1, NULL, 10);
	return true;
}

/*
 * A disk of megaraid_sas, from targetHOST:CHANNEL:ID: two channels of physical drives, then those
 * of logical ones, with 128 ids each (MEGASAS_MAX_PD_CHANNELS, MEGASAS_MAX_DEV_PER_CHANNEL).
 */
static bool megaraid_unit(const char *path, uint32_t *unit)
{
	const char *name = strstr(path, "/target");
	unsigned channel, id;

	if (!name || sscanf(name, "/target%*[0-9]:%3u:%3u", &channel, &id) != 2)
		return false;
	*unit = channel < 2 ? RJ_MEGARAID_PD | (channel * 128 + id) : (channel - 2) * 128 + id;
	return true;
}

/*
 * Reads which disk of the controller it is, from a directory on the path to it. libata's
 * port_no counts from 1 (local_port_no), AHCI's ports from 0.
 */
static void read_unit(const struct rj_root *root, const char *device,
		      struct rj_machine_disk *disk)
{
	const char *name = strrchr(device, '/') + 1;
	char path[PATH_MAX];
	uint64_t number;

	if (disk->has_unit == RJ_YES)
		return;
	if (last_number(name, "target", &disk->unit)) {
		disk->has_unit = RJ_YES;
	} else if (strncmp(name, "ata", 3) == 0 &&
		   snprintf(path, sizeof(path), "%s/ata_port/%s", device, name) < PATH_MAX &&
		   rj_pci_number(root, path, "port_no", 10, &number) && number > 0) {
		disk->unit = (uint32_t)(number - 1);
		disk->has_unit = RJ_YES;
	}
}

/* libata's SCSI channel is the port multiplier's port, of which the stub serves the first. */
static bool is_multiplied(const struct rj_machine_disk *disk)
{
	const char *target = strstr(disk->path, "/target"), *colon = target ? strchr(target, ':') : NULL;

	return colon && colon[1] != '0';
}

/* On ATA only the port counts: the SCSI target is libata's own. */
static void take_unit(const struct rj_root *root, const char *device,
		      struct rj_machine_disk *disk)
{
	if (strncmp(strrchr(device, '/') + 1, "ata", 3) == 0) {
		disk->has_unit = RJ_UNKNOWN;
		disk->multiplied = is_multiplied(disk);
	}
	read_unit(root, device, disk);
}

/* What the path says about the unit; at SAS, Linux numbers the targets itself. */
static void take_path(struct rj_machine_disk *disk)
{
	switch (rj_machine_int13(&disk->controller)) {
	case RJ_INT13_megaraid:
	case RJ_INT13_fusion:
		disk->has_unit = megaraid_unit(disk->path, &disk->unit) ? RJ_YES : RJ_UNKNOWN;
		break;
	case RJ_INT13_mpt3:
		disk->has_unit = RJ_UNKNOWN;
		break;
	case RJ_INT13_mptsas:
		if (strstr(disk->path, "/end_device-"))
			disk->has_unit = RJ_UNKNOWN;
		break;
	case RJ_INT13_usb:
		disk->has_unit = rj_machine_usb_unit(disk->path, &disk->unit) ? RJ_YES : RJ_UNKNOWN;
		break;
	default:
		break;
	}
}

/* The function of domain 0 above one of another domain, if Linux's driver vmd has it. */
static void find_vmd(const struct rj_root *root, char *device, struct rj_machine_disk *disk)
{
	struct rj_machine_controller above = { 0 };
	char *slash;

	while ((slash = strrchr(device, '/')) && slash != device) {
		*slash = '\0';
		if (rj_pci_function(root, device, &above) && above.domain == 0 &&
		    strcmp(above.driver, "vmd") == 0)
			disk->vmd = above;
	}
}

/* Walks up from the disk to its PCI function, and reads drivers and the unit on the way. */
static void read_controller(const struct rj_root *root, struct rj_machine_disk *disk)
{
	char device[PATH_MAX], driver[RJ_MACHINE_NAME], *slash;
	uint64_t namespace;

	strcpy(device, disk->path);
	if (rj_pci_number(root, device, "nsid", 10, &namespace)) {
		disk->unit = (uint32_t)namespace;
		disk->has_unit = RJ_YES;
	}
	while ((slash = strrchr(device, '/')) && slash != device) {
		if (rj_pci_function(root, device, &disk->controller))
			break;
		take_unit(root, device, disk);
		rj_pci_driver(root, device, driver);
		if (*driver && strcmp(driver, "sd") != 0 && !*disk->transport)
			strcpy(disk->transport, driver);
		*slash = '\0';
	}
	if (slash && disk->controller.domain)
		find_vmd(root, device, disk);
	take_path(disk);
}

struct path_search {
	const struct rj_root *root;
	const char *directory;
	char *to;
};

static bool controller_link(void *context, const char *name)
{
	struct path_search *search = context;
	char path[PATH_MAX];

	if (strncmp(name, "nvme", 4) != 0 || strspn(name + 4, "0123456789") != strlen(name + 4) ||
	    snprintf(path, sizeof(path), "%s/%s", search->directory, name) >= PATH_MAX)
		return true;
	return !rj_root_resolve(search->root, path, search->to);
}

/*
 * A multipath namespace is not below a controller: its subsystem has links to the controllers.
 */
static void find_nvme_path(const struct rj_root *root, struct rj_machine_disk *disk)
{
	char directory[PATH_MAX], device[PATH_MAX] = "";
	struct path_search search = { root, directory, device };
	char *slash;

	strcpy(directory, disk->path);
	slash = strrchr(directory, '/');
	if (disk->controller.pci || !slash || !strstr(directory, "/nvme-subsystem/"))
		return;
	*slash = '\0';
	rj_root_names(root, directory, controller_link, &search);
	rj_pci_above(root, device, &disk->controller);
}

/* Adds a whole disk by its directory in /sys, unless it is listed. */
static void add_disk(struct rj_machine *machine, const char *path, const char *mount, bool stacked)
{
	struct rj_machine_disk *disk = &machine->disks[machine->disk_count];
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < machine->disk_count; i++)
		if (strcmp(machine->disks[i].path, path) == 0)
			return;
	if (machine->disk_count == RJ_MACHINE_DISKS || strlen(name) >= RJ_MACHINE_NAME)
		return;
	memset(disk, 0, sizeof(*disk));
	strcpy(disk->name, name);
	strcpy(disk->path, path);
	snprintf(disk->mount, sizeof(disk->mount), "%s", mount);
	disk->stacked = stacked;
	read_controller(&machine->root, disk);
	find_nvme_path(&machine->root, disk);
	machine->disk_count++;
}

struct walk {
	struct rj_machine *machine;
	const char *path;       /* of the device with these slaves */
	const char *mount;
	unsigned depth;
	bool any;               /* it has slaves */
};

static void walk_block(struct rj_machine *machine, const char *path, const char *mount,
		       unsigned depth);

static bool walk_slave(void *context, const char *name)
{
	struct walk *walk = context;
	char path[PATH_MAX], device[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/slaves/%s", walk->path, name) < PATH_MAX &&
	    rj_root_resolve(&walk->machine->root, path, device)) {
		walk->any = true;
		walk_block(walk->machine, device, walk->mount, walk->depth + SLAVE);
	}
	return walk->machine->disk_count < RJ_MACHINE_DISKS;
}

/* Walks down from a block device to the disks that it consists of. */
static void walk_block(struct rj_machine *machine, const char *path, const char *mount,
		       unsigned depth)
{
	struct walk walk = { machine, path, mount, depth, false };
	char slaves[PATH_MAX], disk[PATH_MAX], partition[PATH_MAX];

	if (depth > DEPTH_MAX || !strchr(path, '/') ||
	    snprintf(slaves, sizeof(slaves), "%s/slaves", path) >= PATH_MAX ||
	    snprintf(partition, sizeof(partition), "%s/partition", path) >= PATH_MAX)
		return;
	if (rj_root_has(&machine->root, partition)) {
		strcpy(disk, path);
		*strrchr(disk, '/') = '\0';
		walk_block(machine, disk, mount, depth + PARTITION);
		return;
	}
	rj_root_names(&machine->root, slaves, walk_slave, &walk);
	if (!walk.any)
		add_disk(machine, path, mount, depth > PARTITION);
}

struct mount_search {
	struct rj_machine *machine;
	const char *mount;
};

/* Finds the disk by the mount source, for Btrfs, whose device number is not a disk's. */
static void walk_source(struct rj_machine *machine, const char *source, const char *mount)
{
	char path[PATH_MAX], device[PATH_MAX], name[NAME_MAX + 1];

	if (strncmp(source, "/dev/", 5) != 0 || !rj_root_link(&machine->root, source, name))
		return;
	snprintf(path, sizeof(path), BLOCK "/%s", name);
	if (rj_root_resolve(&machine->root, path, device))
		walk_block(machine, device, mount, 0);
}

/* proc(5): "ID PARENT MAJOR:MINOR ROOT MOUNT OPTIONS... - TYPE SOURCE OPTIONS" */
static bool mountinfo_row(void *context, char *text)
{
	struct mount_search *search = context;
	struct rj_machine *machine = search->machine;
	char number[32], mount[256], *dash, path[PATH_MAX], device[PATH_MAX];
	char type[64], source[512];
	size_t before = machine->disk_count;

	dash = strstr(text, " - ");
	if (!dash || sscanf(text, "%*s %*s %31s %*s %255s", number, mount) != 2 ||
	    strcmp(mount, search->mount) != 0 ||
	    sscanf(dash, " - %63s %511s", type, source) != 2)
		return true;
	snprintf(path, sizeof(path), "/sys/dev/block/%s", number);
	if (rj_root_resolve(&machine->root, path, device))
		walk_block(machine, device, mount, 0);
	if (machine->disk_count == before)
		walk_source(machine, source, mount);
	return true;            /* rootfs may be mounted there too, before the real root */
}

static bool count_disk(void *context, const char *name)
{
	static const char *const others[] = { "loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd" };
	struct walk *walk = context;
	char path[PATH_MAX], device[PATH_MAX];

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strncmp(name, others[i], strlen(others[i])) == 0)
			return true;
	if (strncmp(name, "mmcblk", 6) == 0 && (strstr(name, "boot") || strstr(name, "rpmb")))
		return true;            /* small areas of an eMMC that no BIOS has as disks */
	snprintf(path, sizeof(path), "/sys/block/%s", name);
	if (!rj_root_resolve(&walk->machine->root, path, device))
		return true;
	walk->depth++;
	if (!walk->any)
		walk_block(walk->machine, device, "", 0);
	walk->any = true;
	return true;
}

/*
 * Nothing on a disk is mounted, as in an initramfs: takes the only disk, if there is just one.
 */
static void guess_disk(struct rj_machine *machine)
{
	struct walk walk = { .machine = machine };

	rj_root_names(&machine->root, "/sys/block", count_disk, &walk);
	machine->guessed = walk.depth == 1;
	if (!machine->guessed)
		machine->disk_count = 0;
}

/* Keeps a note or error without its subject, which points to the caller's path. */
static void keep_said(struct rj_machine_loader *loader, const struct rj_error *said)
{
	if (loader->said_count == RJ_MACHINE_NOTES)
		return;
	loader->said[loader->said_count] = *said;
	loader->said[loader->said_count++].subject = NULL;
}

/* Uses the code of --from-disk, whose notes say what it has found. */
static void read_loader(struct rj_machine *machine)
{
	static struct rj_plan plan;
	const struct payload_argument argument = { 0 };
	struct rj_machine_loader *loader = &machine->loader;
	char path[PATH_MAX], device[PATH_MAX];
	struct rj_input input;
	struct rj_error error;

	snprintf(path, sizeof(path), "/dev/%s", machine->disks[0].name);
	loader->os_error = ENOENT;
	if (!rj_root_outside(&machine->root, path, device))
		return;
	loader->os_error = 0;
	if (rj_input_open_disk(&input, device, &error)) {
		loader->os_error = error.os_error ? error.os_error : ENODEV;
		return;
	}
	rj_plan_init(&plan, BIOS_DRIVE);
	if (payload_from_disk.read(&plan, &input, &argument, &error))
		keep_said(loader, &error);
	else
		for (size_t i = 0; i < plan.note_count; i++)
			keep_said(loader, &plan.notes[i]);
	rj_plan_free(&plan);
	rj_input_close(&input);
}

/* Linux's driver ahci says so of each controller, in decimal. */
static bool look_for_hidden(void *context, const char *name)
{
	struct rj_machine *machine = context;
	char path[PATH_MAX], device[PATH_MAX];
	uint64_t count;

	if (snprintf(path, sizeof(path), RJ_PCI_DEVICES "/%s", name) >= PATH_MAX ||
	    !rj_root_resolve(&machine->root, path, device) ||
	    !rj_pci_number(&machine->root, device, "remapped_nvme", 10, &count) || count == 0 ||
	    !rj_pci_function(&machine->root, device, &machine->hider))
		return true;
	machine->hidden = (unsigned)count;
	return false;
}

void rj_machine_disks(struct rj_machine *machine)
{
	static const char *const mounts[] = { "/boot", "/" };

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		struct mount_search search = { machine, mounts[i] };

		rj_root_lines(&machine->root, "/proc/self/mountinfo", mountinfo_row, &search);
	}
	if (machine->disk_count == 0)
		guess_disk(machine);
	rj_root_names(&machine->root, RJ_PCI_DEVICES, look_for_hidden, machine);
	if (machine->disk_count > 0)
		read_loader(machine);
}

bool rj_machine_device(struct rj_machine *machine, unsigned major, unsigned minor)
{
	char path[64], device[PATH_MAX];

	memset(machine, 0, sizeof(*machine));
	machine->root.path = "";
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major, minor);
	if (rj_root_resolve(&machine->root, path, device))
		walk_block(machine, device, "", 0);
	return machine->disk_count > 0;
}
