/* SPDX-License-Identifier: MIT */
/*
 * What the installer serves, and what it prints of the rest, on PCI functions and with drivers that
 * are played here. It runs once on a machine: each run is a process of its own.
 */
#include "unit.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include "common/bda.h"
#include "driver_host.h"
#include "fake_io.h"
#include "hardware/paging.h"
#include "hardware/ram.h"
#include "install/memory.h"
#include "install/modules.h"

rj_installer install;

#define FUNCTIONS 32u
#define DISKS     64u

/* A function of the machine, and the disks that its driver finds there. */
struct function {
	uint16_t place;                 /* as rj_disk.pci */
	uint32_t id, class;
	unsigned disks;
	uint32_t flags;                 /* of its disks */
	bool bus_master, is_firmwares;
};

/* A machine, and how the image was packed. */
struct machine {
	struct function functions[FUNCTIONS];
	enum rj_firmware firmware;
	uint32_t int13;
	bool is_verbose;
	uint8_t hard_disks;             /* in the BDA */
	struct rj_drive_map map[RJ_MAX_DRIVE_MAP];
};

/* What came of it: shared with the process that ran it. */
static struct outcome {
	struct rj_disk disks[DISKS];
	char drivers[DISKS][8];
	uint32_t count;
	char text[4096];
	bool has_failed, was_set_up;
} *outcome;

static const struct machine *machine;

/* The first MiB, of which only the BDA is of use. */
static uint8_t low[0x1000];

uint8_t read8(uint32_t address)
{
	assert_true(address < sizeof(low));
	return low[address];
}

uint16_t read16(uint32_t address)
{
	return (uint16_t)(read8(address) | read8(address + 1) << 8);
}

uint32_t read32(uint32_t address)
{
	return read16(address) | (uint32_t)read16(address + 2) << 16;
}

void write8(uint32_t address, uint8_t value)
{
	fail_msg("write8 of %x: %x", address, value);
}

void write16(uint32_t address, uint16_t value)
{
	assert_true(address < sizeof(low) - 1);
	le_store(low + address, value, 2);
}

uint64_t rdtsc(void)
{
	static uint64_t now;

	return now += HOST_TICKS;
}

/* PCI. */
#define POWER   0x40u                   /* the only capability, which all functions have */
#define CONTROL (POWER + PCI_POWER_CONTROL)

static uint16_t command_of(const struct function *f)
{
	return (uint16_t)(PCI_MEMORY | (f->bus_master ? PCI_BUS_MASTER : 0));
}

/* Another system has left it in D3hot. */
static struct pci_function asleep(const struct function *f)
{
	struct pci_function made = pci_function((uint32_t)f->place << 8, f->id, f->class << 8, command_of(f));

	made.space[PCI_COMMAND / 4] |= PCI_HAS_CAPABILITIES << 16;
	made.space[PCI_CAPABILITIES / 4] = POWER;
	made.space[POWER / 4] = PCI_POWER;
	made.space[CONTROL / 4] = PCI_POWER_STATE;
	made.writable[CONTROL / 4] = PCI_POWER_STATE;
	for (uint32_t i = 0; i < PCI_BARS; i++)
		made.writable[PCI_BAR0 / 4 + i] = 0xFFFFF000;
	return made;
}

static void start_pci(void)
{
	static struct pci_function functions[FUNCTIONS];
	size_t count = 0;

	for (const struct function *f = machine->functions; count < FUNCTIONS && f->id; f++, count++)
		functions[count] = asleep(f);
	pci_model_start(functions, count, NULL);
}

/* The drivers: one for all. */
static const struct function *function_at(uint32_t pci)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (machine->functions[i].id && machine->functions[i].place == pci >> 8)
			return &machine->functions[i];
	fail_msg("PCI %x is none of the machine's functions", pci);
	return NULL;
}

static bool is_firmwares(uint32_t pci, const struct rj_host *host)
{
	(void)host;
	return function_at(pci)->is_firmwares;
}

static void attach(uint32_t pci, const struct rj_host *host)
{
	const struct function *f = function_at(pci);

	assert_int_equal(pci_model_at(pci)->space[CONTROL / 4] & PCI_POWER_STATE, 0);
	pci_enable(pci, PCI_BUS_MASTER);
	for (unsigned i = 0; i < f->disks; i++)
		host->add_disk(&(struct rj_disk){ .sectors = 1000, .sector_size = 512, .unit = i,
						  .flags = f->flags });
}

static struct driver_module {
	struct rj_module module;
	struct rj_driver driver;
} driver_module = {
	{ .kind = RJ_MODULE_DRIVER, .interface = offsetof(struct driver_module, driver) },
	{ is_firmwares, attach },
};

static bool take_note(const struct rj_setup *setup)
{
	outcome->was_set_up = true;
	outcome->count = setup->found_count;
	for (uint32_t i = 0; i < setup->found_count; i++) {
		outcome->disks[i] = setup->found[i].disk;
		strncpy(outcome->drivers[i], setup->found[i].driver, sizeof(outcome->drivers[i]) - 1);
	}
	return false;
}

/* A module with a struct rj_resident. */
static _Alignas(16) uint8_t resident_module[sizeof(struct rj_module) + sizeof(struct rj_resident)];

static void make_resident_module(void)
{
	const struct rj_module module = { .kind = RJ_MODULE_RESIDENT, .interface = sizeof(module) };
	const struct rj_resident resident = { .is_wanted = take_note };

	memcpy(resident_module, &module, sizeof(module));
	memcpy(resident_module + sizeof(module), &resident, sizeof(resident));
}

const struct rj_module *module_find(const char *name)
{
	return strcmp(name, "linux") == 0 ? NULL : &driver_module.module;
}

void module_for_each(void (*visit)(const struct rj_module *module))
{
	visit(&driver_module.module);
	visit((const struct rj_module *)resident_module);
}

struct rj_module *module_load(const struct rj_module *carried)
{
	return carried == &driver_module.module ? &driver_module.module
		: (struct rj_module *)resident_module;
}

struct rj_module *module_move(struct rj_module *module, uint32_t alignment, uint32_t more)
{
	(void)alignment;
	(void)more;
	return module;
}

struct rj_module *module_move_high(struct rj_module *module)
{
	return module;
}

uint32_t module_keep(const struct rj_module *module)
{
	(void)module;
	return 0x90000;
}

void modules_init(const struct rj_stub *from, const struct rj_services *carried,
		  uint32_t top_of_memory, uint32_t more)
{
	(void)from;
	(void)carried;
	(void)top_of_memory;
	(void)more;
}

uint32_t modules_size(const struct rj_services *carried)
{
	(void)carried;
	return 0;
}

/* Memory. */
uint32_t memory_init(const struct rj_stub *from, uint32_t base_memory, bool from_loader)
{
	(void)from;
	(void)base_memory;
	(void)from_loader;
	return 0;
}

bool memory_is_free(uint64_t address)
{
	(void)address;
	return false;
}

uint32_t memory_free_end(uint32_t address)
{
	return address;
}

uint32_t memory_find(uint32_t size)
{
	(void)size;
	return 0;
}

uint32_t memory_reserve(uint32_t size)
{
	(void)size;
	return 0;
}

void *memory_alloc(uint32_t size, uint32_t alignment)
{
	return host_alloc(size, alignment);
}

const struct rj_memory *memory_map(uint32_t *rows)
{
	*rows = 0;
	return NULL;
}

void memory_lower(uint32_t end)
{
	(void)end;
}

uint32_t paging_map(uint64_t physical, uint32_t size)
{
	(void)size;
	return (uint32_t)physical;
}

uint32_t paging_end(void)
{
	return 0;
}

bool ram_holds(uint32_t address, uint32_t size)
{
	(void)address;
	(void)size;
	return true;
}

/* The stub. */
static uint32_t ticks_per_ms(void)
{
	return HOST_TICKS;
}

static const char *boot_option(const char *name)
{
	(void)name;
	return NULL;
}

static void give_to_firmware(uint32_t pci)
{
	(void)pci;
}

/* A controller without disks is left as it was, but for its power. */
static void finish(void)
{
	for (const struct function *f = machine->functions; f < machine->functions + FUNCTIONS && f->id; f++)
		if (!f->disks)
			assert_int_equal(pci_function_command(pci_model_at((uint32_t)f->place << 8)),
					 command_of(f));
	memcpy(outcome->text, host_found.text, sizeof(outcome->text));
	exit(0);
}

static void fail_as_stub(const char *format, ...)
{
	driver_host.print("%s", format);
	outcome->has_failed = true;
	finish();
}

static void run_installer(void)
{
	static struct rj_manifest manifest;
	static struct rj_acpi acpi;
	struct rj_services services = { .int13 = (uint8_t)machine->int13 };
	const struct rj_stub stub = {
		.print = driver_host.print, .fail = fail_as_stub, .ticks_per_ms = ticks_per_ms,
		.boot_option = boot_option, .give_to_firmware = give_to_firmware,
		.manifest = &manifest, .acpi = &acpi,
	};

	host_start(0, 0);
	make_resident_module();
	manifest.flags = machine->is_verbose ? RJ_VERBOSE : 0;
	memcpy(services.map, machine->map, sizeof(services.map));
	le_store(low + BDA_BASE_MEMORY, 639, 2);
	low[BDA_HARD_DISKS] = machine->hard_disks;
	start_pci();
	install(&stub, &services, machine->firmware);
	finish();
}

/* Runs the installer on a machine; what it did is in outcome. */
static void install_on(const struct machine *m)
{
	int status;
	pid_t child;

	if (!outcome) {
		outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		assert_true(outcome != MAP_FAILED);
	}
	memset(outcome, 0, sizeof(*outcome));
	machine = m;
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		run_installer();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_false(outcome->has_failed);
}

#define NO_DRIVER ": no driver serves it, and INT 13h may not; pack with --from-running or --disk\n"

/* A controller that nobody serves is named where there is no other disk. */
static void unserved(void **state)
{
	static const struct {
		uint32_t id, class;
		const char *text;
	} rows[] = {
		{ 0x201D8086, 0x010400, "Intel VMD, which hides NVMe disks, 8086:201D" },
		{ 0x28C08086, 0x010400, "Intel VMD, which hides NVMe disks, 8086:28C0" },
		{ 0x467F8086, 0x010400, "Intel VMD, which hides NVMe disks, 8086:467F" },
		{ 0x4C3D8086, 0x010400, "Intel VMD, which hides NVMe disks, 8086:4C3D" },
		{ 0x7D0B8086, 0x010400, "Intel VMD, which hides NVMe disks, 8086:7D0B" },
		{ 0x9A0B8086, 0x010400, "Intel VMD, which hides NVMe disks, 8086:9A0B" },
		{ 0xA77F8086, 0x010400, "Intel VMD, which hides NVMe disks, 8086:A77F" },
		{ 0xAD0B8086, 0x010400, "Intel VMD, which hides NVMe disks, 8086:AD0B" },
		{ 0x28228086, 0x010400, "a RAID controller, 8086:2822" },       /* RST in RAID mode */
		{ 0x005D1000, 0x010400, "a RAID controller, 1000:005D" },       /* Fusion, not named */
		{ 0x20201022, 0x010000, "a SCSI controller, 1022:2020" },
		{ 0x12341234, 0x010185, NULL },                                 /* IDE */
		{ 0x12341234, 0x010600, "a SATA controller, 1234:1234" },       /* not AHCI */
		{ 0x00971000, 0x010700, "a SAS controller, 1000:0097" },        /* MPT3, not named */
		{ 0x12341234, 0x010801, "a flash memory controller, 1234:1234" },
		{ 0x12341234, 0x018000, "a disk controller, 1234:1234" },
		{ 0x12341234, 0x020000, NULL },                                 /* a network card */
		{ 0x12341234, 0x0C0320, NULL },                                 /* EHCI: not the disk's for sure */
	};

	(void)state;
	FOR_EACH(i, rows) {
		struct machine m = { .functions = { { .place = 0x6A38, .id = rows[i].id,
						      .class = rows[i].class } },
				     .firmware = RJ_FIRMWARE_REBUILT };
		char text[256] = "";

		if (rows[i].text)
			snprintf(text, sizeof(text), "6A:07.0 is %s" NO_DRIVER, rows[i].text);
		install_on(&m);
		assert_string_equal(outcome->text, text);
		assert_false(outcome->was_set_up);
	}
}

#define VMD(number) { .place = (number) << 3, .id = 0x9A0B8086, .class = 0x010400 }
#define VMD_TEXT(place) place " is Intel VMD, which hides NVMe disks, 8086:9A0B" NO_DRIVER
#define AHCI(number, count) { .place = (number) << 3, .id = 0x29228086, .class = 0x010601, .disks = (count) }
#define FUSION(number, count) { .place = (number) << 3, .id = 0x005D1000, .class = 0x010400, .disks = (count) }
#define MPT3(number, count) { .place = (number) << 3, .id = 0x00E61000, .class = 0x010700, .disks = (count) }

/* When it is named, and with what else. */
static void when(void **state)
{
	static const struct {
		const char *name;
		struct machine machine;
		const char *text;
		unsigned disks;
	} rows[] = {
		{ "another disk", { .functions = { VMD(14), AHCI(31, 1) }, .firmware = RJ_FIRMWARE_REBUILT }, "", 1 },
		{ "the same, verbose", { .functions = { VMD(14), AHCI(31, 1) }, .firmware = RJ_FIRMWARE_REBUILT,
		  .is_verbose = true }, VMD_TEXT("00:0E.0"), 1 },
		{ "an HBA without disks", { .functions = { VMD(14), AHCI(31, 0) }, .firmware = RJ_FIRMWARE_REBUILT },
		  VMD_TEXT("00:0E.0"), 0 },
		{ "two of them", { .functions = { VMD(14), VMD(15) }, .firmware = RJ_FIRMWARE_REBUILT },
		  VMD_TEXT("00:0E.0") VMD_TEXT("00:0F.0"), 0 },
		{ "the firmware's, Bus Master off", { .functions = { VMD(14) }, .hard_disks = 1 },
		  VMD_TEXT("00:0E.0"), 0 },
		{ "the firmware's, Bus Master on", { .functions = { { .place = 14 << 3, .id = 0x9A0B8086,
		  .class = 0x010400, .bus_master = true } }, .hard_disks = 1 }, "", 0 },
		{ "--int13 firmware", { .functions = { VMD(14) }, .int13 = RJ_INT13_firmware }, "", 0 },
		{ "--int13 none", { .functions = { VMD(14) }, .int13 = RJ_INT13_none }, "", 0 },
		{ "--int13 ahci", { .functions = { VMD(14) }, .int13 = RJ_INT13_ahci,
		  .firmware = RJ_FIRMWARE_REBUILT }, VMD_TEXT("00:0E.0"), 0 },
		{ "a driver that has to be named", { .functions = { FUSION(3, 2) }, .firmware = RJ_FIRMWARE_REBUILT },
		  "00:03.0 is a RAID controller, 1000:005D" NO_DRIVER, 0 },
		{ "and is", { .functions = { FUSION(3, 2) }, .firmware = RJ_FIRMWARE_REBUILT,
		  .int13 = RJ_INT13_fusion }, "", 2 },
		{ "another one", { .functions = { MPT3(3, 2), FUSION(4, 1) }, .firmware = RJ_FIRMWARE_REBUILT,
		  .int13 = RJ_INT13_mpt3 }, "", 2 },
		{ "another one, not named", { .functions = { MPT3(3, 2) }, .firmware = RJ_FIRMWARE_REBUILT },
		  "00:03.0 is a SAS controller, 1000:00E6" NO_DRIVER, 0 },
		{ "a driver that finds nothing", { .functions = { AHCI(31, 0) }, .hard_disks = 1 },
		  "the disk's controller is not supported, and the firmware may have lost it\n", 0 },
		{ "the firmware's own", { .functions = { { .place = 31 << 3, .id = 0x29228086, .class = 0x010601,
		  .disks = 1, .is_firmwares = true } }, .hard_disks = 1 }, "", 0 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		install_on(&rows[i].machine);
		assert_string_equal(outcome->text, rows[i].text);
		assert_int_equal(outcome->count, rows[i].disks);
	}
}

/* More disks than the installer has room for: those that --drive-map names are among them. */
static void limit(void **state)
{
	static const char text[] = "more than 48 disks; name those of megaraid's that you need with --drive-map\n";
	static const struct {
		const char *name;
		unsigned disks;
		struct rj_drive_map map[RJ_MAX_DRIVE_MAP];
		uint32_t last[3];       /* the units of the last disks */
		bool is_told;
	} rows[] = {
		{ "as many", 48, { { .number = 0x80, .pci = 0x18, .unit = 47 } }, { 45, 46, 47 }, false },
		{ "one more", 49, { { 0 } }, { 45, 46, 47 }, true },
		{ "the last", 64, { { .number = 0x80, .pci = 0x18, .unit = 63 } }, { 45, 46, 63 }, true },
		{ "two", 64, { { .number = 0x80, .pci = 0x18, .unit = 63 }, { .number = 0x81, .pci = 0x18, .unit = 50 } },
		  { 45, 63, 50 }, true },
		{ "at another function", 64, { { .number = 0x80, .pci = 0x19, .unit = 63 } }, { 45, 46, 47 }, true },
		{ "the first", 64, { { .number = 0x80, .pci = 0x18, .unit = 0 } }, { 45, 46, 47 }, true },
		{ "one that stays", 64, { { .number = 0x80, .pci = 0x18, .unit = 47 },
		  { .number = 0x81, .pci = 0x18, .unit = 48 } }, { 45, 48, 47 }, true },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		struct machine m = { .functions = { { .place = 0x18, .id = 0x00791000, .class = 0x010400,
						      .disks = rows[i].disks } },
				     .firmware = RJ_FIRMWARE_REBUILT };

		memcpy(m.map, rows[i].map, sizeof(m.map));
		install_on(&m);
		assert_string_equal(outcome->text, rows[i].is_told ? text : "");
		assert_int_equal(outcome->count, 48);
		for (unsigned j = 0; j < 3; j++)
			assert_int_equal(outcome->disks[45 + j].unit, rows[i].last[j]);
	}
}

/* By the address of the controller, not by the order of drivers; what can be removed comes last. */
static void order(void **state)
{
	static const struct machine m = { .functions = {
		{ .place = 0x10, .id = 0x10421AF4, .class = 0x010000, .disks = 1 },
		{ .place = 0x18, .id = 0x12341234, .class = 0x080501, .disks = 1, .flags = RJ_DISK_REMOVABLE },
		AHCI(4, 2),
		{ .place = 0x28, .id = 0x07C015AD, .class = 0x010700, .disks = 1 } },
		.firmware = RJ_FIRMWARE_REBUILT };
	static const struct {
		uint16_t pci;
		uint32_t unit;
		const char *driver;
	} expected[] = { { 0x10, 0, "virtio" }, { 0x20, 0, "ahci" }, { 0x20, 1, "ahci" }, { 0x28, 0, "pvscsi" },
			 { 0x18, 0, "sdhci" } };

	(void)state;
	install_on(&m);
	assert_int_equal(outcome->count, COUNT_OF(expected));
	FOR_EACH(i, expected) {
		assert_int_equal(outcome->disks[i].pci, expected[i].pci);
		assert_int_equal(outcome->disks[i].unit, expected[i].unit);
		assert_string_equal(outcome->drivers[i], expected[i].driver);
	}
}

UNIT_MAIN(cmocka_unit_test(unserved), cmocka_unit_test(when), cmocka_unit_test(limit),
	  cmocka_unit_test(order))
