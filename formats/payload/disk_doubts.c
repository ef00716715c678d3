/* SPDX-License-Identifier: MIT */
#include "payload/disk_doubts.h"

#include <stdio.h>

#include "common/boot_sector.h"
#include "common/le.h"
#include "disk/el_torito.h"
#include "disk/partition.h"
#include "disk/vbr.h"
#include "payload/partition_options.h"

#define VOLUME_SIZE_AT 80u              /* ECMA-119, 8.4.8, in the primary volume descriptor */
#define VOLUME_PRIMARY 1

/* A disk to check. */
struct doubts {
	struct rj_plan *plan;
	const struct rj_input *input;
	const struct rj_disk_wish *wish;
	const struct rj_disk_layout *layout;
	const struct rj_drive *drive;   /* the one that boots */
	uint8_t first[SECTOR_SIZE];     /* the drive's first sector */
	enum rj_table table;            /* of a hard disk */
	bool has_parameters;            /* its own, not left over in its MBR */
};

#define note(d, ...) rj_plan_note((d)->plan, (d)->input->path, __VA_ARGS__)

/* How many of the drive's sectors are in the file. */
static uint64_t sectors_there(const struct doubts *d)
{
	return (d->input->size - d->drive->offset + d->drive->sector_size - 1) /
	       d->drive->sector_size;
}

/* Proposes a --geometry with this many sectors; an empty text if there is none. */
static void propose(const struct doubts *d, uint64_t sectors, char *text, size_t size)
{
	const struct rj_drive *drive = d->drive;
	uint64_t cylinder = (uint64_t)drive->heads * drive->sectors_per_track;
	uint64_t cylinders = (sectors + cylinder - 1) / cylinder;

	if (cylinders <= GEOMETRY_CYLINDERS_MAX &&
	    cylinders * cylinder <= RJ_DISK_MAX / drive->sector_size)
		snprintf(text, size, ", or add --geometry %u,%u,%u to fill the rest with zeros",
			 (unsigned)cylinders, drive->heads, drive->sectors_per_track);
}

/* The file has fewer sectors than the disk says. */
static void check_end(const struct doubts *d)
{
	uint64_t there = sectors_there(d), end = 0;
	const char *name = NULL;
	char geometry[100] = "";

	if (there < d->drive->sectors)
		note(d, "has %s of the disk's %u sectors; the rest reads as zeros",
		     RJ_DEC(there), d->drive->sectors);
	if (d->table != RJ_TABLE_NONE)
		end = rj_partitions_end(d->input, d->drive->sector_size, &name);
	if (d->has_parameters) {
		name = "BIOS parameter block";
		end = rj_vbr_sectors(d->first);
	}
	if (end <= d->drive->sectors)
		return;
	propose(d, end, geometry, sizeof(geometry));
	note(d, "warning: the %s says %s sectors, but the disk has %s; use the whole image%s",
	     name, RJ_DEC(end), RJ_DEC(d->drive->sectors), geometry);
}

/* The boot sector's parameters differ from the drive that it gets. */
static void check_parameters(const struct doubts *d)
{
	uint32_t size = rj_vbr_sector_size(d->first);
	uint64_t hidden = rj_vbr_first(d->first);

	if (!d->has_parameters)
		return;
	if (size != d->drive->sector_size)
		note(d, "warning: the BIOS parameter block says sectors of %u bytes, "
		     "but the disk's have %u; add --sector-size %u", size,
		     d->drive->sector_size, size);
	if (hidden && !(partition_choice(d->plan).bpb & RJ_BPB_HIDDEN))
		note(d, "warning: the BIOS parameter block says that %s sectors precede it, "
		     "but 0 do; "
		     "for a partition's image, use the whole disk's, or add --bpb hidden",
		     RJ_DEC(hidden));
}

static void check_geometry(const struct doubts *d)
{
	if (d->table != RJ_TABLE_CONTRADICTS || d->wish->geometry.heads || d->has_parameters)
		return;
	note(d, "warning: no geometry fits the whole partition table; "
	     "the disk gets %u,%u,%u; set another with --geometry C,H,S",
	     d->drive->cylinders, d->drive->heads, d->drive->sectors_per_track);
}

/* Code that addresses sectors by a floppy's tracks reads others from a hard disk. */
static void check_type(const struct doubts *d)
{
	bool is_unknown = d->table == RJ_TABLE_NONE && !d->has_parameters;

	if (is_unknown && d->layout->type == DISK_HARD && !d->wish->has_number &&
	    rj_geometry_of_floppy(d->first, d->input->size).heads)
		note(d, "has only %s bytes, and becomes a hard disk; "
		     "for a floppy disk, add --boot-drive fd0", RJ_DEC(d->input->size));
}

static void check_plain(const struct doubts *d)
{
	if (d->input->size % d->drive->sector_size)
		note(d, "%s bytes are not whole sectors; zeros after them make it %s",
		     RJ_DEC(d->input->size), RJ_DEC(sectors_there(d) * d->drive->sector_size));
	check_end(d);
	if (d->wish->data)
		return;
	if (!boot_sector_is_signed(d->first))
		note(d, "the first sector has no boot sector signature; "
		     "the disk is started anyway");
	check_parameters(d);
	check_geometry(d);
	check_type(d);
}

/* The volume size is stored in both byte orders; this reads the first. */
static void check_volume(const struct doubts *d)
{
	uint64_t there = (d->input->size + CD_SECTOR - 1) / CD_SECTOR;
	uint8_t descriptor[VOLUME_SIZE_AT + 4] = { 0 };

	rj_input_peek(d->input, descriptor, sizeof(descriptor), FIRST_DESCRIPTOR * CD_SECTOR);
	if (descriptor[0] == VOLUME_PRIMARY && le32(descriptor + VOLUME_SIZE_AT) > there)
		note(d, "warning: the file system has %u sectors of 2048 bytes, "
		     "but the file has %s; "
		     "the file is cut short: use the whole image",
		     le32(descriptor + VOLUME_SIZE_AT), RJ_DEC(there));
}

static void check_emulated(const struct doubts *d)
{
	uint64_t there = sectors_there(d), end = boot_sector_partitions_end(d->first);

	if (d->layout->el_torito.media != EL_TORITO_HARD_DISK)
		end = d->drive->sectors;
	if (end > there)
		note(d, "warning: the emulated disk has %s sectors, "
		     "but the file has %s of them; "
		     "the file is cut short: use the whole image", RJ_DEC(end), RJ_DEC(there));
}

static void check_cd(const struct doubts *d)
{
	const struct rj_disk_layout *layout = d->layout;

	check_volume(d);
	if (layout->bad_sum)
		note(d, "the checksum of the boot catalog (El Torito) is wrong; "
		     "BIOSes boot it anyway");
	if (layout->boot_is_cut)
		note(d, "warning: the boot catalog (El Torito) asks for %u bytes, but %u fit; "
		     "the rest is not loaded", layout->el_torito.sector_count * SECTOR_SIZE,
		     layout->boot_size);
	if (layout->booted)
		check_emulated(d);
	if (!el_torito_is_cd(d->input))
		note(d, "warning: both a CD and a disk whose partitions leave out "
		     "the CD's file system; the CD is booted; "
		     "for the disk, add --boot-drive hd0");
}

void rj_disk_doubts(struct rj_plan *plan, const struct rj_input *input,
		    const struct rj_disk_wish *wish, const struct rj_disk_layout *layout)
{
	struct doubts d = { .plan = plan, .input = input, .wish = wish, .layout = layout,
			    .drive = &layout->drives[layout->booted] };
	struct rj_geometry g;

	rj_input_peek(input, d.first, sizeof(d.first), d.drive->offset);
	if (boot_sector_is_signed(d.first) && !(d.drive->flags & RJ_DISK_FLOPPY))
		d.table = rj_geometry_of_table(d.first, d.drive->sectors, &g);
	d.has_parameters = rj_vbr_sector_size(d.first) && d.table != RJ_TABLE_FITS;
	if (layout->drives[0].flags & RJ_DISK_CD)
		check_cd(&d);
	else
		check_plain(&d);
}
