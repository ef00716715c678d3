/* SPDX-License-Identifier: MIT */
/*
 * A disk's image, to be carried as a RAM disk: what its BIOS would load to start it,
 * the image itself, and for INT 13h the drives that are on it.
 *
 * All of it goes through nameless files rather than memory, and of those only what is
 * carried in the end stays open.
 */
#include "payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot_sector.h"
#include "compress.h"
#include "copy.h"
#include "el_torito.h"
#include "layout.h"
#include "le.h"
#include "partition.h"
#include "services.h"
#include "temporary.h"

#define DISK_MAX     ((UINT64_C(1) << 32) - HIGH_MEMORY)
#define HARD_DISKS   0x80
#define OTHER_FLOPPY 4                  /* the type of a drive for unusual sizes */
#define BOOT_SEGMENT (BOOT_SECTOR >> 4)

enum disk_type { FLOPPY, HARD_DISK, CD };
static const char *const type_names[] = { "floppy disk", "hard disk", "CD" };
static const uint8_t first_numbers[] = { 0, HARD_DISKS, CD_DRIVE };
static const uint8_t type_flags[] = {
	[FLOPPY] = RJ_DISK_FLOPPY | RJ_DISK_REMOVABLE,
	[HARD_DISK] = 0,
	[CD] = RJ_DISK_CD | RJ_DISK_REMOVABLE | RJ_DISK_READONLY,
};

/* An image on its way into the plan. */
struct disk {
	struct rj_plan *plan;
	const struct rj_input *input;   /* as it was given */
	struct rj_input file;           /* the same, or what was made of it */
	bool beside;                    /* another payload starts */
	bool is_temporary;              /* file is one of ours */
};

static void close_file(struct disk *disk)
{
	if (disk->is_temporary)
		rj_input_close(&disk->file);
	disk->is_temporary = false;
}

/* From here on the disk is in this nameless file. */
static void take_file(struct disk *disk, int fd, uint64_t size)
{
	close_file(disk);
	disk->file = (struct rj_input){ .fd = fd, .path = disk->input->path, .size = size };
	disk->is_temporary = true;
}

/* A copy, which may be made longer. */
static enum rj_err copy(struct disk *disk, struct rj_error *err)
{
	struct rj_plan_piece whole = { .input = &disk->file, .size = disk->file.size };
	uint32_t crc;
	int fd;

	if (rj_temporary_open(&fd, err))
		return err->code;
	if (rj_copy_piece(&whole, fd, 0, &crc, err)) {
		close(fd);
		return err->code;
	}
	take_file(disk, fd, disk->file.size);
	return RJ_OK;
}

/* Zeros behind the end, up to a whole sector. */
static enum rj_err pad(struct disk *disk, uint32_t sector, struct rj_error *err)
{
	uint64_t size = (disk->file.size + sector - 1) / sector * sector;

	if (size == disk->file.size)
		return RJ_OK;
	if (!disk->is_temporary && copy(disk, err))
		return err->code;
	if (ftruncate(disk->file.fd, (off_t)size) < 0)
		return rj_fail(err, RJ_ERR_WRITE, .os_error = errno);
	rj_plan_note(disk->plan, &(struct rj_error){ .code = RJ_ERR_DISK_PADDED,
		     .subject = disk->input->path, .count = disk->file.size, .limit = size });
	disk->file.size = size;
	return RJ_OK;
}

static enum rj_err open_contents(struct disk *disk, struct rj_error *err)
{
	disk->file = *disk->input;
	if (disk->file.size > DISK_MAX)
		return rj_fail(err, RJ_ERR_DISK_LARGE, .count = disk->file.size);
	return pad(disk, el_torito_is_iso(&disk->file) ? CD_SECTOR : SECTOR_SIZE, err);
}

static enum disk_type choose_type(const struct disk *disk)
{
	const struct rj_wishes *wishes = &disk->plan->wishes;

	if (el_torito_is_iso(&disk->file))
		return CD;
	if (wishes->has_number)
		return wishes->number < HARD_DISKS ? FLOPPY : HARD_DISK;
	return rj_floppy_of_size(disk->file.size) ? FLOPPY : HARD_DISK;
}

/* The number that the user wants the booted drive to have, or the usual one. */
static enum rj_err choose_number(const struct disk *disk, enum disk_type type,
				 uint8_t *number, struct rj_error *err)
{
	const struct rj_wishes *wishes = &disk->plan->wishes;

	*number = wishes->has_number ? wishes->number : first_numbers[type];
	if ((type == FLOPPY) != (*number < HARD_DISKS))
		return rj_fail(err, RJ_ERR_BOOT_DRIVE, .found = *number,
			       .name = type_names[type]);
	return RJ_OK;
}

/* The geometry that was asked for; or else what the size or the first sector says. */
static enum rj_err choose_geometry(const struct disk *disk, const uint8_t *first_sector,
				   struct rj_drive *drive, struct rj_error *err)
{
	struct rj_geometry g = disk->plan->wishes.geometry;
	const struct rj_floppy *floppy =
		rj_floppy_of_size((uint64_t)drive->sectors * SECTOR_SIZE);
	bool is_floppy = drive->flags & RJ_DISK_FLOPPY;

	if (g.heads && (uint64_t)(g.cylinders - 1) * g.heads * g.sectors >= drive->sectors)
		return rj_fail(err, RJ_ERR_GEOMETRY_LARGE, .count = drive->sectors);
	if (!g.heads && is_floppy && !floppy)
		return rj_fail(err, RJ_ERR_GEOMETRY_NONE, .count = drive->sectors);
	if (!g.heads)
		g = is_floppy ? floppy->geometry
			      : rj_geometry_of_disk(first_sector, drive->sectors);
	drive->cylinders = g.cylinders;
	drive->heads = g.heads;
	drive->sectors_per_track = g.sectors;
	if (is_floppy)
		drive->floppy_type = floppy ? floppy->type : OTHER_FLOPPY;
	return RJ_OK;
}

/* What the BIOS would load: bytes of the disk to a segment, entered at its first byte. */
static enum rj_err add_boot(struct disk *disk, uint64_t offset, uint64_t size,
			    uint16_t segment, uint8_t drive, struct rj_error *err)
{
	struct rj_plan *plan = disk->plan;
	uint64_t left = disk->file.size - offset;
	uint8_t *bytes;

	rj_plan_set_drive(plan, drive);
	if (disk->beside)
		return RJ_OK;
	if (size > left)
		size = left;
	bytes = malloc((size_t)size);
	if (!bytes)
		return rj_fail(err, RJ_ERR_MEMORY);
	if (rj_input_read(&disk->file, bytes, (size_t)size, offset, err)) {
		free(bytes);
		return err->code;
	}
	/* 07C0:0 as 0:7C00, which is how BIOSes enter it */
	rj_plan_set_entry(plan, segment & 0xF000, (uint16_t)(segment << 4));
	plan->regs.eax = BIOS_SIGNATURE_EAX;
	return rj_plan_add_bytes(plan, ".boot", (uint64_t)segment << 4, bytes, size, err);
}

/* The whole image is one drive. */
static enum rj_err plan_disk(struct disk *disk, enum disk_type type, struct rj_error *err)
{
	struct rj_drive *drive = &disk->plan->services.drives[0];
	uint8_t sector[SECTOR_SIZE];

	if (rj_input_read(&disk->file, sector, sizeof(sector), 0, err))
		return err->code;
	if (!boot_sector_is_signed(sector)) {
		struct rj_error unsigned_sector = {
			.code = type == FLOPPY ? RJ_ERR_DISK_UNSIGNED : RJ_ERR_DISK_SIGNATURE,
			.subject = disk->input->path };

		if (type != FLOPPY)
			return rj_fail_with(err, &unsigned_sector);
		rj_plan_note(disk->plan, &unsigned_sector);
	}
	*drive = (struct rj_drive){ .sector_size = SECTOR_SIZE, .flags = type_flags[type],
				    .sectors = (uint32_t)(disk->file.size / SECTOR_SIZE) };
	if (choose_number(disk, type, &drive->number, err) ||
	    choose_geometry(disk, sector, drive, err))
		return err->code;
	return add_boot(disk, 0, SECTOR_SIZE, BOOT_SEGMENT, drive->number, err);
}

/* Sectors of the hard disk that is emulated: up to the end of its last partition. */
static uint64_t emulated_sectors(const uint8_t *first_sector)
{
	uint64_t end = 0;

	for (size_t i = 0; i < PARTITION_COUNT; i++) {
		struct partition_entry entry = boot_sector_partition(first_sector, i);
		uint64_t last = (uint64_t)entry.first_sector + entry.sectors;

		if (entry.type && last > end)
			end = last;
	}
	return end;
}

/* A floppy or hard disk in a part of the CD. */
static enum rj_err plan_emulated(struct disk *disk, const struct el_torito_boot *boot,
				 struct rj_drive *drive, struct rj_error *err)
{
	static const uint16_t floppy_sectors[] = {
		[EL_TORITO_1200] = 2400, [EL_TORITO_1440] = 2880, [EL_TORITO_2880] = 5760 };
	enum disk_type type = boot->media == EL_TORITO_HARD_DISK ? HARD_DISK : FLOPPY;
	uint64_t offset = (uint64_t)boot->lba * CD_SECTOR, sectors;
	uint8_t sector[SECTOR_SIZE];

	if (rj_input_read(&disk->file, sector, sizeof(sector), offset, err))
		return err->code;
	sectors = type == FLOPPY ? floppy_sectors[boot->media] : emulated_sectors(sector);
	if (sectors == 0)
		return rj_fail(err, RJ_ERR_ISO_CATALOG,
			       .name = "its hard disk's image has no partition");
	if (sectors > (disk->file.size - offset) / SECTOR_SIZE)
		return rj_fail(err, RJ_ERR_ISO_BOUNDS);
	*drive = (struct rj_drive){
		.offset = (uint32_t)offset, .sectors = (uint32_t)sectors,
		.sector_size = SECTOR_SIZE, .flags = type_flags[type] | RJ_DISK_READONLY };
	if (choose_number(disk, type, &drive->number, err))
		return err->code;
	return choose_geometry(disk, sector, drive, err);
}

static void describe_boot(struct rj_el_torito *packet, const struct el_torito_boot *boot,
			  const struct rj_drive *drive)
{
	*packet = (struct rj_el_torito){
		.size = RJ_EL_TORITO_PACKET, .media = (uint8_t)boot->media,
		.drive = drive->number, .lba = boot->lba,
		.load_segment = boot->load_segment, .sector_count = boot->sector_count };
	if (boot->media == EL_TORITO_CD)
		return;
	packet->cylinders = (uint8_t)(drive->cylinders - 1u);
	packet->sectors = (uint8_t)(drive->sectors_per_track |
				    (drive->cylinders - 1u) >> 8 << 6);
	packet->heads = (uint8_t)(drive->heads - 1);
}

static enum rj_err plan_cd(struct disk *disk, struct rj_error *err)
{
	struct rj_services *services = &disk->plan->services;
	struct rj_drive *cd = &services->drives[0], *booted = cd;
	struct el_torito_boot boot;
	uint64_t size;

	if (disk->plan->wishes.geometry.heads)
		return rj_fail(err, RJ_ERR_GEOMETRY_CD);
	if (el_torito_find(&disk->file, &boot, err))
		return err->code;
	*cd = (struct rj_drive){ .sector_size = CD_SECTOR, .flags = type_flags[CD],
				 .number = CD_DRIVE, .cylinders = 1, .heads = 1,
				 .sectors_per_track = 1,
				 .sectors = (uint32_t)(disk->file.size / CD_SECTOR) };
	/* at least one sector, and whole ones: a CD has no others to read */
	size = (boot.sector_count ? boot.sector_count : 1) * (uint64_t)SECTOR_SIZE;
	if (boot.media == EL_TORITO_CD) {
		size = (size + CD_SECTOR - 1) / CD_SECTOR * CD_SECTOR;
		if (choose_number(disk, CD, &cd->number, err))
			return err->code;
	} else {
		booted = &services->drives[1];
		if (plan_emulated(disk, &boot, booted, err))
			return err->code;
	}
	describe_boot(&services->el_torito, &boot, booted);
	return add_boot(disk, (uint64_t)boot.lba * CD_SECTOR, size, boot.load_segment,
			booted->number, err);
}

/* Compresses it, if that makes it smaller. */
static enum rj_err pack(struct disk *disk, struct rj_disk_image *image, struct rj_error *err)
{
	int level = disk->plan->wishes.level, fd;
	uint64_t size;

	if (level == 0)
		return RJ_OK;
	if (rj_temporary_open(&fd, err))
		return err->code;
	if (rj_deflate(&disk->file, level, fd, disk->file.size, &size, err) ||
	    size == disk->file.size) {
		close(fd);
		return err->code;
	}
	take_file(disk, fd, size);
	image->flags |= RJ_DISK_DEFLATED;
	return RJ_OK;
}

/* The image as a piece, to be placed when all others are known: rj_services_plan. */
static enum rj_err add_image(struct disk *disk, struct rj_error *err)
{
	struct rj_plan *plan = disk->plan;
	struct rj_disk_image *image = &plan->services.image;

	image->size = (uint32_t)disk->file.size;
	if (rj_crc_input(&disk->file, 0, disk->file.size, &image->crc, err) ||
	    pack(disk, image, err))
		return err->code;
	image->packed_size = (uint32_t)disk->file.size;
	if (disk->is_temporary)
		plan->disk_file = disk->file;
	disk->is_temporary = false;
	return rj_plan_add(plan, RJ_DISK_PIECE, HIGH_MEMORY,
			   plan->disk_file.fd < 0 ? disk->input : &plan->disk_file, 0,
			   image->packed_size, err);
}

static enum rj_err plan_contents(struct disk *disk, struct rj_error *err)
{
	struct rj_services *services = &disk->plan->services;
	enum disk_type type;

	if (open_contents(disk, err))
		return err->code;
	type = choose_type(disk);
	if (type == CD ? plan_cd(disk, err) : plan_disk(disk, type, err))
		return err->code;
	if (type == CD || disk->plan->wishes.read_only)
		services->image.flags |= RJ_DISK_READONLY;
	if (disk->plan->wishes.read_only)
		services->drives[0].flags |= RJ_DISK_READONLY;
	return add_image(disk, err);
}

static enum rj_err disk_read(struct rj_plan *plan, const struct rj_input *input,
			     const struct payload_argument *argument, struct rj_error *err)
{
	struct disk disk = { .plan = plan, .input = input, .beside = argument->beside };
	enum rj_err code = plan_contents(&disk, err);

	if (code == RJ_ERR_CREATE || code == RJ_ERR_WRITE)
		err->subject = "a temporary file";
	plan->disk = input;
	close_file(&disk);
	return code;
}

static enum rj_detected disk_detect(const struct rj_input *input, const char **why)
{
	uint8_t sector[SECTOR_SIZE] = { 0 };

	*why = "an ISO 9660 file system";
	if (el_torito_is_iso(input))
		return RJ_DETECT_YES;
	*why = "a floppy disk's image by its size and BIOS parameter block";
	rj_input_peek(input, sector, sizeof(sector), 0);
	if (rj_floppy_of_size(input->size) && boot_sector_has_parameters(sector))
		return RJ_DETECT_YES;
	*why = "a hard disk's image by its partition table; all of it would be carried";
	return rj_is_disk_image(input) ? RJ_DETECT_MAYBE : RJ_DETECT_NO;
}

const struct payload_kind payload_disk = {
	.name = "disk",
	.argument = "IMAGE",
	.help = "a RAM disk: image of a hard disk, floppy or CD, or .gz of one",
	.signature = "CD001 at 8001h; a floppy disk's size and parameter block",
	.place = "from 1 MiB on; its boot sector at 7C00h, entry 0:7C00",
	.beside = true,
	.takes = RJ_WISH_DISK,
	.detect = disk_detect,
	.read = disk_read,
};
