/* SPDX-License-Identifier: MIT */
/*
 * A disk's image, carried as a RAM disk: what a BIOS would load to start it, the image itself,
 * and the drives on it for INT 13h.
 */
#include "payload/payload.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/layout.h"
#include "base/compress.h"
#include "base/copy.h"
#include "base/number.h"
#include "base/temporary.h"
#include "common/boot_sector.h"
#include "common/disk_layout.h"
#include "disk/el_torito.h"
#include "disk/partition.h"
#include "disk/vbr.h"
#include "image/services.h"
#include "payload/disk_doubts.h"
#include "payload/partition_options.h"

static const char *const type_names[DISK_TYPE_COUNT] = {
	[DISK_FLOPPY] = "floppy disk", [DISK_HARD] = "hard disk", [DISK_CD] = "CD" };

static enum rj_err parse_boot_drive(const char *text, union rj_value *value, struct rj_error *err)
{
	uint8_t number = 0;
	enum rj_err code = rj_parse_drive(text, &number, err);

	value->number = number;
	return code;
}

static enum rj_err parse_geometry(const char *text, union rj_value *value, struct rj_error *err)
{
	return rj_geometry_read(text, &value->geometry) ? RJ_OK
		: rj_fail(err, RJ_USAGE,
			  "\"%s\" is not in the form C,H,S; "
			  "write three numbers up to 1024,256,63", text);
}

/* none, or zlib[:LEVEL] */
static enum rj_err parse_compress(const char *text, union rj_value *value, struct rj_error *err)
{
	const char *digit = text + strlen("zlib:");

	value->number = strcmp(text, "none") == 0 ? 0 : RJ_LEVEL_DEFAULT;
	if (value->number == 0 || strcmp(text, "zlib") == 0)
		return RJ_OK;
	if (strncmp(text, "zlib:", 5) != 0 || *digit < '1' || *digit > '9' || digit[1] != '\0')
		return rj_fail(err, RJ_USAGE,
			       "\"%s\" is neither none nor zlib[:LEVEL]; LEVEL is 1 to 9",
			       text);
	value->number = (uint64_t)(*digit - '0');
	return RJ_OK;
}

static const struct payload_option option_boot_drive = {
	.name = "boot-drive", .argument = "DRIVE",
	.help = "--disk: its number, also in DL (hd0, fd0; a CD: 0xE0)", .parse = parse_boot_drive,
};
static const struct payload_option option_geometry = {
	.name = "geometry", .argument = "C,H,S",
	.help = "--disk: cylinders, heads, sectors per track", .parse = parse_geometry,
};
static const struct payload_option option_disk_readonly = {
	.name = "disk-readonly", .help = "--disk: refuse writes",
};
static const struct payload_option option_compress = {
	.name = "compress", .argument = "HOW",
	.help = "--disk: none or zlib[:LEVEL] (zlib:6)", .parse = parse_compress,
};

static struct rj_disk_wish disk_wish(const struct rj_plan *plan, bool data)
{
	const struct rj_setting *geometry = payload_setting(plan, &option_geometry, 0);

	return (struct rj_disk_wish){
		.geometry = geometry ? geometry->value.geometry : (struct rj_geometry){ 0 },
		.sector_size = partition_choice(plan).sector_size,
		.has_number = payload_setting(plan, &option_boot_drive, 0) != NULL,
		.number = (uint8_t)payload_number(plan, &option_boot_drive), .data = data };
}

/* The level for zlib; 0: not compressed. */
static int compression(const struct rj_plan *plan)
{
	const struct rj_setting *compress = payload_setting(plan, &option_compress, 0);

	return compress ? (int)compress->value.number : RJ_LEVEL_DEFAULT;
}

static uint64_t geometry_size(const struct rj_geometry *g, uint32_t sector_size)
{
	return (uint64_t)g->cylinders * g->heads * g->sectors * sector_size;
}

/* The error for a layout that was refused. */
static enum rj_err refuse(enum rj_layout result, const struct rj_input *input,
			  const struct rj_disk_wish *wish, const struct rj_disk_layout *layout,
			  enum boot_catalog catalog, struct rj_error *err)
{
	uint64_t asked = geometry_size(&wish->geometry, layout->drives[0].sector_size);

	switch (result) {
	case RJ_LAYOUT_UNSIGNED:
		return rj_fail_about(err, RJ_BAD, input->path,
				     "has the size of a hard disk's image, "
				     "but no boot sector signature; "
				     "for a floppy of unusual size, add --boot-drive fd0");
	case RJ_LAYOUT_NUMBER:
		return rj_fail(err, RJ_BAD,
			       "%s is not a drive number for a %s; "
			       "a floppy disk has 0 to 7Fh, a hard disk or CD 80h to FFh",
			       RJ_HEX(wish->number), type_names[layout->type]);
	case RJ_LAYOUT_CD_GEOMETRY:
		return rj_fail(err, RJ_BAD, "a CD has no geometry; leave out --geometry");
	case RJ_LAYOUT_NO_GEOMETRY:
		return rj_fail(err, RJ_BAD,
			       "%s sectors are more than a standard floppy has; "
			       "set --geometry C,H,S", RJ_DEC(input->size / SECTOR_SIZE));
	case RJ_LAYOUT_LARGE:
		return rj_fail(err, RJ_BAD,
			       "%s bytes are too many; a RAM disk must fit below 4 GiB",
			       RJ_DEC(asked > input->size ? asked : input->size));
	case RJ_LAYOUT_NO_BOOT:
		return el_torito_fail(catalog, err);
	case RJ_LAYOUT_OK:
		break;
	}
	return RJ_OK;
}

static enum rj_err find_layout(struct rj_disk_layout *layout, const struct rj_disk_wish *wish,
			       const struct rj_input *input, struct rj_error *err)
{
	struct rj_bytes bytes = rj_input_bytes(input);
	enum boot_catalog catalog;
	enum rj_layout result = rj_disk_layout(&bytes, wish, layout, &catalog);

	return refuse(result, input, wish, layout, catalog, err);
}

/* Adds what a BIOS would load: bytes of the disk at a segment, entered at the first one. */
static enum rj_err add_boot(struct rj_plan *plan, const struct rj_input *input,
			    const struct rj_disk_layout *layout, struct rj_error *err)
{
	uint64_t there = input->size - layout->boot_offset;
	uint8_t *bytes = calloc(1, layout->boot_size);

	if (!bytes)
		return rj_no_memory(err);
	if (there > layout->boot_size)
		there = layout->boot_size;
	if (rj_input_read(input, bytes, (size_t)there, layout->boot_offset, err) ||
	    rj_vbr_patch(bytes, partition_choice(plan).bpb, 0, layout->drives[layout->booted].number, err)) {
		free(bytes);
		return err->class;
	}
	/* 0:7C00 rather than 07C0:0, since BIOSes enter it so */
	rj_plan_set_entry(plan, layout->boot_segment & 0xF000,
			  (uint16_t)(layout->boot_segment << 4));
	plan->regs.eax = BIOS_SIGNATURE_EAX;
	return rj_plan_add_bytes(plan, ".boot", (uint64_t)layout->boot_segment << 4, bytes,
				 layout->boot_size, err);
}

/* Compresses the image into a temporary file, if that makes it smaller, and sums it then. */
static enum rj_err pack(struct rj_plan *plan, const struct rj_input *input, struct rj_error *err)
{
	struct rj_disk_image *image = &plan->services.image;
	int level = compression(plan), fd;
	uint64_t size;

	if (level == 0)
		return RJ_OK;
	if (rj_temporary_open(&fd, err))
		return err->class;
	if (rj_deflate(input, level, fd, input->size, &size, &image->crc, err) ||
	    size == input->size) {
		close(fd);
		return err->class;
	}
	plan->disk_file = (struct rj_input){ .fd = fd, .path = input->path, .size = size };
	image->packed_size = (uint32_t)size;
	image->flags |= RJ_DISK_DEFLATED;
	return RJ_OK;
}

/*
 * Adds the image as a piece, which rj_services_plan places when all others are known. Unless it
 * is compressed, rj_image_take_pieces sums it.
 */
static enum rj_err add_image(struct rj_plan *plan, const struct rj_input *input,
			     const struct rj_disk_layout *layout, struct rj_error *err)
{
	struct rj_disk_image *image = &plan->services.image;

	image->size = layout->size;
	image->contents = image->packed_size = (uint32_t)input->size;
	if (layout->drives[0].flags & RJ_DISK_CD || payload_text(plan, &option_disk_readonly))
		image->flags |= RJ_DISK_READONLY;
	if (pack(plan, input, err))
		return err->class;
	if (rj_plan_add(plan, RJ_DISK_PIECE, HIGH_MEMORY,
			plan->disk_file.fd < 0 ? input : &plan->disk_file, 0,
			image->packed_size, err))
		return err->class;
	plan->pieces[plan->piece_count - 1].flags = RJ_PIECE_DISK;
	return RJ_OK;
}

static enum rj_err plan_disk(struct rj_plan *plan, const struct rj_input *input, bool data,
			     struct rj_error *err)
{
	struct rj_services *services = &plan->services;
	const struct rj_disk_wish wish = disk_wish(plan, data);
	struct rj_disk_layout layout;

	if (find_layout(&layout, &wish, input, err))
		return err->class;
	memcpy(services->drives, layout.drives, sizeof(services->drives));
	services->el_torito = layout.el_torito;
	if (payload_text(plan, &option_disk_readonly))
		services->drives[0].flags |= RJ_DISK_READONLY;
	rj_disk_doubts(plan, input, &wish, &layout);
	rj_plan_set_drive(plan, layout.drives[layout.booted].number);
	if (!data && add_boot(plan, input, &layout, err))
		return err->class;
	return add_image(plan, input, &layout, err);
}

static enum rj_err disk_read(struct rj_plan *plan, const struct rj_input *input,
			     const struct payload_argument *argument, struct rj_error *err)
{
	enum rj_err code = plan_disk(plan, input, argument->beside, err);

	if (code)
		rj_about_temporary(err);
	plan->disk = input;
	return code;
}

/* For a file that continues after its boot sector, which may have more than 512 bytes. */
static enum rj_detected judge(const struct rj_input *input, const uint8_t *sector,
			      const char **why)
{
	const struct rj_geometry *floppy = rj_floppy_of_size(input->size);

	*why = "a floppy disk's image by its size and BIOS parameter block";
	if (floppy && boot_sector_has_parameters(sector))
		return RJ_DETECT_YES;
	*why = "a floppy disk's image by its BIOS parameter block";
	if (rj_has_floppy_parameters(sector))
		return RJ_DETECT_MAYBE;
	*why = "a floppy disk's image by its size; all of it would be carried";
	if (floppy)
		return RJ_DETECT_MAYBE;
	*why = "a hard disk's image by its BIOS parameter block";
	if (boot_sector_has_parameters(sector))
		return RJ_DETECT_MAYBE;
	*why = "a hard disk's image by its partition table; all of it would be carried";
	if (boot_sector_has_table(sector))
		return RJ_DETECT_MAYBE;
	*why = "a disk's image that continues after its boot sector; "
	       "for a floppy's, add --boot-drive fd0";
	return RJ_DETECT_MAYBE;
}

static enum rj_detected disk_detect(const struct rj_input *input, const char **why)
{
	uint8_t sector[SECTOR_SIZE] = { 0 };
	bool is_signed;

	rj_input_peek(input, sector, sizeof(sector), 0);
	is_signed = boot_sector_is_signed(sector);
	*why = "an ISO 9660 file system";
	if (el_torito_is_cd(input) || (el_torito_is_iso(input) && !is_signed))
		return RJ_DETECT_OWN;
	*why = "an ISO 9660 file system, and a hard disk's boot sector";
	if (el_torito_is_iso(input))
		return RJ_DETECT_MAYBE;
	if (!is_signed || input->size <= SECTOR_SIZE ||
	    input->size <= rj_vbr_sector_size(sector))
		return RJ_DETECT_NO;
	return judge(input, sector, why);
}

const struct payload_kind payload_disk = {
	.name = "disk",
	.argument = "IMAGE",
	.help = "a RAM disk: image of a hard disk, floppy or CD, or a .gz of one",
	.signature = "a boot catalog (El Torito); AA55h at 1FEh, and more than that sector",
	.place = "from 1 MiB on; its boot sector at 7C00h, entry 0:7C00",
	.beside = true,
	.options = (const struct payload_option *const[]){
		&option_boot_drive, &option_geometry, &option_disk_readonly, &option_compress,
		&option_sector_size, &option_bpb, NULL },
	.detect = disk_detect,
	.read = disk_read,
};
