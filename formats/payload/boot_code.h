/* SPDX-License-Identifier: MIT */
/*
 * Code that calls the firmware to boot something: INT 19h, the bootstrap loader, or INT 18h,
 * which a boot sector calls if it has found nothing to boot (the BIOS then tries the next
 * device, or starts what it has in ROM). Neither returns if booting works.
 *
 * The code is at 600h because what the firmware boots is loaded at 7C00h and above (from a
 * CD-ROM or a network much more than a sector), and the stack grows down from there. An MBR
 * relocates itself to 600h too, but then booting has worked. So if the firmware gives up and
 * returns, the code is still there.
 */
#ifndef RJ_BOOT_CODE_H
#define RJ_BOOT_CODE_H

#include "image/plan.h"

#define BOOT_CODE       0x600
#define BOOT_INT18      0x18
#define BOOT_INT19      0x19

/* Adds the code; its entry, for a jump or a far return, is its first byte. */
enum rj_err boot_code_add(struct rj_plan *plan, uint8_t interrupt, struct rj_error *err);

#endif
