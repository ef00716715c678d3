/* SPDX-License-Identifier: MIT */
#include "image/services.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "base/number.h"
#include "common/boot_sector.h"
#include "common/disk_layout.h"
#include "common/le.h"
#include "common/units.h"
#include "common/unpack.h"

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

/* The numbers in struct rj_services and its members, with their widths in bits. */
#define BLOCK_FIELDS(row) row(magic, 32) row(version, 16) row(int13, 8) row(boot_drive, 8) \
	row(size, 32) row(installer_size, 32) row(survey_size, 32) row(image.address, 32) row(image.packed_size, 32) row(image.size, 32) \
	row(image.crc, 32) row(image.flags, 32) row(image.contents, 32) row(el_torito.size, 8) \
	row(el_torito.media, 8) row(el_torito.drive, 8) row(el_torito.controller, 8) \
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

static void store_block(const struct rj_services *block, uint8_t *to)
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

static void load_block(struct rj_services *block, const uint8_t *from)
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

static bool always(const struct rj_plan *plan, const char *name)
{
	(void)plan;
	(void)name;
	return true;
}

static bool for_deflated(const struct rj_plan *plan, const char *name)
{
	(void)name;
	return plan->services.image.flags & RJ_DISK_DEFLATED;
}

static bool for_own_bios(const struct rj_plan *plan, const char *name)
{
	(void)name;
	return plan->flags & RJ_OWN_BIOS;
}

/* A generic image may get such a kernel from its loader. */
static bool for_linux(const struct rj_plan *plan, const char *name)
{
	return for_own_bios(plan, name) && (plan->linux_setup || plan->boots_initrd);
}

static bool for_usb(const struct rj_plan *plan, const char *name)
{
	(void)name;
	return rj_carries_usb(&plan->services);
}

static bool for_driver(const struct rj_plan *plan, const char *name)
{
	uint8_t mode = plan->services.int13;

	if (strcmp(name, rj_int13_modes[RJ_INT13_usb].name) == 0)
		return for_usb(plan, name);
	for (uint32_t i = 0; mode == RJ_INT13_auto && i < RJ_INT13_COUNT; i++)
		if (rj_is_named_only(i) && strcmp(name, rj_int13_modes[i].name) == 0)
			return false;
	return mode == RJ_INT13_auto || strcmp(name, rj_int13_modes[mode].name) == 0;
}

const struct rj_service_module rj_service_modules[] = {
	{ "bios", for_own_bios },
	{ "int13", always },
#define ROW(name, what) { #name, for_driver },
	RJ_DRIVERS(ROW)
#undef ROW
	{ "inflate", for_deflated },
	{ "keys", for_usb },
	{ "linux", for_linux },
	{ "memory", always },
	{ "screen", for_own_bios },
};
#define CARRIED_MODULES (sizeof(rj_service_modules) / sizeof(rj_service_modules[0]))
_Static_assert(CARRIED_MODULES <= RJ_SERVICES_MODULES, "no room");
const size_t rj_service_module_count = CARRIED_MODULES;

static const struct rj_service_blob *find_blob(const struct rj_service_table *table,
					       const char *name, struct rj_error *err)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->blobs[i].name, name) == 0)
			return &table->blobs[i];
	rj_fail(err, RJ_HOST, "this rjpack was built without the service \"%s\"", name);
	return NULL;
}

/* The blobs in the piece: the installer, the survey, then the modules. */
struct parts {
	const struct rj_service_blob *blobs[2 + CARRIED_MODULES];
	bool has_survey;
	size_t count;
	size_t size;            /* of the piece */
};

static enum rj_err add_part(struct parts *parts, const struct rj_service_table *table,
			    const char *name, struct rj_error *err)
{
	const struct rj_service_blob *blob = find_blob(table, name, err);

	if (!blob)
		return err->class;
	parts->blobs[parts->count++] = blob;
	parts->size += blob->size;
	return RJ_OK;
}

static enum rj_err choose(struct parts *parts, const struct rj_plan *plan,
			  const struct rj_service_table *table, struct rj_error *err)
{
	*parts = (struct parts){ .size = sizeof(struct rj_services) };
	parts->has_survey = plan->flags & RJ_OWN_BIOS && !plan->has_no_stub;
	if (add_part(parts, table, plan->has_no_stub ? "install_alone" : "install", err) ||
	    (parts->has_survey && add_part(parts, table, "survey", err)))
		return err->class;
	for (size_t i = 0; i < CARRIED_MODULES; i++)
		if (rj_service_modules[i].needed(plan, rj_service_modules[i].name) &&
		    add_part(parts, table, rj_service_modules[i].name, err))
			return err->class;
	if (parts->size > RJ_SERVICES_MAX)
		return rj_fail(err, RJ_BAD,
			       "the services have %zu bytes, but there is room for %u; "
			       "name one driver with --int13", parts->size, RJ_SERVICES_MAX);
	return RJ_OK;
}

/* struct rj_services | installer | survey | modules */
static void compose(const struct parts *parts, struct rj_services *services, uint8_t *to)
{
	uint8_t *at = to + sizeof(*services);

	services->magic = RJ_SERVICES_MAGIC;
	services->version = RJ_SERVICES_VERSION;
	services->size = (uint32_t)parts->size;
	services->installer_size = (uint32_t)parts->blobs[0]->size;
	services->survey_size = parts->has_survey ? (uint32_t)parts->blobs[1]->size : 0;
	store_block(services, to);
	for (size_t i = 0; i < parts->count; i++) {
		memcpy(at, parts->blobs[i]->bytes, parts->blobs[i]->size);
		at += parts->blobs[i]->size;
	}
}

/* Places the piece at the first page from 1 MiB on where no other piece is in the way. */
static void place_piece(struct rj_plan *plan, struct rj_plan_piece *piece)
{
	piece->address = HIGH_MEMORY;
	for (size_t i = 0; i < plan->piece_count; i++) {
		const struct rj_plan_piece *other = &plan->pieces[i];

		if (other == piece || !rj_overlaps(piece->address, piece->size, other->address,
						   other->size))
			continue;
		piece->address = (other->address + other->size + PAGE - 1) / PAGE * PAGE;
		i = (size_t)-1;
	}
}

/*
 * Places the last piece, the services, and after it the RAM disk: the stub leaves that where the
 * loader has put it if nothing else goes there. Whether it fits is for rj_plan_check to report.
 */
static void place_services(struct rj_plan *plan)
{
	struct rj_plan_piece *disk = NULL;

	for (size_t i = 0; i < plan->piece_count; i++)
		if (strcmp(plan->pieces[i].name, RJ_DISK_PIECE) == 0)
			disk = &plan->pieces[i];
	if (disk)
		disk->address = FOUR_GIB;
	place_piece(plan, &plan->pieces[plan->piece_count - 1]);
	if (disk) {
		place_piece(plan, disk);
		plan->services.image.address = (uint32_t)disk->address;
	}
}

static enum rj_err add_code(struct rj_plan *plan, const struct rj_service_table *table,
			    const char *piece, uint32_t address, uint32_t flag,
			    struct rj_error *err)
{
	const struct rj_service_blob *blob = find_blob(table, piece + 1, err);
	uint8_t *bytes = blob ? malloc(blob->size) : NULL;

	if (!bytes)
		return blob ? rj_no_memory(err) : err->class;
	memcpy(bytes, blob->bytes, blob->size);
	if (rj_plan_add_bytes(plan, piece, address, bytes, blob->size, err))
		return err->class;
	plan->pieces[plan->piece_count - 1].flags = flag;
	return RJ_OK;
}

/*
 * Adds the code that examines what the loader supplies, and the code that makes a disk of it.
 */
static enum rj_err add_runtime(struct rj_plan *plan, const struct rj_service_table *table,
			       struct rj_error *err)
{
	if (add_code(plan, table, RJ_RUNTIME_PIECE, SERVICES, RJ_PIECE_RUNTIME, err))
		return err->class;
	return add_code(plan, table, RJ_MAKER_PIECE, DISK_MAKER, RJ_PIECE_MAKER, err);
}

static bool needs_services(const struct rj_plan *plan)
{
	const struct rj_services *services = &plan->services;

	return services->int13 != RJ_INT13_firmware || services->image.size || rj_carries_usb(services)
		|| plan->boots_initrd;
}

enum rj_err rj_services_plan(struct rj_plan *plan, const struct rj_service_table *table,
			     struct rj_error *err)
{
	struct rj_services *services = &plan->services;
	struct parts parts;
	uint8_t *bytes;

	if (plan->boots_initrd && add_runtime(plan, table, err))
		return err->class;
	if (!needs_services(plan)) {
		if (plan->flags & RJ_OWN_BIOS_ALWAYS)
			return rj_fail_about(err, RJ_USAGE, "--bios own",
					     "does not go with --int13 firmware");
		plan->flags &= ~RJ_BIOS_FLAGS;
		return RJ_OK;
	}
	if (choose(&parts, plan, table, err))
		return err->class;
	bytes = malloc(parts.size);
	if (!bytes)
		return rj_no_memory(err);
	if (rj_plan_add_bytes(plan, RJ_SERVICES_PIECE, HIGH_MEMORY, bytes, parts.size, err))
		return err->class;
	plan->pieces[plan->piece_count - 1].flags = RJ_PIECE_SERVICES;
	place_services(plan);
	services->boot_drive = (uint8_t)plan->regs.edx;
	compose(&parts, services, bytes);
	return RJ_OK;
}

void rj_services_set_sum(struct rj_plan *plan, uint32_t crc)
{
	plan->services.image.crc = crc;
	for (size_t i = 0; i < plan->piece_count; i++)
		if (plan->pieces[i].flags & RJ_PIECE_SERVICES && plan->pieces[i].bytes)
			LE_PUT(plan->pieces[i].bytes, struct rj_services, image.crc, crc);
}

/* The stub's memory for unpacking: from STUB_HOME on, and MODULE_WORK. */
struct home {
	uint8_t low[SERVICES_END - STUB_HOME];
	uint8_t bytes[MODULE_WORK];
	size_t installer;       /* bytes, copied to MODULE_WORK */
};

/* Unpacks to an address. Returns the unpacked size; 0 if it is damaged, or ends beyond `end`. */
static uint32_t unpack_to(struct home *home, uint32_t address, uint32_t end,
			  const uint8_t *packed, size_t size)
{
	if (!rj_unpack(home->low, address - STUB_HOME, end - address, packed, size))
		return 0;
	return rj_unpacked_size(packed, size);
}

struct rj_stub_bytes rj_stub_in_front(const uint8_t *front, size_t size)
{
	return (struct rj_stub_bytes){ front + SETUP_SIZE, size - SETUP_SIZE };
}

/* What is wrong with the stub's code for STUB_HOME, or NULL. */
static const char *unpack_stub(struct home *home, struct rj_stub_bytes stub)
{
	uint64_t at = SIZE_MAX;
	uint32_t size;

	if (stub.size == 0)     /* a payload file's services need none */
		return NULL;
	if (stub.size >= STUB_HEADER + sizeof(struct rj_stub_header))
		at = LE_GET(stub.bytes + STUB_HEADER, struct rj_stub_header, home);
	size = at < stub.size ? unpack_to(home, STUB_HOME, SERVICES, stub.bytes + at,
					  stub.size - (size_t)at) : 0;
	rj_restore_calls(home->low, size, STUB_HOME);
	return size ? NULL : "stub";
}

/* What is wrong with an unpacked module's relocations, or NULL. */
static const char *check_relocations(const uint8_t *module, uint32_t size, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (le_load(module + size + (size_t)i * RJ_RELOCATION, RJ_RELOCATION) >
		    size - sizeof(uint32_t))
			return "relocations of a module";
	return NULL;
}

/* What is wrong with what follows a module's header, which is known to be valid, or NULL. */
static const char *check_packed(struct home *home, const uint8_t *module)
{
	uint32_t size = (uint32_t)LE_GET(module, struct rj_module, size);
	uint32_t count = (uint32_t)LE_GET(module, struct rj_module, relocation_count);
	uint32_t packed = (uint32_t)LE_GET(module, struct rj_module, packed_size);
	size_t at = home->installer, front = sizeof(struct rj_module);
	uint64_t rest = size - front + (uint64_t)count * RJ_RELOCATION;

	if (at + front + rest > sizeof(home->bytes) ||
	    rj_unpacked_size(module + front, packed) != rest)
		return "size of a module";
	memcpy(home->bytes + at, module, front);
	LE_PUT(home->bytes + at, struct rj_module, packed_size, 0);
	if (!rj_unpack(home->bytes, at + front, (size_t)rest, module + front, packed))
		return "packed module";
	return check_relocations(home->bytes + at, size, count);
}

/* What is wrong with a module, or NULL; `left` bytes remain. */
static const char *check_module(struct home *home, const uint8_t *module, size_t left)
{
	uint64_t size = LE_GET(module, struct rj_module, size);

	if (size < sizeof(struct rj_module) || size % 16 != 0)
		return "size of a module";
	if (LE_GET(module, struct rj_module, packed_size) > left - sizeof(struct rj_module))
		return "packed size of a module";
	if (LE_GET(module, struct rj_module, kind) >= RJ_MODULE_KINDS)
		return "kind of a module";
	if (LE_GET(module, struct rj_module, resident) > size ||
	    LE_GET(module, struct rj_module, resident) % 16 != 0)
		return "resident part of a module";
	if (LE_GET(module, struct rj_module, interface) >= size)
		return "interface of a module";
	return check_packed(home, module);
}

static const char *parse_modules(struct rj_services_info *info, struct home *home,
				 const uint8_t *at, size_t left)
{
	while (left > 0) {
		const char *wrong = "module table";
		size_t bytes;

		if (left >= sizeof(struct rj_module) &&
		    info->module_count < RJ_SERVICES_MODULES)
			wrong = check_module(home, at, left);
		if (wrong)
			return wrong;
		memcpy(info->modules[info->module_count].name, at,
		       sizeof(((struct rj_module *)0)->name));
		info->modules[info->module_count].packed_size =
			(uint32_t)LE_GET(at, struct rj_module, packed_size);
		info->modules[info->module_count++].size =
			(uint32_t)LE_GET(at, struct rj_module, size);
		bytes = sizeof(struct rj_module) + LE_GET(at, struct rj_module, packed_size);
		at += bytes;
		left -= bytes;
	}
	return NULL;
}

/* Checks the survey and the modules, which together are `left` bytes. */
static const char *parse_survey(struct rj_services_info *info, struct home *home,
				const uint8_t *bytes, size_t left)
{
	uint32_t packed = info->block.survey_size;

	if (packed > left)
		return "survey's size";
	if (packed) {
		info->survey_size = unpack_to(home, SURVEY, SERVICES_END, bytes, packed);
		if (!info->survey_size)
			return "survey";
	}
	return parse_modules(info, home, bytes + packed, left - packed);
}

/* Checks the installer and what follows it, which together are `left` bytes. */
static const char *parse_installer(struct rj_services_info *info, struct home *home,
				   const uint8_t *bytes, size_t left)
{
	uint32_t packed = info->block.installer_size;

	if (packed > left)
		return "installer's size";
	info->installer_size = unpack_to(home, SERVICES, SERVICES_END, bytes, packed);
	if (!info->installer_size)
		return "installer";
	home->installer = info->installer_size;
	memcpy(home->bytes, home->low + (SERVICES - STUB_HOME), home->installer);
	return parse_survey(info, home, bytes + packed, left - packed);
}

#define KNOWN_IMAGE_FLAGS (RJ_DISK_READONLY | RJ_DISK_DEFLATED)
#define KNOWN_DRIVE_FLAGS (RJ_DISK_READONLY | RJ_DISK_CD | RJ_DISK_FLOPPY | RJ_DISK_REMOVABLE)
static const char *check_image(const struct rj_disk_image *image)
{
	if (image->flags & ~KNOWN_IMAGE_FLAGS)
		return "RAM disk's flags";
	if (image->size % SECTOR_SIZE != 0 || (image->size == 0) != (image->packed_size == 0) ||
	    image->contents > image->size ||
	    (!(image->flags & RJ_DISK_DEFLATED) && image->contents != image->packed_size))
		return "RAM disk's size";
	return NULL;
}

static bool has_sector_size(const struct rj_drive *drive)
{
	if (drive->flags & RJ_DISK_CD)
		return drive->sector_size == CD_SECTOR;
	return drive->sector_size == SECTOR_SIZE ||
	       (drive->sector_size == LARGE_SECTOR && !(drive->flags & RJ_DISK_FLOPPY));
}

static const char *check_drive(const struct rj_drive *drive, uint32_t image_size)
{
	uint64_t end = drive->offset + (uint64_t)drive->sectors * drive->sector_size;

	if (drive->sectors == 0)
		return NULL;
	if (drive->flags & ~KNOWN_DRIVE_FLAGS || !has_sector_size(drive))
		return "drive's type";
	if (end > image_size)
		return "drive's position";
	if (drive->cylinders == 0 || drive->heads == 0 || drive->sectors_per_track == 0 ||
	    drive->cylinders > GEOMETRY_CYLINDERS_MAX || drive->heads > GEOMETRY_HEADS_MAX ||
	    drive->sectors_per_track > GEOMETRY_SECTORS_MAX)
		return "drive's geometry";
	if (!(drive->flags & RJ_DISK_FLOPPY) != (drive->number >= HARD_DISKS))
		return "drive's number";
	return NULL;
}

/* What is wrong with the numbers that stand for words, or NULL; replaces them, to be printed. */
static const char *check_words(struct rj_services *block)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < RJ_MAX_DRIVE_MAP; i++)
		if (block->map[i].word >= RJ_UNIT_COUNT) {
			block->map[i].word = RJ_UNIT_none;
			wrong = "drive map";
		}
	if (block->usb >= RJ_USB_COUNT) {
		block->usb = RJ_USB_auto;
		wrong = "USB mode";
	}
	if (block->int13 >= RJ_INT13_COUNT) {
		block->int13 = RJ_INT13_auto;
		wrong = "mode";
	}
	return wrong;
}

/* What is wrong with the numbers in the block, or NULL. */
static const char *check_block(struct rj_services *block)
{
	const char *wrong = check_words(block);

	if (block->version != RJ_SERVICES_VERSION)
		return "version";
	if (!wrong)
		wrong = check_image(&block->image);
	for (size_t i = 0; i < RJ_MAX_RAM_DRIVES && !wrong; i++)
		wrong = check_drive(&block->drives[i], block->image.size);
	if (!wrong && block->el_torito.size != 0 && block->el_torito.size != RJ_EL_TORITO_PACKET)
		return "El Torito packet";
	for (size_t i = 0; i < RJ_MAX_DRIVE_MAP && !wrong; i++)
		if (block->map[i].number && block->map[i].number < HARD_DISKS)
			return "drive map";
	return wrong;
}

void rj_services_parse(struct rj_services_info *info, struct rj_stub_bytes stub,
		       const uint8_t *bytes, size_t size)
{
	struct home home = { .installer = 0 };  /* and zeros where nothing is unpacked */

	*info = (struct rj_services_info){ .carried = true, .wrong = "header" };
	if (size < sizeof(struct rj_services) ||
	    LE_GET(bytes, struct rj_services, magic) != RJ_SERVICES_MAGIC ||
	    LE_GET(bytes, struct rj_services, size) != size)
		return;
	load_block(&info->block, bytes);
	info->wrong = check_block(&info->block);
	if (!info->wrong)
		info->wrong = unpack_stub(&home, stub);
	if (!info->wrong)
		info->wrong = parse_installer(info, &home, bytes + sizeof(struct rj_services),
					      size - sizeof(struct rj_services));
}

void rj_services_of_plan(struct rj_services_info *info, struct rj_stub_bytes stub,
			 const struct rj_plan *plan)
{
	*info = (struct rj_services_info){ 0 };
	for (size_t i = 0; i < plan->piece_count; i++)
		if (plan->pieces[i].flags & RJ_PIECE_SERVICES && plan->pieces[i].bytes)
			rj_services_parse(info, stub, plan->pieces[i].bytes,
					  (size_t)plan->pieces[i].size);
}
