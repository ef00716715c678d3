/* SPDX-License-Identifier: MIT */
#include "image/service_modes.h"

#include <string.h>

const struct rj_mode rj_int13_modes[RJ_INT13_COUNT] = {
#define ROW(name, what) { #name, what },
	RJ_INT13_MODES(ROW)
#undef ROW
};

const struct rj_mode rj_usb_modes[RJ_USB_COUNT] = {
#define ROW(name, what) { #name, what },
	RJ_USB_MODES(ROW)
#undef ROW
};

const struct rj_bios_mode rj_bios_modes[] = {
#define ROW(name, flags, what) { #name, what, flags },
	RJ_BIOS_MODES(ROW)
#undef ROW
};

static enum rj_err find_mode(const struct rj_mode *modes, uint32_t count, const char *of,
			     const char *name, uint32_t *mode, struct rj_error *err)
{
	struct rj_list names = { "" };

	for (*mode = 0; *mode < count; (*mode)++) {
		if (strcmp(name, modes[*mode].name) == 0)
			return RJ_OK;
		rj_list_add(&names, "%s", modes[*mode].name);
	}
	return rj_fail(err, RJ_USAGE, "there is no %s mode \"%s\"; the modes are %s", of, name,
		       names.text);
}

enum rj_err rj_int13_find(const char *name, uint8_t *mode, struct rj_error *err)
{
	uint32_t number;

	if (find_mode(rj_int13_modes, RJ_INT13_COUNT, "INT 13h", name, &number, err))
		return err->class;
	*mode = (uint8_t)number;
	return RJ_OK;
}

enum rj_err rj_usb_find(const char *name, uint32_t *mode, struct rj_error *err)
{
	return find_mode(rj_usb_modes, RJ_USB_COUNT, "USB", name, mode, err);
}

bool rj_carries_usb(const struct rj_services *services)
{
	if (services->usb != RJ_USB_auto)
		return services->usb != RJ_USB_none;
	return services->int13 == RJ_INT13_auto || services->int13 == RJ_INT13_usb;
}

bool rj_serves_usb_disks(const struct rj_services *services)
{
	return rj_carries_usb(services) && services->usb != RJ_USB_keyboard &&
	       services->int13 != RJ_INT13_none && services->int13 != RJ_INT13_firmware;
}

enum rj_err rj_usb_check(const struct rj_services *services, struct rj_error *err)
{
	const char *mode = rj_usb_modes[services->usb].name;

	if (rj_serves_usb_disks(services))
		return RJ_OK;
	if (services->int13 == RJ_INT13_usb)
		return rj_fail_about(err, RJ_USAGE, "--int13 usb",
				     "USB disks are not served with --usb %s; "
				     "leave out one of the two options", mode);
	for (size_t i = 0; i < RJ_MAX_DRIVE_MAP; i++)
		if (services->map[i].number && services->map[i].word == RJ_UNIT_usb)
			return rj_fail_about(err, RJ_USAGE, "--drive-map",
					     "USB disks are not served with --int13 %s and --usb %s; "
					     "use --usb all",
					     rj_int13_modes[services->int13].name, mode);
	return RJ_OK;
}
