/* SPDX-License-Identifier: MIT */
#include "unserved.h"

#include <stdio.h>
#include <string.h>

#define CARRY "carry what you need in the image (--from-running, --disk)"

/* "on a RAID controller, 1000:005d at 03:00.0" */
static void name_controller(const char *before, const struct rj_machine_controller *c,
			    char text[UNSERVED_TEXT])
{
	snprintf(text, UNSERVED_TEXT, "%s %s, %04x:%04x at %02x:%02x.%x", before,
		 rj_unserved(c->class, c->id), (unsigned)(c->id & 0xFFFF), (unsigned)(c->id >> 16),
		 c->address >> 8, c->address >> 3 & 31u, c->address & 7u);
}

const char *unserved_why(const struct rj_machine_disk *disk, char text[UNSERVED_TEXT])
{
	static const struct { const char *driver, *what; } known[] = {
		{ "mmcblk", "an SD card or eMMC that is not on PCI" },
		{ "vbd", "a Xen disk" }, { "hv_storvsc", "a Hyper-V disk" },
	};
	const struct rj_machine_controller *c = &disk->controller;

	if (disk->vmd.pci)
		name_controller("behind", &disk->vmd, text);
	else if (c->pci && c->domain)
		return "in a PCI domain that a BIOS cannot reach";
	else if (c->pci)
		name_controller(disk->multiplied ? "behind a port multiplier of" : "on", c, text);
	else {
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (strcmp(disk->transport, known[i].driver) == 0 ||
			    strcmp(c->driver, known[i].driver) == 0)
				return known[i].what;
		return "not on PCI";
	}
	return text;
}

/* For a disk whose driver has to be named; otherwise NULL. */
static const char *named_way(uint8_t driver)
{
	switch (driver) {
#define ROW(name) \
	case RJ_INT13_##name: \
		return "--int13 " #name " reads it, but is not yet tried on a card; or " CARRY;
	RJ_NAMED_DRIVERS(ROW)
#undef ROW
	default:
		return NULL;
	}
}

const char *unserved_way(const struct rj_machine_disk *disk)
{
	const char *way = named_way(rj_machine_int13(&disk->controller));

	if (way)
		return way;
	if (disk->vmd.pci)
		return "turn VMD off in the firmware's setup, or " CARRY;
	if (strcmp(disk->controller.driver, "ahci") == 0 && !disk->multiplied)
		return "set SATA to AHCI in the firmware's setup, or carry what you need (--from-running, --disk)";
	return CARRY;
}
