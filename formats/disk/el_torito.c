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

enum rj_err el_torito_fail(enum boot_catalog found, struct rj_error *err)
{
	static const struct {
		enum rj_err code;
		const char *name;
	} errors[BOOT_CATALOG_COUNT] = {
		[BOOT_NO_RECORD] = { RJ_ERR_ISO_BOOT, NULL },
		[BOOT_NO_CATALOG] = { RJ_ERR_ISO_CATALOG, "not in the file" },
		[BOOT_NO_VALIDATION] = { RJ_ERR_ISO_CATALOG,
					 "the first entry is not a validation entry" },
		[BOOT_NO_ENTRY] = { RJ_ERR_ISO_ENTRY, NULL },
		[BOOT_MEDIA] = { RJ_ERR_ISO_CATALOG, "the entry's media type is unknown" },
		[BOOT_OUTSIDE] = { RJ_ERR_ISO_BOUNDS, NULL },
	};

	return rj_fail(err, errors[found].code, .name = errors[found].name);
}

enum rj_err el_torito_find(const struct rj_input *input, struct el_torito_boot *boot,
			   struct rj_error *err)
{
	struct rj_bytes bytes = rj_input_bytes(input);
	enum boot_catalog found = boot_catalog_find(&bytes, boot);

	return found == BOOT_FOUND ? RJ_OK : el_torito_fail(found, err);
}
