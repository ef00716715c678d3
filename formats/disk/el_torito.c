/* SPDX-License-Identifier: MIT */
#include "disk/el_torito.h"

#include "disk/partition.h"

#define DESCRIPTOR_LBA (FIRST_DESCRIPTOR * CD_SECTOR / SECTOR_SIZE)

bool el_torito_is_iso(const struct rj_input *input)
{
	struct rj_bytes bytes = rj_input_bytes(input);

	return boot_catalog_is_iso(&bytes);
}

bool el_torito_is_cd(const struct rj_input *input)
{
	struct rj_bytes bytes = rj_input_bytes(input);
	struct el_torito_boot boot;

	return boot_catalog_find(&bytes, &boot) == BOOT_FOUND &&
	       !rj_partitions_leave_out(input, DESCRIPTOR_LBA);
}

#define DAMAGED "the boot catalog (El Torito) is damaged: "

enum rj_err el_torito_fail(enum boot_catalog found, struct rj_error *err)
{
	static const char *const words[BOOT_CATALOG_COUNT] = {
		[BOOT_NO_RECORD] = "this is an ISO 9660 image without a boot record "
				   "(El Torito); a BIOS cannot boot it",
		[BOOT_NO_CATALOG] = DAMAGED "not in the file",
		[BOOT_NO_VALIDATION] = DAMAGED "the first entry is not a validation entry",
		[BOOT_NO_ENTRY] = "the boot catalog (El Torito) has nothing for a PC BIOS; "
				  "the CD may boot by UEFI only",
		[BOOT_MEDIA] = DAMAGED "the entry's media type is unknown",
		[BOOT_OUTSIDE] = "the boot catalog (El Torito) points outside the file; "
				 "the file is cut short or damaged",
	};

	return rj_fail(err, RJ_BAD, "%s", words[found]);
}

enum rj_err el_torito_find(const struct rj_input *input, struct el_torito_boot *boot,
			   struct rj_error *err)
{
	struct rj_bytes bytes = rj_input_bytes(input);
	enum boot_catalog found = boot_catalog_find(&bytes, boot);

	return found == BOOT_FOUND ? RJ_OK : el_torito_fail(found, err);
}
