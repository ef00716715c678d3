/* SPDX-License-Identifier: MIT */
#include "image/services_block.h"

#include <stddef.h>
#include <string.h>

#include "common/le.h"

/* The numbers in struct rj_services and its members, with their widths in bits. */
#define BLOCK_FIELDS(row) row(magic, 32) row(version, 16) row(int13, 8) row(boot_drive, 8) \
	row(size, 32) row(installer_size, 32) row(survey_size, 32) row(image.address, 32) \
	row(image.packed_size, 32) row(image.size, 32) row(image.crc, 32) row(image.flags, 32) \
	row(image.contents, 32) row(el_torito.size, 8) row(el_torito.media, 8) \
	row(el_torito.drive, 8) row(el_torito.controller, 8) \
	row(el_torito.lba, 32) row(el_torito.device, 16) row(el_torito.cache_segment, 16) \
	row(el_torito.load_segment, 16) row(el_torito.sector_count, 16) \
	row(el_torito.cylinders, 8) row(el_torito.sectors, 8) row(el_torito.heads, 8) \
	row(usb, 32)
#define DRIVE_FIELDS(row) row(offset, 32) row(sectors, 32) row(sector_size, 16) \
	row(cylinders, 16) row(heads, 16) row(sectors_per_track, 8) row(number, 8) \
	row(flags, 8) row(floppy_type, 8)
#define MAP_FIELDS(row) row(number, 8) row(word, 8) row(pci, 16) row(unit, 32)

#define DRIVE_AT(n) (offsetof(struct rj_services, drives) + (n) * sizeof(struct rj_drive))
#define MAP_AT(n) (offsetof(struct rj_services, map) + (n) * sizeof(struct rj_drive_map))

void rj_services_store(const struct rj_services *block, uint8_t *to)
{
	memset(to, 0, sizeof(*block));
#define STORE(field, bits) LE_PUT(to, struct rj_services, field, block->field);
	BLOCK_FIELDS(STORE)
#undef STORE
#define STORE(field, bits) LE_PUT(to + DRIVE_AT(i), struct rj_drive, field, \
				  block->drives[i].field);
	for (size_t i = 0; i < RJ_MAX_RAM_DRIVES; i++) {
		DRIVE_FIELDS(STORE)
	}
#undef STORE
#define STORE(field, bits) LE_PUT(to + MAP_AT(i), struct rj_drive_map, field, \
				  block->map[i].field);
	for (size_t i = 0; i < RJ_MAX_DRIVE_MAP; i++) {
		MAP_FIELDS(STORE)
	}
#undef STORE
}

void rj_services_load(struct rj_services *block, const uint8_t *from)
{
	*block = (struct rj_services){ 0 };
#define LOAD(field, bits) \
	block->field = (uint##bits##_t)LE_GET(from, struct rj_services, field);
	BLOCK_FIELDS(LOAD)
#undef LOAD
#define LOAD(field, bits) block->drives[i].field = \
	(uint##bits##_t)LE_GET(from + DRIVE_AT(i), struct rj_drive, field);
	for (size_t i = 0; i < RJ_MAX_RAM_DRIVES; i++) {
		DRIVE_FIELDS(LOAD)
	}
#undef LOAD
#define LOAD(field, bits) block->map[i].field = \
	(uint##bits##_t)LE_GET(from + MAP_AT(i), struct rj_drive_map, field);
	for (size_t i = 0; i < RJ_MAX_DRIVE_MAP; i++) {
		MAP_FIELDS(LOAD)
	}
#undef LOAD
}
