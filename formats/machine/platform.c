/* SPDX-License-Identifier: MIT */
/*
 * Facts about firmware, CPUs, IOMMU and framebuffer.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/boot_params.h"
#include "common/le.h"
#include "machine/machine.h"

#define EFI          "/sys/firmware/efi"
#define SECURE_BOOT  EFI "/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define EFIVAR_VALUE 4                  /* after the attributes */
#define ACPI_DEVICES "/sys/bus/acpi/devices"
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

/* drivers/firmware/efi/efi.c: "ACPI20=0x..." is revision 2's, and has priority. */
static bool systab_row(void *context, char *text)
{
	uint64_t *rsdp = context;
	unsigned long long value;
	bool is_new = sscanf(text, "ACPI20=%llx", &value) == 1;

	if (is_new || (!*rsdp && sscanf(text, "ACPI=%llx", &value) == 1))
		*rsdp = value;
	return !is_new;
}

static void read_screen(struct rj_machine_firmware *firmware, const uint8_t *params)
{
	uint8_t type = (uint8_t)LE_GET(params, struct screen_info, type);
	uint64_t high = LE_GET(params, struct screen_info, capabilities) & SCREEN_64BIT
		? LE_GET(params, struct screen_info, base_high) : 0;

	if (type != SCREEN_EFI && type != SCREEN_VESA)
		return;
	firmware->screen.base = high << 32 | LE_GET(params, struct screen_info, base);
	firmware->screen.width = (unsigned)LE_GET(params, struct screen_info, width);
	firmware->screen.height = (unsigned)LE_GET(params, struct screen_info, height);
	firmware->screen.depth = (unsigned)LE_GET(params, struct screen_info, depth);
	firmware->screen.pitch = (unsigned)LE_GET(params, struct screen_info, pitch);
}

/*
 * Linux passes on the address in its own boot_params, or the EFI tables if it has EFI runtime
 * services. The first is 0 if Linux was started by its EFI stub.
 */
static void read_boot_params(struct rj_machine *machine)
{
	struct rj_machine_firmware *firmware = &machine->firmware;
	char params[offsetof(struct boot_params, rsdp) + sizeof(uint64_t) + 1];
	bool known = rj_root_read(&machine->root, RJ_BOOT_PARAMS, params, sizeof(params)) ==
		     sizeof(params) - 1;

	if (known) {
		read_screen(firmware, (const uint8_t *)params);
		firmware->rsdp = le_load((const uint8_t *)params +
					 offsetof(struct boot_params, rsdp), sizeof(uint64_t));
	}
	firmware->passes_rsdp = firmware->rsdp || rj_root_has(&machine->root, EFI "/runtime-map")
				? RJ_YES : known ? RJ_NO : RJ_UNKNOWN;
	if (!firmware->rsdp)
		rj_root_lines(&machine->root, EFI "/systab", systab_row, &firmware->rsdp);
}

void rj_machine_firmware(struct rj_machine *machine)
{
	struct rj_machine_firmware *firmware = &machine->firmware;
	char vendor[RJ_MACHINE_NAME] = "", version[RJ_MACHINE_NAME] = "";

	firmware->sys = rj_root_has(&machine->root, "/sys/firmware");
	firmware->uefi = rj_root_has(&machine->root, EFI);
	firmware->csm = firmware->uefi ? RJ_NO : dmi_knows_uefi(&machine->root);
	read_secure_boot(machine);
	if (firmware->uefi)
		read_boot_params(machine);
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
	if (value && has_word(value, "tdx_guest"))
		platform->encrypted = "TDX";
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
	/* drivers/virt/coco: the guest's drivers; a host has none */
	if (rj_root_has(&machine->root, "/sys/class/misc/sev-guest"))
		machine->platform.encrypted = "SEV";
	if (rj_root_has(&machine->root, "/sys/class/misc/tdx_guest"))
		machine->platform.encrypted = "TDX";
	rj_root_lines(&machine->root, "/proc/cpuinfo", cpuinfo_row, &machine->platform);
	rj_root_lines(&machine->root, "/proc/interrupts", interrupts_row, &machine->platform);
	rj_root_names(&machine->root, "/sys/class/iommu", first_name, machine->platform.iommu);
	machine->platform.pit = rj_root_has(&machine->root, ACPI_DEVICES "/PNP0100:00");
	machine->platform.hpet = rj_root_has(&machine->root, ACPI_DEVICES "/PNP0103:00");
	read_framebuffer(machine);
}
