/* SPDX-License-Identifier: MIT */
#include "image/drive_map.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "common/disk_layout.h"
#include "common/units.h"

static const char *const unit_words[RJ_UNIT_COUNT] = {
	[RJ_UNIT_none] = "unit ",
#define ROW(word, form) [RJ_UNIT_##word] = #word,
	RJ_UNIT_WORDS(ROW)
#undef ROW
};

const char *rj_unit_format(uint8_t word, uint32_t unit, char text[RJ_UNIT_TEXT])
{
	uint32_t first = word == RJ_UNIT_usb ? RJ_USB_PORT(unit) :
			 word == RJ_UNIT_pd ? unit & ~RJ_MEGARAID_PD : unit;
	int used = snprintf(text, RJ_UNIT_TEXT, "%s%" PRIu32, unit_words[word], first);

	if (word != RJ_UNIT_usb)
		return text;
	for (uint32_t route = RJ_USB_ROUTE(unit); route; route >>= 4)
		used += snprintf(text + used, RJ_UNIT_TEXT - (size_t)used, ".%" PRIu32, route & 0xF);
	if (RJ_USB_LUN(unit))
		snprintf(text + used, RJ_UNIT_TEXT - (size_t)used, "/lun%" PRIu32, RJ_USB_LUN(unit));
	return text;
}

uint8_t rj_unit_word(uint8_t driver, uint32_t unit)
{
	static const uint8_t words[RJ_INT13_COUNT] = {
		[RJ_INT13_ahci] = RJ_UNIT_port, [RJ_INT13_nvme] = RJ_UNIT_ns,
		[RJ_INT13_virtio] = RJ_UNIT_target, [RJ_INT13_pvscsi] = RJ_UNIT_target,
		[RJ_INT13_mptsas] = RJ_UNIT_target, [RJ_INT13_lsi] = RJ_UNIT_target,
		[RJ_INT13_sdhci] = RJ_UNIT_slot,
		[RJ_INT13_usb] = RJ_UNIT_usb,
	};

	if (driver == RJ_INT13_megaraid || driver == RJ_INT13_fusion || driver == RJ_INT13_mpt3)
		return unit & RJ_MEGARAID_PD ? RJ_UNIT_pd : RJ_UNIT_ld;
	return words[driver];
}

/*
 * Parses one or two hexadecimal digits, at most limit, and then `next`. Returns the rest, or
 * NULL.
 */
static const char *take_part(const char *text, char next, unsigned limit, unsigned *value)
{
	size_t length = strspn(text, "0123456789abcdefABCDEF");
	char digits[3] = { 0 };

	if (length == 0 || length >= sizeof(digits) || text[length] != next)
		return NULL;
	memcpy(digits, text, length);
	*value = (unsigned)strtoul(digits, NULL, 16);
	return *value <= limit ? text + length + (next != '\0') : NULL;
}

static enum rj_err not_an_address(const char *text, struct rj_error *err)
{
	return rj_fail(err, RJ_USAGE,
		       "\"%s\" is not in the form NUMBER=pci:BB:DD.F, with one of" RJ_UNIT_FORMS
		       " if the controller has several disks; for example 0x80=pci:00:1f.2/port0", text);
}

/* Takes a decimal number from min to max off the front of *text. */
static bool take_decimal(const char **text, uint32_t min, uint32_t max, uint32_t *value)
{
	size_t digits = strspn(*text, "0123456789");

	if (digits == 0 || digits > 3)
		return false;
	*value = (uint32_t)strtoul(*text, NULL, 10);
	*text += digits;
	return *value >= min && *value <= max;
}

bool rj_usb_unit(const char *text, uint32_t *unit)
{
	uint32_t port, hub, route = 0, lun = 0;

	if (!take_decimal(&text, 1, 255, &port))
		return false;
	for (unsigned tier = 0; tier < RJ_USB_TIERS && *text == '.'; tier++) {
		text++;
		if (!take_decimal(&text, 1, 15, &hub))
			return false;
		route |= hub << 4 * tier;
	}
	if (strncmp(text, "/lun", 4) == 0) {
		text += 4;
		if (!take_decimal(&text, 0, 15, &lun))
			return false;
	}
	if (*text != '\0')
		return false;
	*unit = RJ_USB_UNIT(port, route, lun);
	return true;
}

/* What follows the unit's word. */
static enum rj_err parse_number(const char *text, struct rj_drive_map *row, struct rj_error *err)
{
	uint64_t value;

	if (row->word == RJ_UNIT_usb)
		return rj_usb_unit(text, &row->unit) ? RJ_OK : rj_fail(err, RJ_USAGE,
			"\"usb%s\" is not in the form usbPORT[.PORT][/lunN]: a root port from 1 to 255, "
			"up to %u hubs' ports from 1 to 15, and a LUN up to 15; "
			"for example usb2.1/lun3", text, RJ_USB_TIERS);
	if (rj_parse_number(text, UINT32_MAX, &value, err))
		return err->class;
	row->unit = (uint32_t)value | (row->word == RJ_UNIT_pd ? RJ_MEGARAID_PD : 0);
	return RJ_OK;
}

/* Nothing, or a slash and a unit. */
static enum rj_err parse_unit(const char *text, struct rj_drive_map *row, struct rj_error *err)
{
	if (*text == '\0')
		return RJ_OK;
	for (row->word = RJ_UNIT_none + 1; row->word < RJ_UNIT_COUNT; row->word++) {
		size_t length = strlen(unit_words[row->word]);

		if (strncmp(text + 1, unit_words[row->word], length) == 0)
			return parse_number(text + 1 + length, row, err);
	}
	return not_an_address(text, err);
}

/* pci:[0000:]BB:DD.F and a unit */
static enum rj_err parse_address(const char *text, struct rj_drive_map *row,
				 struct rj_error *err)
{
	const char *at = strncmp(text, "pci:", 4) == 0 ? text + 4 : NULL;
	unsigned bus, device, function;
	char digit[2] = { 0 };

	if (at && strncmp(at, "0000:", 5) == 0)
		at += 5;
	else if (at && strspn(at, "0123456789abcdefABCDEF") == 4 && at[4] == ':')
		return rj_fail(err, RJ_BAD,
			       "\"%s\" is in a PCI domain that a BIOS cannot reach; "
			       "use a disk in domain 0000", text);
	if (at)
		at = take_part(at, ':', UINT8_MAX, &bus);
	if (at)
		at = take_part(at, '.', 31, &device);
	if (!at || *at == '\0' || (at[1] != '\0' && at[1] != '/'))
		return not_an_address(text, err);
	digit[0] = *at;
	if (!take_part(digit, '\0', 7, &function))
		return not_an_address(text, err);
	row->pci = (uint16_t)(bus << 8 | device << 3 | function);
	return parse_unit(at + 1, row, err);
}

enum rj_err rj_drive_map_add(struct rj_services *services, const char *text,
			     struct rj_error *err)
{
	const char *equals = strchr(text, '=');
	struct rj_drive_map row = { 0 };
	char number[16];
	size_t n = 0;

	if (!equals || (size_t)(equals - text) >= sizeof(number))
		return not_an_address(text, err);
	memcpy(number, text, (size_t)(equals - text));
	number[equals - text] = '\0';
	if (rj_parse_drive(number, &row.number, err) || row.number < HARD_DISKS)
		return rj_fail(err, RJ_BAD,
			       "\"%s\" does not start with a hard disk's number; "
			       "write hd0 to hd127, or 0x80 to 0xFF", text);
	if (parse_address(equals + 1, &row, err))
		return err->class;
	for (; n < RJ_MAX_DRIVE_MAP && services->map[n].number; n++)
		if (services->map[n].number == row.number ||
		    (services->map[n].pci == row.pci && services->map[n].unit == row.unit))
			return rj_fail(err, RJ_BAD, "\"%s\" repeats a number or a disk", text);
	if (n == RJ_MAX_DRIVE_MAP)
		return rj_fail(err, RJ_BAD, "there are more than %u drives", RJ_MAX_DRIVE_MAP);
	services->map[n] = row;
	return RJ_OK;
}
