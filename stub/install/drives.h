/* SPDX-License-Identifier: MIT */
/* Which drive number is whose. */
#ifndef RJ_DRIVES_H
#define RJ_DRIVES_H

#include <stdbool.h>
#include <stdint.h>

#include "int13/int13.h"

/* A disk of the machine, and the name of the driver that found it. */
struct found {
	struct rj_disk disk;
	const char *driver;
	bool numbered;
};

struct drives {
	const struct rj_services *services;
	struct found *found;
	uint32_t found_count;
	uint32_t ram_disk;      /* its physical address, if there is one */
	void (*print)(const char *format, ...);
	bool asks_firmware;     /* it still knows which drives it had */
	bool firmware_serves;   /* some of them may be on a controller that is still its */
};

/* Fills in units, map and counts, tells the BIOS data area of them, and on the console
   of disks that are not where they should be. */
void drives_number(const struct drives *drives, struct rj_int13 *int13);

/* Tells each of them on the console. */
void drives_tell(const struct drives *drives, const struct rj_int13 *int13);

#endif
