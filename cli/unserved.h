/* SPDX-License-Identifier: MIT */
/*
 * Disks that no driver of the image supports, in words.
 */
#ifndef RJ_UNSERVED_H
#define RJ_UNSERVED_H

#include "machine/machine.h"

#define UNSERVED_TEXT 160

/* What such a disk is: "on a RAID controller, 1000:005d at 03:00.0". May use text. */
const char *unserved_why(const struct rj_machine_disk *disk, char text[UNSERVED_TEXT]);

/* What to do: how a driver can support it, or what works without one. */
const char *unserved_way(const struct rj_machine_disk *disk);

#endif
