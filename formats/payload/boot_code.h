/* SPDX-License-Identifier: MIT */
/*
 * A piece of code that calls the firmware to boot something: INT 19h, the bootstrap
 * loader, or INT 18h, which a boot sector calls that has found nothing to boot (the BIOS
 * then tries the next device, or starts what it has in ROM). Neither comes back when
 * booting works.
 *
 * The code stands at 600h because what is booted comes to 7C00h and upwards (a CD-ROM
 * or a network may bring far more than a sector), and the stack comes down from there.
 * An MBR moves itself to 600h too, but then it has been booted. So if the firmware
 * gives up and returns, there still is something to return to.
 */
#ifndef RJ_BOOT_CODE_H
#define RJ_BOOT_CODE_H

#include "image/plan.h"

#define BOOT_CODE       0x600
#define BOOT_INT18      0x18
#define BOOT_INT19      0x19

/* Adds it; its first byte is its entry, for a jump or a far return. */
enum rj_err boot_code_add(struct rj_plan *plan, uint8_t interrupt, struct rj_error *err);

#endif
