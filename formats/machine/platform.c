/* SPDX-License-Identifier: MIT */
/*
 * Facts about firmware, CPUs, IOMMU and framebuffer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/machine.h"

#define EFI          "/sys/firmware/efi"
#define SECURE_BOOT  EFI "/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define EFIVAR_VALUE 4                  /* after the attributes */
#define DMI_TABLE    "/sys/firmware/dmi/tables/DMI"
#define DMI_ID       "/sys/class/dmi/id/"

/* SMBIOS 3.6, 7.1: BIOS Information, type 0, and in it the second extension byte. */
#define DMI_BIOS      0
#define DMI_EXTENSION 0x13
#define DMI_UEFI      0x08u

/* The structure of type 0 is usually the first, but may be anywhere in the first 64 KiB. */
static enum rj_known dmi_knows_uefi(const struct rj_root *root)
{
	static char table[1 << 16];
	long size = rj_root_read(root, DMI_TABLE, table, sizeof(table));
	const uint8_t *at = (const uint8_t *)table;

	for (long i = 0; i + 4 <= size;) {
		long length = at[i + 1];

		if (length < 4 || i + length > size)
			break;
		if (at[i] == DMI_BIOS && length > DMI_EXTENSION)
			return at[i + DMI_EXTENSION] & DMI_UEFI ? RJ_YES : RJ_NO;
		/* strings follow, ended by two zeros */
		for (i += length; i + 2 <= size && (at[i] || at[i + 1]); i++)
			;
		i += 2;
	}
	return RJ_UNKNOWN;
}

static void read_secure_boot(struct rj_machine *machine)
{
	char value[EFIVAR_VALUE + 2];

	machine->firmware.secure_boot = RJ_NO;
	if (!machine->firmware.uefi)
		return;
	machine->firmware.secure_boot =
		rj_root_read(&machine->root, SECURE_BOOT, value, sizeof(value)) <= EFIVAR_VALUE
		? RJ_UNKNOWN : value[EFIVAR_VALUE] ? RJ_YES : RJ_NO;
}

void rj_machine_firmware(struct rj_machine *machine)
{
	struct rj_machine_firmware *firmware = &machine->firmware;
	char vendor[RJ_MACHINE_NAME] = "", version[RJ_MACHINE_NAME] = "";

	firmware->sys = rj_root_has(&machine->root, "/sys/firmware");
	firmware->uefi = rj_root_has(&machine->root, EFI);
	firmware->csm = firmware->uefi ? RJ_NO : dmi_knows_uefi(&machine->root);
	read_secure_boot(machine);
	rj_root_word(&machine->root, "/sys/hypervisor/guest_type", firmware->xen, sizeof(firmware->xen));
	rj_root_word(&machine->root, DMI_ID "bios_vendor", vendor, sizeof(vendor));
	rj_root_word(&machine->root, DMI_ID "bios_version", version, sizeof(version));
	snprintf(firmware->name, sizeof(firmware->name), "%s%s%s", vendor,
		 *vendor && *version ? " " : "", version);
}

/* The value after the colon in a line of /proc/cpuinfo; NULL: it is another line. */
static const char *value_of(const char *text, const char *name)
{
	size_t length = strlen(name);
	const char *colon = strchr(text, ':');

	if (!colon || strncmp(text, name, length) != 0 ||
	    (size_t)(colon - text) != length + strspn(text + length, " \t"))
		return NULL;
	return colon + 1 + (colon[1] == ' ');
}

static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += length)
		if ((at == text || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

static bool cpuinfo_row(void *context, char *text)
{
	struct rj_machine_platform *platform = context;
	const char *value;

	if (value_of(text, "processor"))
		platform->cpus++;
	value = value_of(text, "physical id");
	if (value && strtoul(value, NULL, 10) + 1 > platform->packages &&
	    strtoul(value, NULL, 10) < UINT16_MAX)
		platform->packages = (unsigned)strtoul(value, NULL, 10) + 1;
	value = value_of(text, "flags");
	if (value && has_word(value, "x2apic"))
		platform->x2apic = true;
	return true;
}

/* "IR-" before the name of an interrupt chip: x86's remap_print_prefix. */
static bool interrupts_row(void *context, char *text)
{
	struct rj_machine_platform *platform = context;

	platform->remapping = strstr(text, " IR-") || strstr(text, " DMAR-IR") ||
			      strstr(text, " AMD-Vi-IR");
	return !platform->remapping;
}

static bool first_name(void *context, const char *name)
{
	snprintf(context, RJ_MACHINE_NAME, "%s", name);
	return false;
}

struct cards {
	const struct rj_root *root;
	char *driver;
};

/* card0 and so on; card0-HDMI-A-1 is a connector. */
static bool drm_card(void *context, const char *name)
{
	struct cards *cards = context;
	char path[PATH_MAX], driver[NAME_MAX + 1];

	if (strncmp(name, "card", 4) != 0 || strchr(name, '-'))
		return true;
	snprintf(path, sizeof(path), "/sys/class/drm/%s/device/driver", name);
	if (!rj_root_link(cards->root, path, driver))
		return true;
	snprintf(cards->driver, RJ_MACHINE_NAME, "%.*s", RJ_MACHINE_NAME - 1, driver);
	return false;
}

/* The driver of the first DRM card, otherwise the name of the first framebuffer. */
static void read_framebuffer(struct rj_machine *machine)
{
	struct cards cards = { &machine->root, machine->platform.framebuffer };
	char line[RJ_MACHINE_NAME] = "";
	const char *name;

	rj_root_names(&machine->root, "/sys/class/drm", drm_card, &cards);
	if (*cards.driver || !rj_root_word(&machine->root, "/proc/fb", line, sizeof(line)))
		return;
	name = strchr(line, ' ');
	snprintf(cards.driver, RJ_MACHINE_NAME, "%s", name ? name + 1 : "");
}

void rj_machine_platform(struct rj_machine *machine)
{
	rj_root_lines(&machine->root, "/proc/cpuinfo", cpuinfo_row, &machine->platform);
	rj_root_lines(&machine->root, "/proc/interrupts", interrupts_row, &machine->platform);
	rj_root_names(&machine->root, "/sys/class/iommu", first_name, machine->platform.iommu);
	read_framebuffer(machine);
}
