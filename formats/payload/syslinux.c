/* SPDX-License-Identifier: MIT */
/*
 * SYSLINUX on FAT or NTFS and EXTLINUX on other file systems, by their boot sector; ISOLINUX
 * by isolinux.bin or its CD. All read their second part through INT 13h; see SYSLINUX's
 * core/diskstart.inc and core/isolinux.asm.
 */
#include "payload/payload.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "common/boot_sector.h"
#include "common/le.h"
#include "disk/el_torito.h"
#include "disk/vbr.h"
#include "payload/hand_over.h"
#include "payload/partition_options.h"

#define OEM_NAME        3u
#define OEM_NAME_SIZE   8u
#define ISOLINUX_MAX    (384u * 1024)   /* MaxLMA of isolinux.asm */
#define PVD_LBA         16u             /* the sector of the primary volume descriptor */

/* What mkisofs -boot-info-table writes to a boot image. */
struct boot_info {
	uint32_t pvd, file;             /* sectors of the CD where both are */
	uint32_t length, checksum;      /* of the file; sum of its dwords after this table */
	uint8_t reserved[40];
};
#define BOOT_INFO_AT    8u
#define BOOT_INFO_END   (BOOT_INFO_AT + (uint32_t)sizeof(struct boot_info))
static_assert(BOOT_INFO_END == 64, "mkisofs(8), EL TORITO BOOT INFORMATION TABLE");

static bool is_isolinux(const uint8_t *head)
{
	static const uint8_t start[] = { 0xFA, 0xEA }, next[] = { 0x7C, 0, 0, 0x90, 0x90 };

	return memcmp(head, start, sizeof(start)) == 0 &&
	       memcmp(head + 3, next, sizeof(next)) == 0;
}

static bool is_boot_sector(const uint8_t *sector)
{
	return boot_sector_is_signed(sector) &&
	       (memcmp(sector + OEM_NAME, "SYSLINUX", OEM_NAME_SIZE) == 0 ||
		memcmp(sector + OEM_NAME, "EXTLINUX", OEM_NAME_SIZE) == 0);
}

static enum rj_detected syslinux_detect(const struct rj_input *input, const char **why)
{
	uint8_t sector[SECTOR_SIZE] = { 0 };

	rj_input_peek(input, sector, sizeof(sector), 0);
	*why = "isolinux.bin by its first bytes";
	if (is_isolinux(sector))
		return RJ_DETECT_OWN;
	if (!is_boot_sector(sector) || el_torito_is_iso(input))
		return RJ_DETECT_NO;
	*why = "SYSLINUX by its name in the boot sector";
	return input->size == SECTOR_SIZE ? RJ_DETECT_OWN : RJ_DETECT_MAYBE;
}

static enum rj_err add_iso(struct rj_plan *plan, const struct rj_input *input,
			   struct rj_error *err)
{
	uint8_t head[SECTOR_SIZE] = { 0 };
	struct el_torito_boot boot;
	uint64_t offset, size;

	if (el_torito_find(input, &boot, err))
		return err->class;
	offset = (uint64_t)boot.lba * CD_SECTOR;
	rj_input_peek(input, head, sizeof(head), offset);
	if (boot.media != EL_TORITO_CD || !is_isolinux(head))
		return rj_fail(err, RJ_BAD,
			       "the CD does not boot isolinux.bin; "
			       "for any other CD, use --disk");
	size = ((uint64_t)boot.sector_count * SECTOR_SIZE + CD_SECTOR - 1) / CD_SECTOR * CD_SECTOR;
	if (size == 0)
		size = CD_SECTOR;
	if (size > input->size - offset)
		size = input->size - offset;
	rj_plan_expect_cd(plan, input);
	plan->regs.eax = BIOS_SIGNATURE_EAX;
	rj_plan_set_entry(plan, 0, BOOT_SECTOR);
	return rj_plan_add(plan, ".isolinux", BOOT_SECTOR, input, offset, size, err);
}

static uint32_t sum(const uint8_t *bytes, size_t size)
{
	uint32_t total = 0;

	for (size_t i = BOOT_INFO_END; i < size; i += 4)
		total += (uint32_t)le_load(bytes + i, size - i < 4 ? size - i : 4);
	return total;
}

/*
 * Whether the CD boots this isolinux.bin, regardless of its boot information; *lba is where.
 */
static bool find_on_cd(const struct rj_input *cd, const uint8_t *bytes, size_t size,
		       uint32_t *lba)
{
	uint64_t offset;
	struct el_torito_boot boot;
	struct rj_error error;
	uint8_t *there;
	bool same;

	if (el_torito_find(cd, &boot, &error) || boot.media != EL_TORITO_CD)
		return false;
	there = calloc(1, size);
	if (!there)
		return false;
	*lba = boot.lba;
	offset = (uint64_t)boot.lba * CD_SECTOR;
	same = rj_input_peek(cd, there, size, offset) == size &&
	       memcmp(there + BOOT_INFO_END, bytes + BOOT_INFO_END, size - BOOT_INFO_END) == 0;
	free(there);
	return same;
}

/* isolinux reads the rest of itself from the sector in this table, and verifies it. */
static enum rj_err check_info(const uint8_t *info, uint64_t size, uint32_t checksum,
			      struct rj_error *err)
{
	if (!LE_GET(info, struct boot_info, file))
		return rj_fail(err, RJ_BAD,
			       "isolinux.bin has no boot information table, "
			       "by which it finds itself on its CD; "
			       "use the CD's image, "
			       "or this file with --disk and the CD's image");
	if (LE_GET(info, struct boot_info, length) != size ||
	    LE_GET(info, struct boot_info, checksum) != checksum)
		return rj_fail(err, RJ_BAD,
			       "the boot information table is for %s bytes with "
			       "another checksum, but the file has %s; "
			       "the file is cut short or damaged",
			       RJ_DEC(LE_GET(info, struct boot_info, length)), RJ_DEC(size));
	return RJ_OK;
}

/* Fills in the boot information for the CD that is packed too, or checks what the file has. */
static enum rj_err inform(const struct rj_input *cd, uint8_t *bytes, size_t size,
			  struct rj_error *err)
{
	uint32_t lba = 0, checksum = sum(bytes, size);
	uint8_t *info = bytes + BOOT_INFO_AT;

	if (!cd || !el_torito_is_iso(cd))
		return check_info(info, size, checksum, err);
	if (!find_on_cd(cd, bytes, size, &lba))
		return rj_fail(err, RJ_BAD,
			       "the CD %s boots another isolinux.bin; "
			       "with --disk alone, the CD boots its own", cd->path);
	LE_PUT(info, struct boot_info, pvd, PVD_LBA);
	LE_PUT(info, struct boot_info, file, lba);
	LE_PUT(info, struct boot_info, length, size);
	LE_PUT(info, struct boot_info, checksum, checksum);
	return RJ_OK;
}

static enum rj_err add_isolinux(struct rj_plan *plan, const struct rj_input *input,
				struct rj_error *err)
{
	uint8_t *bytes;

	if (input->size <= CD_SECTOR || input->size > ISOLINUX_MAX)
		return rj_fail(err, RJ_BAD,
			       "%s bytes: isolinux.bin has more than 2048 and at most %u",
			       RJ_DEC(input->size), ISOLINUX_MAX);
	bytes = malloc((size_t)input->size);
	if (!bytes)
		return rj_no_memory(err);
	if (rj_input_read(input, bytes, (size_t)input->size, 0, err) ||
	    inform(plan->disk, bytes, (size_t)input->size, err)) {
		free(bytes);
		return err->class;
	}
	rj_plan_expect_cd(plan, input);
	plan->regs.eax = BIOS_SIGNATURE_EAX;
	rj_plan_set_entry(plan, 0, BOOT_SECTOR);
	return rj_plan_add_bytes(plan, ".isolinux", BOOT_SECTOR, bytes, input->size, err);
}

/* Adds the boot sector that the file is, or a partition's. */
static enum rj_err add_sector(struct rj_plan *plan, const struct rj_input *input,
			      struct rj_error *err)
{
	const struct rj_vbr_choice choice = partition_choice(plan);
	struct rj_vbr vbr;
	enum rj_err code;

	if (rj_vbr_read(&vbr, input, &choice, plan->drive, err))
		return err->class;
	code = is_boot_sector(vbr.bytes) ? rj_vbr_plan(plan, &vbr, err)
					 : rj_fail(err, RJ_BAD,
						   "the boot sector names neither "
						   "SYSLINUX nor EXTLINUX; "
						   "for any other partition's boot sector, "
						   "use --vbr");
	rj_vbr_free(&vbr);
	return code;
}

static enum rj_err syslinux_read(struct rj_plan *plan, const struct rj_input *input,
				 const struct payload_argument *argument, struct rj_error *err)
{
	uint8_t head[SECTOR_SIZE] = { 0 };

	(void)argument;
	rj_input_peek(input, head, sizeof(head), 0);
	if (el_torito_is_iso(input))
		return add_iso(plan, input, err);
	if (is_isolinux(head))
		return add_isolinux(plan, input, err);
	return add_sector(plan, input, err);
}

const struct payload_kind payload_syslinux = {
	.name = "syslinux",
	.argument = "FILE",
	.help = "boot sector of SYSLINUX or EXTLINUX, isolinux.bin, or its CD's image",
	.signature = "SYSLINUX or EXTLINUX at 3; isolinux.bin: a far jump to 7Cxxh at 1",
	.place = "7C00h, entry 0:7C00",
	.options = (const struct payload_option *const[]){
		&option_partition, &option_hidden, &option_bpb, &option_sector_size, NULL },
	.detect = syslinux_detect,
	.read = syslinux_read,
};
