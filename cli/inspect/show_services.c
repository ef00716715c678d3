/* SPDX-License-Identifier: MIT */
#include "inspect/show_services.h"

#include <inttypes.h>
#include <stdio.h>

#include "clean.h"
#include "image/drive_map.h"
#include "image/service_modes.h"

#define PCI_TEXT 8              /* BB:DD.F */

static const char *drive_type(const struct rj_drive *drive)
{
	if (drive->flags & RJ_DISK_CD)
		return "CD";
	return drive->flags & RJ_DISK_FLOPPY ? "floppy" : "hard disk";
}

static void format_pci(uint16_t pci, char text[PCI_TEXT])
{
	snprintf(text, PCI_TEXT, "%02x:%02x.%x", (pci >> 8) & 0xFFu, (pci >> 3) & 0x1Fu,
		 pci & 7u);
}

static const char *module_name(const struct rj_services_info *info, size_t n)
{
	static char text[RJ_MODULE_NAME_SIZE];

	return clean_name(text, sizeof(text), info->modules[n].name);
}

static void print_modules(const struct rj_services_info *info)
{
	printf("  the installer: %" PRIu32 " bytes, packed %" PRIu32 "\n",
	       info->installer_size, info->block.installer_size);
	if (info->survey_size)
		printf("  the survey: %" PRIu32 " bytes, packed %" PRIu32 "\n",
		       info->survey_size, info->block.survey_size);
	for (size_t i = 0; i < info->module_count; i++)
		printf("  %s: %" PRIu32 " bytes, packed %" PRIu32 "\n", module_name(info, i),
		       info->modules[i].size, info->modules[i].packed_size);
}

static void print_map(const struct rj_services *block)
{
	for (size_t i = 0; i < RJ_MAX_DRIVE_MAP; i++) {
		const struct rj_drive_map *row = &block->map[i];
		char pci[PCI_TEXT], unit[RJ_UNIT_TEXT];

		if (row->number == 0)
			continue;
		format_pci(row->pci, pci);
		printf("  %02Xh is %s of the controller at PCI %s\n", row->number,
		       rj_unit_format(row->word, row->unit, unit), pci);
	}
}

static const char *const media[] = { "no emulation", "a floppy of 1.2 MB",
	"a floppy of 1.44 MB", "a floppy of 2.88 MB", "a hard disk" };

static const char *media_name(const struct rj_el_torito *packet)
{
	return packet->media < sizeof(media) / sizeof(media[0]) ? media[packet->media] : "unknown";
}

static void print_disk(const struct rj_services *block)
{
	const struct rj_disk_image *image = &block->image;

	if (image->size == 0)
		return;
	printf("RAM disk: %" PRIu32 " bytes, carried as %" PRIu32 "%s\n", image->size,
	       image->packed_size, image->flags & RJ_DISK_READONLY ? ", read-only" : "");
	for (size_t i = 0; i < RJ_MAX_RAM_DRIVES; i++) {
		const struct rj_drive *drive = &block->drives[i];

		if (drive->sectors)
			printf("  %02Xh, a %s: %" PRIu32 " sectors of %u bytes from %" PRIXMAX
			       "h on, %u/%u/%u\n", drive->number, drive_type(drive),
			       drive->sectors, drive->sector_size, (uintmax_t)drive->offset,
			       drive->cylinders, drive->heads, drive->sectors_per_track);
	}
	if (block->el_torito.size)
		printf("  booted as a CD: %s, %u sectors of the image at sector %" PRIu32 "\n",
		       media_name(&block->el_torito), block->el_torito.sector_count,
		       block->el_torito.lba);
}

void services_print(const struct rj_services_info *info)
{
	const struct rj_mode *mode =
		&rj_int13_modes[info->carried ? info->block.int13 : RJ_INT13_firmware];

	printf("\nINT 13h: %s, %s\n", mode->name, mode->what);
	if (!info->carried)
		return;
	if (rj_carries_usb(&info->block))
		printf("USB: %s, %s\n", rj_usb_modes[info->block.usb].name,
		       rj_usb_modes[info->block.usb].what);
	print_modules(info);
	print_map(&info->block);
	print_disk(&info->block);
}

static void json_modules(struct json *json, const struct rj_services_info *info)
{
	json_number(json, "installer_size", info->installer_size);
	json_number(json, "installer_packed_size", info->block.installer_size);
	json_number(json, "survey_size", info->survey_size);
	json_number(json, "survey_packed_size", info->block.survey_size);
	json_open(json, "modules", '[');
	for (size_t i = 0; i < info->module_count; i++) {
		json_open(json, NULL, '{');
		json_string(json, "name", module_name(info, i));
		json_number(json, "size", info->modules[i].size);
		json_number(json, "packed_size", info->modules[i].packed_size);
		json_close(json, '{');
	}
	json_close(json, '[');
}

static void json_map(struct json *json, const struct rj_services *block)
{
	json_open(json, "drive_map", '[');
	for (size_t i = 0; i < RJ_MAX_DRIVE_MAP; i++) {
		char pci[PCI_TEXT], unit[RJ_UNIT_TEXT];

		if (block->map[i].number == 0)
			continue;
		format_pci(block->map[i].pci, pci);
		json_open(json, NULL, '{');
		json_address(json, "number", block->map[i].number);
		json_string(json, "pci", pci);
		json_number(json, "unit", block->map[i].unit);
		json_string(json, "unit_name",
			    rj_unit_format(block->map[i].word, block->map[i].unit, unit));
		json_close(json, '{');
	}
	json_close(json, '[');
}

static void json_drives(struct json *json, const struct rj_services *block)
{
	json_open(json, "drives", '[');
	for (size_t i = 0; i < RJ_MAX_RAM_DRIVES; i++) {
		const struct rj_drive *drive = &block->drives[i];

		if (drive->sectors == 0)
			continue;
		json_open(json, NULL, '{');
		json_address(json, "number", drive->number);
		json_string(json, "type", drive_type(drive));
		json_address(json, "offset", drive->offset);
		json_number(json, "sectors", drive->sectors);
		json_number(json, "sector_size", drive->sector_size);
		json_number(json, "cylinders", drive->cylinders);
		json_number(json, "heads", drive->heads);
		json_number(json, "sectors_per_track", drive->sectors_per_track);
		json_bool(json, "read_only", drive->flags & RJ_DISK_READONLY);
		json_close(json, '{');
	}
	json_close(json, '[');
}

static void json_el_torito(struct json *json, const struct rj_el_torito *packet)
{
	if (packet->size == 0) {
		json_string(json, "el_torito", NULL);
		return;
	}
	json_open(json, "el_torito", '{');
	json_string(json, "media", media_name(packet));
	json_address(json, "drive", packet->drive);
	json_number(json, "lba", packet->lba);
	json_address(json, "load_segment", packet->load_segment);
	json_number(json, "sector_count", packet->sector_count);
	json_close(json, '{');
}

static void json_disk(struct json *json, const struct rj_services *block)
{
	const struct rj_disk_image *image = &block->image;

	if (image->size == 0) {
		json_string(json, "ram_disk", NULL);
		return;
	}
	json_open(json, "ram_disk", '{');
	json_number(json, "size", image->size);
	json_number(json, "packed_size", image->packed_size);
	json_bool(json, "deflated", image->flags & RJ_DISK_DEFLATED);
	json_bool(json, "read_only", image->flags & RJ_DISK_READONLY);
	json_address(json, "crc32", image->crc);
	json_drives(json, block);
	json_el_torito(json, &block->el_torito);
	json_close(json, '{');
}

void services_json(struct json *json, const struct rj_services_info *info)
{
	if (!info->carried) {
		json_string(json, "services", NULL);
		return;
	}
	json_open(json, "services", '{');
	json_string(json, "int13", rj_int13_modes[info->block.int13].name);
	json_string(json, "usb", rj_usb_modes[info->block.usb].name);
	json_address(json, "boot_drive", info->block.boot_drive);
	json_modules(json, info);
	json_map(json, &info->block);
	json_disk(json, &info->block);
	json_close(json, '{');
}
