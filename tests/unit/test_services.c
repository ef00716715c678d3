/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "abi/layout.h"
#include "abi/stub_blob.h"
#include "common/le.h"
#include "image/drive_map.h"
#include "image/service_modes.h"
#include "image/services.h"
#include "image/services_read.h"

#define MAP_DOMAIN { RJ_BAD, "is in a PCI domain that a BIOS cannot reach" }
#define MAP_NUMBER { RJ_BAD, "does not start with a hard disk's number" }
#define MAP_USB { RJ_USAGE, "is not in the form usbPORT[.PORT][/lunN]: " }
#define MAP_SYNTAX { RJ_USAGE, "is not in the form NUMBER=pci:" }
#define NUMBER { RJ_USAGE, "is not a number" }
#define OVERLAP { RJ_BAD, "overlaps the piece" }
#define RESERVED { RJ_BAD, "give it another address" }
#define SERVICES_PIECE { RJ_BAD, "is not a services piece" }
#define SERVICES_ROOM { RJ_BAD, "or use --int13 firmware" }
#define TOO_LARGE { RJ_BAD, "is larger than" }

static struct rj_error error;       /* of the last call that failed */

static const struct rj_service_table *table(void)
{
	static struct rj_service_table fake;

	fake = (struct rj_service_table){ rj_service_blobs, rj_service_blob_count };
	return &fake;
}

/* A plan of the services for modes of --int13 and --usb. */
static enum rj_err plan_with_usb(struct rj_plan *plan, uint8_t mode, uint32_t usb)
{
	rj_plan_init(plan, 0x81);
	plan->services.int13 = mode;
	plan->services.usb = usb;
	return rj_services_plan(plan, table(), &error);
}

static enum rj_err plan_for(struct rj_plan *plan, uint8_t mode)
{
	return plan_with_usb(plan, mode, RJ_USB_auto);
}

/* Whether the driver has a mode of its own. */
static bool is_driver(const char *module)
{
#define OR_ROW(name, what) || strcmp(module, #name) == 0
	return false RJ_DRIVERS(OR_ROW);
#undef OR_ROW
}

/* Whether a plan has to carry a driver. */
static bool is_needed(const struct rj_services *services, const char *driver)
{
	if (strcmp(driver, "usb") == 0 && services->usb != RJ_USB_auto)
		return services->usb != RJ_USB_none;
	return (services->int13 == RJ_INT13_auto && strcmp(driver, "fusion") != 0 &&
		strcmp(driver, "mpt3") != 0) ||
	       strcmp(driver, rj_int13_modes[services->int13].name) == 0;
}

/* The modules are those that the plan needs, in the table's order: a mode's driver, or all. */
static void check_modules(const struct rj_plan *plan, const struct rj_services_info *info)
{
	size_t count = 0;

	for (size_t i = 0; i < rj_service_module_count; i++) {
		const struct rj_service_module *module = &rj_service_modules[i];
		bool needed = module->needed(plan, module->name);

		if (is_driver(module->name))
			assert_int_equal(needed, is_needed(&plan->services, module->name));
		if (needed)
			assert_string_equal(info->modules[count++].name, module->name);
	}
	assert_int_equal(info->module_count, count);
}

static void modules_by_mode(void **state)
{
	struct rj_services_info info;
	struct rj_plan plan;

	(void)state;
	for (unsigned i = 0; i < RJ_INT13_COUNT * RJ_USB_COUNT; i++) {
		uint8_t mode = (uint8_t)(i % RJ_INT13_COUNT);
		uint32_t usb = i / RJ_INT13_COUNT;

		if (mode == RJ_INT13_firmware && usb != RJ_USB_keyboard && usb != RJ_USB_all)
			continue;
		assert_int_equal(plan_with_usb(&plan, mode, usb), RJ_OK);
		rj_services_of_plan(&info, unit_stub(), &plan);
		assert_true(info.carried);
		assert_null(info.wrong);
		assert_int_equal(info.block.int13, mode);
		assert_int_equal(info.block.boot_drive, 0x81);
		check_modules(&plan, &info);
		assert_int_equal(plan.pieces[0].address, HIGH_MEMORY);
		assert_int_equal(plan.pieces[0].flags, RJ_PIECE_SERVICES);
		assert_int_equal(info.block.size, plan.pieces[0].size);
		rj_plan_free(&plan);
	}
	assert_int_equal(plan_for(&plan, RJ_INT13_firmware), RJ_OK);
	assert_int_equal(plan.piece_count, 0);
	assert_int_equal(plan_with_usb(&plan, RJ_INT13_firmware, RJ_USB_none), RJ_OK);
	assert_int_equal(plan.piece_count, 0);
	rj_services_of_plan(&info, unit_stub(), &plan);
	assert_false(info.carried);
}

static void tables_that_do_not_do(void **state)
{
	static const uint8_t bytes[RJ_SERVICES_MAX];
	struct rj_service_blob blobs[RJ_SERVICES_MODULES + 1] = { { "install", bytes, 16 } };
	struct rj_service_table small = { blobs, 1 };
	struct rj_plan plan;

	(void)state;
	rj_plan_init(&plan, 0x80);
	plan.services.int13 = RJ_INT13_none;
	for (size_t i = 0; i < rj_service_module_count; i++)
		if (!is_driver(rj_service_modules[i].name))
			blobs[small.count++] = (struct rj_service_blob){
				rj_service_modules[i].name, bytes, 0 };
	blobs[0].size = RJ_SERVICES_MAX - sizeof(struct rj_services);
	assert_int_equal(rj_services_plan(&plan, &small, &error), RJ_OK);
	assert_int_equal(plan.pieces[0].size, RJ_SERVICES_MAX);
	rj_plan_free(&plan);
	/* cppcheck-suppress unreadVariable; small points there */
	blobs[0].size++;
	assert_error(rj_services_plan(&plan, &small, &error), &error, RJ_BAD,
		     "bytes, but there is room for");
	unit_says(&error, "have %u bytes, but there is room for %u", RJ_SERVICES_MAX + 1,
		  RJ_SERVICES_MAX);
	plan.services.int13 = RJ_INT13_ahci;
	assert_error(rj_services_plan(&plan, &small, &error), &error, RJ_HOST,
		     "this rjpack was built without the service \"ahci\"");
	assert_int_equal(plan.piece_count, 0);
}

/* Whether the services have the module. */
static bool carries(const struct rj_services_info *info, const char *module)
{
	for (size_t i = 0; i < info->module_count; i++)
		if (strcmp(info->modules[i].name, module) == 0)
			return true;
	return false;
}

/* Every field comes back as it went. */
static void read_back(void **state)
{
	struct rj_services_info info;
	struct rj_plan plan;

	(void)state;
	rj_plan_init(&plan, 0x80);
	plan.services.image = (struct rj_disk_image){ 0x123000, 0x456, 0x789000, 0xDEADBEEF,
						      RJ_DISK_DEFLATED | RJ_DISK_READONLY,
						      0x788001 };
	plan.services.drives[1] = (struct rj_drive){ 0x112800, 0xABC, 2048, 1023, 255, 63,
						     0xE0, RJ_DISK_CD, 5, 0 };
	plan.services.el_torito = (struct rj_el_torito){ 0x13, 4, 0x80, 1, 0x12345678, 2, 3, 0x7C0,
							 4, 5, 6, 7, 0 };
	plan.services.map[7] = (struct rj_drive_map){ 0x9F, RJ_UNIT_usb, 0xABCD, 0x13572468 };
	plan.services.usb = RJ_USB_all;
	assert_int_equal(rj_services_plan(&plan, table(), &error), RJ_OK);
	rj_services_of_plan(&info, unit_stub(), &plan);
	assert_null(info.wrong);
	assert_memory_equal(&info.block, &plan.services, sizeof(info.block));
	assert_true(carries(&info, "inflate"));
	/* as the stub reads it, on a machine of the same byte order */
	if (le16("\1") == 1)
		assert_memory_equal(plan.pieces[0].bytes, &plan.services,
				    sizeof(plan.services));
	rj_plan_free(&plan);
}

/* A drive on a RAM disk of 1 MiB, with one of its numbers changed. */
static const char *changed_drive(size_t offset, uint64_t value, size_t size)
{
	struct rj_services_info info;
	struct rj_plan plan;

	rj_plan_init(&plan, 0x80);
	plan.services.image = (struct rj_disk_image){ HIGH_MEMORY, 1 << 20, 1 << 20, 0, 0,
						      1 << 20 };
	plan.services.drives[0] = (struct rj_drive){ 512, 2047, 512, 1024, 256, 63, 0x80, 0, 0, 0 };
	assert_int_equal(rj_services_plan(&plan, table(), &error), RJ_OK);
	rj_services_of_plan(&info, unit_stub(), &plan);
	le_store(plan.pieces[0].bytes + offsetof(struct rj_services, drives) + offset,
		 value, size);
	rj_services_of_plan(&info, unit_stub(), &plan);
	rj_plan_free(&plan);
	return info.wrong ? info.wrong : "nothing";
}

static void hostile_drives(void **state)
{
	static const struct { size_t offset, size; uint64_t value; const char *wrong; } rows[] = {
		{ offsetof(struct rj_drive, sectors), 4, 2047, "nothing" },
		{ offsetof(struct rj_drive, sectors), 4, 0, "nothing" },
		{ offsetof(struct rj_drive, sectors), 4, 2048, "drive's position" },
		{ offsetof(struct rj_drive, sectors), 4, UINT32_MAX, "drive's position" },
		{ offsetof(struct rj_drive, offset), 4, 513, "drive's position" },
		{ offsetof(struct rj_drive, offset), 4, UINT32_MAX, "drive's position" },
		{ offsetof(struct rj_drive, sector_size), 2, 0, "drive's type" },
		{ offsetof(struct rj_drive, sector_size), 2, 2048, "drive's type" },
		{ offsetof(struct rj_drive, flags), 1, RJ_DISK_CD, "drive's type" },
		{ offsetof(struct rj_drive, flags), 1, 0x80, "drive's type" },
		{ offsetof(struct rj_drive, flags), 1, RJ_DISK_FLOPPY, "drive's number" },
		{ offsetof(struct rj_drive, cylinders), 2, 0, "drive's geometry" },
		{ offsetof(struct rj_drive, cylinders), 2, 1025, "drive's geometry" },
		{ offsetof(struct rj_drive, heads), 2, 0, "drive's geometry" },
		{ offsetof(struct rj_drive, heads), 2, 257, "drive's geometry" },
		{ offsetof(struct rj_drive, sectors_per_track), 1, 0, "drive's geometry" },
		{ offsetof(struct rj_drive, sectors_per_track), 1, 64, "drive's geometry" },
		{ offsetof(struct rj_drive, number), 1, 0x7F, "drive's number" },
	};

	(void)state;
	FOR_EACH(i, rows)
		assert_string_equal(changed_drive(rows[i].offset, rows[i].value, rows[i].size),
				    rows[i].wrong);
}

/* The services of a plan with one number of it changed; what is then wrong. */
static const char *changed(size_t module, size_t offset, uint64_t value, size_t size)
{
	static struct rj_services_info info;
	struct rj_plan plan;
	size_t at;

	assert_int_equal(plan_for(&plan, RJ_INT13_auto), RJ_OK);
	rj_services_of_plan(&info, unit_stub(), &plan);
	at = module > 0 ? sizeof(struct rj_services) + info.block.installer_size
		+ info.block.survey_size : 0;
	for (size_t i = 1; i < module; i++)
		at += sizeof(struct rj_module) + info.modules[i - 1].packed_size;
	le_store(plan.pieces[0].bytes + at + offset, value, size);
	rj_services_parse(&info, unit_stub(), plan.pieces[0].bytes, (size_t)plan.pieces[0].size);
	rj_plan_free(&plan);
	return info.wrong ? info.wrong : "nothing";
}

static void hostile(void **state)
{
	static const uint32_t values[] = { 1, 31, 0x7FFFFFF0, 0x80000000, 0xFFFFFFF0, UINT32_MAX };

	(void)state;
	assert_string_equal(changed(0, 0, RJ_SERVICES_MAGIC, 4), "nothing");
	assert_string_equal(changed(0, 0, 0, 4), "header");
	assert_string_equal(changed(0, offsetof(struct rj_services, size), 160, 4), "header");
	assert_string_equal(changed(0, offsetof(struct rj_services, version), RJ_SERVICES_VERSION + 1, 2), "version");
	assert_string_equal(changed(0, offsetof(struct rj_services, int13), RJ_INT13_COUNT, 1),
			    "mode");
	/* another version may know more words */
	assert_string_equal(changed(0, offsetof(struct rj_services, version), 0xFF0000 | (RJ_SERVICES_VERSION + 1), 3), "version");
	assert_string_equal(changed(0, offsetof(struct rj_services, usb), RJ_USB_COUNT, 4),
			    "USB mode");
	assert_string_equal(changed(0, offsetof(struct rj_services, map[7].word), RJ_UNIT_COUNT, 1),
			    "drive map");
	assert_string_equal(changed(0, offsetof(struct rj_services, image.flags), 0x10, 4),
			    "RAM disk's flags");
	assert_string_equal(changed(0, offsetof(struct rj_services, image.size), 512, 4),
			    "RAM disk's size");
	assert_string_equal(changed(0, offsetof(struct rj_services, image.packed_size), 512, 4),
			    "RAM disk's size");
	assert_string_equal(changed(0, offsetof(struct rj_services, image.contents), 1, 4),
			    "RAM disk's size");
	assert_string_equal(changed(0, offsetof(struct rj_services, drives[1].sectors), 1, 4),
			    "drive's type");
	assert_string_equal(changed(0, offsetof(struct rj_services, el_torito.size), 1, 1),
			    "El Torito packet");
	assert_string_equal(changed(0, offsetof(struct rj_services, map[3].number), 0x7F, 1),
			    "drive map");
	FOR_EACH(i, values) {
		assert_string_equal(changed(2, offsetof(struct rj_module, size), values[i], 4),
				    "size of a module");
		assert_string_equal(changed(2, offsetof(struct rj_module, resident), values[i], 4),
				    "resident part of a module");
		if (values[i] <= 31)
			continue;
		assert_string_equal(changed(5, offsetof(struct rj_module, interface),
					    values[i], 4), "interface of a module");
		assert_string_equal(changed(5, offsetof(struct rj_module, kind), values[i], 4),
				    "kind of a module");
		assert_string_equal(changed(3, offsetof(struct rj_module, packed_size),
					    values[i], 4), "packed size of a module");
		assert_string_equal(changed(1, offsetof(struct rj_module, relocation_count),
					    values[i], 4), "size of a module");
		assert_string_equal(changed(0, offsetof(struct rj_services, installer_size),
					    values[i], 4), "installer's size");
		assert_string_equal(changed(0, offsetof(struct rj_services, survey_size),
					    values[i], 4), values[i] > 31 ? "survey's size" : "survey");
	}
	/* a module whose packed bytes end early, and what follows is no module */
	assert_string_not_equal(changed(1, offsetof(struct rj_module, packed_size), 64, 4), "nothing");
	assert_string_equal(changed(0, sizeof(struct rj_services), 0, 4), "installer");
	assert_string_equal(changed(3, sizeof(struct rj_module), 0, 4), "size of a module");
}

/* A piece with one module so many times; what is wrong with it. */
static const char *repeated(size_t times, struct rj_services_info *info)
{
	static uint8_t piece[2 * RJ_SERVICES_MAX];
	struct rj_plan plan;
	size_t front, at, size;

	assert_int_equal(plan_for(&plan, RJ_INT13_nvme), RJ_OK);
	rj_services_of_plan(info, unit_stub(), &plan);
	front = sizeof(struct rj_services) + info->block.installer_size + info->block.survey_size;
	at = front + sizeof(struct rj_module) + info->modules[0].packed_size;
	size = sizeof(struct rj_module) + info->modules[1].packed_size;
	memcpy(piece, plan.pieces[0].bytes, front);
	for (size_t i = 0; i < times; i++)
		memcpy(piece + front + i * size, plan.pieces[0].bytes + at, size);
	LE_PUT(piece, struct rj_services, size, front + times * size);
	rj_services_parse(info, unit_stub(), piece, front + times * size);
	rj_plan_free(&plan);
	return info->wrong ? info->wrong : "nothing";
}

static void many_modules(void **state)
{
	struct rj_services_info info;

	(void)state;
	assert_string_equal(repeated(RJ_SERVICES_MODULES, &info), "nothing");
	assert_int_equal(info.module_count, RJ_SERVICES_MODULES);
	assert_true(info.module_count >= 32 && info.block.size <= RJ_SERVICES_MAX);
	assert_string_equal(repeated(RJ_SERVICES_MODULES + 1, &info), "module table");
}

static void drive_maps(void **state)
{
	static const struct { const char *text; uint8_t number; uint16_t pci; uint32_t unit;
			      const char *name; } good[] = {
		{ "0x80=pci:00:1f.2/port0", 0x80, 0x00FA, 0, "port0" },
		{ "hd1=pci:0000:03:00.0/ns1", 0x81, 0x0300, 1, "ns1" },
		{ "0xff=pci:ff:1f.7/target4294967295", 0xFF, 0xFFFF, UINT32_MAX,
		  "target4294967295" },
		{ "82h=pci:0:4.0", 0x82, 0x0020, 0, "unit 0" },
		{ "hd3=pci:00:14.0/usb2", 0x83, 0x00A0, 2, "usb2" },
		{ "hd4=pci:00:14.0/usb2.1/lun3", 0x84, 0x00A0, 0x30000102, "usb2.1/lun3" },
		{ "hd5=pci:00:14.0/usb255.15.14.13.12.11/lun15", 0x85, 0x00A0, 0xFBCDEFFF,
		  "usb255.15.14.13.12.11/lun15" },
	};
	static const struct { const char *text; struct unit_outcome outcome; } bad[] = {
		{ "0x80", MAP_SYNTAX }, { "=pci:0:0.0", MAP_NUMBER },
		{ "0x7f=pci:0:0.0", MAP_NUMBER }, { "fd0=pci:0:0.0", MAP_NUMBER },
		{ "0x100=pci:0:0.0", MAP_NUMBER },
		{ "0x8000000000000000000=pci:0:0.0", MAP_SYNTAX },
		{ "hd0=", MAP_SYNTAX }, { "hd0=pci:", MAP_SYNTAX },
		{ "hd0=pci:0:0", MAP_SYNTAX }, { "hd0=pci:0:0.", MAP_SYNTAX },
		{ "hd0=pci:0:20.0", MAP_SYNTAX }, { "hd0=pci:0:0.8", MAP_SYNTAX },
		{ "hd0=pci:100:0.0", MAP_SYNTAX }, { "hd0=pci:0:0.0x", MAP_SYNTAX },
		{ "hd0=pci:0:0.0/", MAP_SYNTAX }, { "hd0=pci:0:0.0/lun1", MAP_SYNTAX },
		{ "hd0=pci:0:0.0/port", NUMBER }, { "hd0=pci:0:0.0/port4G", TOO_LARGE },
		{ "hd0=pci:0:0.0/usb", MAP_USB }, { "hd0=pci:0:0.0/usb0", MAP_USB },
		{ "hd0=pci:0:0.0/usb256", MAP_USB }, { "hd0=pci:0:0.0/usb1.0", MAP_USB },
		{ "hd0=pci:0:0.0/usb1.16", MAP_USB }, { "hd0=pci:0:0.0/usb1.", MAP_USB },
		{ "hd0=pci:0:0.0/usb1.1.1.1.1.1.1", MAP_USB }, { "hd0=pci:0:0.0/usb0001", MAP_USB },
		{ "hd0=pci:0:0.0/usb1/lun", MAP_USB }, { "hd0=pci:0:0.0/usb1/lun16", MAP_USB },
		{ "hd0=pci:0:0.0/usb1/lun1.1", MAP_USB }, { "hd0=pci:0:0.0/usb1x", MAP_USB },
		{ "hd0=pci:0001:00:0.0", MAP_DOMAIN }, { "hd0=usb:0:0.0", MAP_SYNTAX },
	};
	struct rj_services services = { 0 };
	char text[64];

	(void)state;
	FOR_EACH_NAMED(i, good, good[i].text) {
		assert_int_equal(rj_drive_map_add(&services, good[i].text, &error), RJ_OK);
		assert_int_equal(services.map[i].number, good[i].number);
		assert_int_equal(services.map[i].pci, good[i].pci);
		assert_int_equal(services.map[i].unit, good[i].unit);
		assert_string_equal(rj_unit_format(services.map[i].word, services.map[i].unit, text),
				    good[i].name);
	}
	FOR_EACH_NAMED(i, bad, bad[i].text)
		assert_outcome(rj_drive_map_add(&services, bad[i].text, &error),
			       &error, &bad[i].outcome);
	assert_error(rj_drive_map_add(&services, "hd0=pci:9:0.0", &error), &error, RJ_BAD,
		     "repeats a number or a disk");
	assert_error(rj_drive_map_add(&services, "hd9=pci:0:4.0", &error), &error, RJ_BAD,
		     "repeats a number or a disk");
	for (unsigned n = sizeof(good) / sizeof(good[0]); n < RJ_MAX_DRIVE_MAP; n++) {
		snprintf(text, sizeof(text), "hd%u=pci:40:%x.0", n + 10, n);
		assert_int_equal(rj_drive_map_add(&services, text, &error), RJ_OK);
	}
	assert_error(rj_drive_map_add(&services, "hd50=pci:9:0.0", &error), &error, RJ_BAD,
		     "drives");
}

/* Nothing else may be where the services are, if there are any. */
static void room(void **state)
{
	static const struct {
		uint64_t address, size;
		uint32_t flags;
		struct unit_outcome outcome;
	} rows[] = {
		{ SERVICES - 1, 1, 0, RESERVED },
		{ SERVICES, 1, RJ_PIECE_SERVICES, SERVICES_PIECE },
		{ EBDA_FLOOR - 1, 1, 0, SERVICES_ROOM },
		{ EBDA_FLOOR - 1, 1, RJ_PIECE_FIRMWARE, SERVICES_ROOM },
		{ EBDA_FLOOR, 1, RJ_PIECE_FIRMWARE, GOOD },
		{ BOOT_SECTOR + 512, 1, RJ_PIECE_SERVICES, SERVICES_PIECE },
		{ 2 * HIGH_MEMORY, RJ_SERVICES_MAX, RJ_PIECE_SERVICES, GOOD },
		{ 2 * HIGH_MEMORY, RJ_SERVICES_MAX + 1, RJ_PIECE_SERVICES, SERVICES_PIECE },
		{ HIGH_MEMORY, 1, RJ_PIECE_MAKER, SERVICES_PIECE },
		{ DISK_MAKER, EBDA_FLOOR - DISK_MAKER, RJ_PIECE_MAKER, GOOD },
		{ DISK_MAKER, EBDA_FLOOR - DISK_MAKER + 1, RJ_PIECE_MAKER, SERVICES_PIECE },
		{ DISK_MAKER, 1, 0, SERVICES_ROOM },
		{ HIGH_MEMORY, 1, 0, OVERLAP },
		{ 2 * HIGH_MEMORY, 1, 0, GOOD },
	};
	struct rj_input input = { .fd = -1, .path = "unit" };
	struct rj_plan plan;

	(void)state;
	FOR_EACH(i, rows) {
		assert_int_equal(plan_for(&plan, RJ_INT13_none), RJ_OK);
		rj_plan_add(&plan, ".mbr", BOOT_SECTOR, &input, 0, 512, &error);
		rj_plan_add(&plan, ".other", rows[i].address, &input, 0, rows[i].size, &error);
		plan.pieces[2].flags = rows[i].flags;
		rj_plan_set_entry(&plan, 0, BOOT_SECTOR);
		assert_outcome(rj_plan_seal(&plan, &error), &error, &rows[i].outcome);
		rj_plan_free(&plan);
	}
	assert_int_equal(plan_for(&plan, RJ_INT13_none), RJ_OK);
	rj_plan_set_entry(&plan, 0xFFFF, 0x10);
	assert_error(rj_plan_seal(&plan, &error), &error, RJ_BAD, "is outside every piece");
	rj_plan_free(&plan);
}

UNIT_MAIN(cmocka_unit_test(modules_by_mode), cmocka_unit_test(tables_that_do_not_do),
	  cmocka_unit_test(read_back), cmocka_unit_test(hostile), cmocka_unit_test(many_modules),
	  cmocka_unit_test(hostile_drives), cmocka_unit_test(drive_maps),
	  cmocka_unit_test(room))
