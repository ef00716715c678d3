/* SPDX-License-Identifier: MIT */
#include "disk.h"

#include "boot_sector.h"
#include "disk_geometry.h"

#define FIRST_HARD_DISK 0x80

void disk_describe(struct rj_drive *drive, const uint8_t *first_sector, uint32_t size)
{
	const struct rj_floppy *floppy = rj_floppy_of_size(size);
	uint32_t sectors = size / SECTOR_SIZE;
	struct rj_geometry g = floppy ? floppy->geometry
				      : rj_geometry_of_disk(first_sector, sectors);

	*drive = (struct rj_drive){
		.sectors = sectors, .sector_size = SECTOR_SIZE,
		.cylinders = g.cylinders, .heads = g.heads, .sectors_per_track = g.sectors,
		.number = floppy ? 0 : FIRST_HARD_DISK,
		.flags = floppy ? RJ_DISK_FLOPPY | RJ_DISK_REMOVABLE : 0,
		.floppy_type = floppy ? floppy->type : 0,
	};
}
