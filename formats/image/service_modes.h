/* SPDX-License-Identifier: MIT */
/* The values of --int13, --usb and --bios. */
#ifndef RJ_FORMATS_SERVICE_MODES_H
#define RJ_FORMATS_SERVICE_MODES_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/manifest.h"
#include "abi/services.h"
#include "base/error.h"

/* A value of --int13 or --usb: the word, and its meaning. */
struct rj_mode {
	const char *name, *what;
};
/* By number. */
extern const struct rj_mode rj_int13_modes[RJ_INT13_COUNT];
extern const struct rj_mode rj_usb_modes[RJ_USB_COUNT];

/* The values of --bios, with what they are in rj_manifest.flags; the first is the default. */
#define RJ_BIOS_COUNT 3
struct rj_bios_mode {
	const char *name, *what;
	uint32_t flags;
};
extern const struct rj_bios_mode rj_bios_modes[RJ_BIOS_COUNT];

/* By name; the error lists all names. */
enum rj_err rj_int13_find(const char *name, uint8_t *mode, struct rj_error *err);
enum rj_err rj_usb_find(const char *name, uint32_t *mode, struct rj_error *err);

/* Whether the driver usb is carried, and whether it is to serve disks. */
bool rj_carries_usb(const struct rj_services *services);
bool rj_serves_usb_disks(const struct rj_services *services);

/* Checks that --usb contradicts neither --int13 nor the drive map. */
enum rj_err rj_usb_check(const struct rj_services *services, struct rj_error *err);

#endif
