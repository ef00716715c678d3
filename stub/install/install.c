/* SPDX-License-Identifier: MIT */
/*
 * Runs once, after the payload has been placed: finds the controllers, attaches drivers to those
 * that the firmware has lost, and sets up the resident modules.
 */
#include "abi/install.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/layout.h"
#include "common/bda.h"
#include "common/mem.h"
#include "common/own_bios.h"
#include "common/units.h"
#include "common/words.h"
#include "hardware/io.h"
#include "hardware/ivt.h"
#include "hardware/paging.h"
#include "hardware/pci.h"
#include "install/base_memory.h"
#include "install/changes.h"
#include "install/linux.h"
#include "install/memory.h"
#include "install/modules.h"
#include "install/ram_disk.h"
#include "int13/int13.h"
#include "screen/text_screen.h"

#define MAX_CONTROLLERS 32
#define PARAGRAPH       16u

rj_installer install;

struct controller {
	uint32_t pci;
	uint8_t driver;         /* RJ_INT13_*, or RJ_INT13_none */
	bool served;
	bool firmwares;         /* not ours, and the firmware may serve disks there */
};

static const char *const modes[] = {
#define ROW(name, what) [RJ_INT13_##name] = #name,
	RJ_INT13_MODES(ROW)
#undef ROW
};

static const char *const usb_modes[] = {
#define ROW(name, what) [RJ_USB_##name] = #name,
	RJ_USB_MODES(ROW)
#undef ROW
};

static const struct rj_stub *stub;
static enum rj_firmware firmware;
static struct rj_services *services;
static uint32_t mode, usb_mode;
static struct rj_host host;
static struct controller controllers[MAX_CONTROLLERS];
static uint32_t controller_count;
static struct rj_found found[RJ_MAX_FOUND];
static uint32_t found_count;
static struct rj_keyboards keyboards[RJ_MAX_KEYBOARDS];
static uint32_t keyboards_count;
static uint32_t ebda;           /* of our own BIOS; 0: the machine's BIOS serves */
static uint32_t page_tables;    /* for registers above 4 GiB */
static struct rj_efi *efi;      /* for Linux; NULL: no runtime services */
static struct rj_text_screen text_screen;
static uint16_t pci_now;        /* the controller that is being attached, and its driver */
static const char *driver_now;

static void be_quiet(const char *format, ...)
{
	(void)format;
}

/* --int13, or rj.int13 on the loader's command line, which has priority. */
static uint32_t chosen_mode(void)
{
	const char *word = stub->boot_option("rj.int13");
	uint32_t number = word ? number_of(word, modes, RJ_INT13_COUNT) : services->int13;

	if (number == RJ_INT13_COUNT)
		stub->fail("rj.int13=%s: expected auto, firmware, none or a driver's name", word);
	return number;
}

/* --usb, or rj.usb. */
static uint32_t chosen_usb_mode(void)
{
	const char *word = stub->boot_option("rj.usb");
	uint32_t number = word ? number_of(word, usb_modes, RJ_USB_COUNT) : services->usb;

	if (number == RJ_USB_COUNT)
		stub->fail("rj.usb=%s: expected auto, none, keyboard or all", word);
	return number;
}

static void note_controller(uint32_t pci)
{
	uint8_t driver = rj_driver_for(pci_read(pci, PCI_CLASS) >> 8, pci_read(pci, PCI_VENDOR));
	bool has_disks = pci_is_disk_controller(pci);

	if ((has_disks || driver != RJ_INT13_none) && controller_count < MAX_CONTROLLERS)
		controllers[controller_count++] = (struct controller){
			.pci = pci, .driver = driver, .firmwares = has_disks };
}

static void tell_full(void)
{
	static bool is_told;

	if (!is_told)
		stub->print("more than %u disks; name those of %s's that you need with --drive-map",
			    RJ_MAX_FOUND, driver_now);
	is_told = true;
}

static bool is_mapped(uint16_t pci, uint32_t unit)
{
	for (uint32_t i = 0; i < RJ_MAX_DRIVE_MAP; i++)
		if (services->map[i].number && services->map[i].pci == pci
		    && services->map[i].unit == unit)
			return true;
	return false;
}

_Static_assert(RJ_MAX_FOUND > RJ_MAX_DRIVE_MAP, "a disk that is not mapped");

/* A USB disk, or another one that can be removed. */
static bool is_pluggable(const struct rj_found *f)
{
	return f->driver == modes[RJ_INT13_usb]
		|| (f->disk.flags & (RJ_DISK_REMOVABLE | RJ_DISK_CD)) == RJ_DISK_REMOVABLE;
}

/*
 * In the order of the controllers, and for each in its driver's order. What can be plugged in later
 * comes last, so that it does not move the others.
 */
static bool is_after(const struct rj_found *other, const struct rj_found *f)
{
	if (is_pluggable(other) != is_pluggable(f))
		return is_pluggable(other);
	return other->disk.pci > f->disk.pci;
}

static void add_disk(const struct rj_disk *disk)
{
	struct rj_found new = { .disk = *disk, .driver = driver_now };
	uint32_t at = found_count;

	if (found_count == RJ_MAX_FOUND) {
		tell_full();
		if (!is_mapped(pci_now, disk->unit))
			return;
		/* It takes the place of the last one that --drive-map does not name. */
		do
			at--;
		while (is_mapped(found[at].disk.pci, found[at].disk.unit));
		found_count--;
	}
	new.disk.pci = pci_now;
	while (at && is_after(&found[at - 1], &new)) {
		found[at] = found[at - 1];
		at--;
	}
	found[at] = new;
	found_count++;
}

static void add_keyboards(const struct rj_keyboards *added)
{
	if (keyboards_count == RJ_MAX_KEYBOARDS) {
		stub->print("more than %u controllers have keyboards; the others are not served",
			    keyboards_count);
		return;
	}
	keyboards[keyboards_count++] = *added;
}

/* What drivers have found up to now. */
static uint32_t devices(void)
{
	return found_count + keyboards_count;
}

static uint32_t map_registers(uint64_t physical, uint32_t size)
{
	uint32_t address = paging_map(physical, size);

	if (physical >> 32)
		host.print("registers at %x%x are at %x", (uint32_t)(physical >> 32),
			   (uint32_t)physical, address);
	return address;
}

static uint32_t hard_disks(void)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < found_count; i++)
		count += !(found[i].disk.flags & (RJ_DISK_CD | RJ_DISK_FLOPPY));
	return count;
}

/*
 * Whether a disk that the firmware has numbered, or any disk, was not found up to now. It counts
 * no CDs, and may count no disks whose sectors do not have 512 bytes.
 */
static bool lacks_disk(void)
{
	uint32_t expected = firmware == RJ_FIRMWARE_ALIVE ? read8(BDA_HARD_DISKS) : 1;

	return found_count == 0 || hard_disks() < expected;
}

/* Nobody's USB controller is touched without need. */
static bool is_usb_needed(void)
{
	switch (usb_mode) {
	case RJ_USB_none:
		return false;
	case RJ_USB_auto:
		return mode == RJ_INT13_usb
			|| (mode == RJ_INT13_auto && (lacks_disk() || stub->lacks_keyboard));
	default:
		return true;
	}
}

static bool is_wanted(struct controller *c, const struct rj_driver *driver)
{
	bool is_usb = c->driver == RJ_INT13_usb;

	if (is_usb ? !is_usb_needed()
	    : mode != c->driver && (mode != RJ_INT13_auto || rj_is_named_only(c->driver)))
		return false;
	if (mode == c->driver || (is_usb && usb_mode == RJ_USB_all))
		return true;
	c->firmwares = firmware == RJ_FIRMWARE_ALIVE && driver->is_firmwares(c->pci, &host);
	return !c->firmwares;
}

/* Of struct rj_host. An address that an IOMMU translated is none of the firmware's. */
static bool is_free_ram(uint64_t address)
{
	return stub->acpi->iommu_was_on || memory_is_free(address);
}

/* If the controller has no devices, restores its command register. */
static void attach_one(const struct controller *c, const struct rj_driver *driver)
{
	uint16_t command = pci_read16(c->pci, PCI_COMMAND);
	uint32_t before = devices();

	pci_now = (uint16_t)(c->pci >> 8);
	driver_now = modes[c->driver];
	timer_init(host.ticks_per_ms);
	pci_wake(c->pci);
	driver->attach(c->pci, &host);
	if (devices() == before)
		pci_write16(c->pci, PCI_COMMAND, command);
}

static void attach(struct rj_module *module, uint32_t number)
{
	uint32_t before = devices();

	module = module_move(module, 16, 0);
	if (!module)
		stub->fail("not enough base memory for the %s driver", modes[number]);
	for (uint32_t i = 0; i < controller_count; i++)
		if (controllers[i].served && controllers[i].driver == number)
			attach_one(&controllers[i], module_interface(module));
	if (devices() > before)
		module_keep(module);
}

/* Serves with this driver the controllers that the firmware does not serve. */
static void serve_with(uint32_t number)
{
	const struct rj_module *carried = module_find(modes[number]);
	struct rj_module *module = NULL;
	bool is_needed = false;

	for (uint32_t i = 0; carried && i < controller_count; i++) {
		struct controller *c = &controllers[i];

		if (c->driver != number)
			continue;
		if (!module)
			module = module_load(carried);
		if (is_wanted(c, module_interface(module)))
			is_needed = c->served = true;
	}
	if (is_needed)
		attach(module, number);
}

/*
 * Names a controller that no driver serves. If no disk was found, that may be the reason, unless the
 * firmware still drives it: Bus Master is off if the image was started by a 64-bit operating
 * system (repair "pci").
 */
static void tell_unserved(const struct controller *c)
{
	uint32_t id = pci_read(c->pci, PCI_VENDOR), class = pci_read(c->pci, PCI_CLASS) >> 8;
	bool has_driver = c->driver != RJ_INT13_none
		&& (c->driver == mode || !rj_is_named_only(c->driver));
	bool is_lost = firmware != RJ_FIRMWARE_ALIVE
		|| !(pci_read16(c->pci, PCI_COMMAND) & PCI_BUS_MASTER);
	char place[] = "00:00.0", ids[] = "0000:0000";

	if (has_driver || mode == RJ_INT13_none || mode == RJ_INT13_firmware)
		return;
	words_put_pci(place, c->pci >> 8);
	words_put_hex(ids, id, 4);
	words_put_hex(ids + 5, id >> 16, 4);
	(found_count == 0 && is_lost ? stub->print : host.print)(
		"%s is %s, %s: no driver serves it, and INT 13h may not; pack with --from-running or --disk",
		place, rj_unserved(class, id), ids);
}

static void find_disks(void)
{
	pci_for_each(note_controller);
	if (mode > RJ_INT13_none && !module_find(modes[mode]))
		stub->fail("the image has no %s driver; pack it again with --int13 %s",
			   modes[mode], modes[mode]);
	if (usb_mode > RJ_USB_none && !module_find("usb"))
		stub->fail("the image has no usb driver; pack it again with --usb %s",
			   usb_modes[usb_mode]);
	for (uint32_t i = RJ_INT13_none + 1; i < RJ_INT13_COUNT; i++)
		serve_with(i);
	for (uint32_t i = 0; i < controller_count; i++)
		tell_unserved(&controllers[i]);
	page_tables = paging_end();
}

static bool firmware_serves(void)
{
	if (mode == RJ_INT13_none || firmware != RJ_FIRMWARE_ALIVE)
		return false;
	for (uint32_t i = 0; i < controller_count; i++)
		if (!controllers[i].served && controllers[i].firmwares)
			return true;
	return false;
}

static void give_to_firmware(uint32_t pci)
{
	for (uint32_t i = 0; i < controller_count; i++)
		if (controllers[i].pci == pci && controllers[i].served)
			return;
	stub->give_to_firmware(pci);
}

static void hook(const struct rj_vector *v, uint32_t base)
{
	*(struct rj_far *)(base + v->old) = ivt_get(v->number);
	ivt_set(v->number, base, v->handler);
}

static struct rj_setup setup;
static struct rj_changes *to_note;      /* in the module that has such a field */

static void set_up(const struct rj_module *carried)
{
	struct rj_resident *resident;
	struct rj_module *module;
	uint32_t base;

	if (carried->kind != RJ_MODULE_RESIDENT)
		return;
	module = module_load(carried);
	resident = module_interface(module);
	if (resident->is_wanted && !resident->is_wanted(&setup))
		return;
	setup.memory = memory_map(&setup.memory_count);
	module = module_move(module, PARAGRAPH, resident->room ? resident->room(&setup) : 0);
	if (!module)
		stub->fail("not enough base memory for the %s module", carried->name);
	base = (uint32_t)module;
	memory_lower(module_keep(module) & -KIB);
	setup.memory = memory_map(&setup.memory_count);
	resident = module_interface(module);
	if (resident->init)
		resident->init(&setup, base);
	for (uint32_t i = 0; i < resident->vector_count; i++)
		hook(&resident->vectors[i], base);
	if (resident->changes)
		to_note = (struct rj_changes *)(base + resident->changes);
	write16(BDA_BASE_MEMORY, (uint16_t)(module_keep(module) / KIB));
	if (resident->start)
		resident->start(&setup);
}

/* Moves the survey's copy to where a Linux kernel finds it. */
static void keep_efi(void)
{
	uint32_t size;

	if (!stub->efi || !stub->manifest->linux_setup)
		return;
	size = (uint32_t)offsetof(struct rj_efi, rows) + stub->efi->info.map_size;
	efi = memory_alloc(size, PARAGRAPH);
	if (efi)
		memcpy(efi, stub->efi, size);
}

static void set_up_all(uint32_t disk)
{
	setup = (struct rj_setup){
		.services = services, .host = &host, .print = stub->print, .fail = stub->fail,
		.bios_call = stub->bios_call, .found = found, .found_count = found_count,
		.keyboards = keyboards, .keyboards_count = keyboards_count,
		.ram_disk = disk, .page_tables = page_tables,
		.asks_firmware = mode != RJ_INT13_none && firmware == RJ_FIRMWARE_ALIVE,
		.own_bios = firmware == RJ_FIRMWARE_OWN, .ebda = ebda, .reset = &stub->reset, .hpet = stub->hpet,
		.smbios = stub->smbios,
		.uart = text_screen.uart, .screen = text_screen.screen, .has_vga = text_screen.has_vga,
		.mirrors = text_screen.mirrors,
		.keymap = stub->boot_option("rj.keymap"),
		.firmware_serves = firmware_serves(), .is_verbose = host.print == stub->print,
	};
	module_for_each(set_up);
	if (ebda)
		changes_note_held(stub, &((struct rj_ebda *)ebda)->held);
	else if (to_note)
		changes_note(stub, to_note);
}

/* Enters a Linux kernel, unless its 16-bit setup code is to run. */
static void start_linux(void)
{
	const struct rj_module *module = module_find("linux");
	struct rj_linux_start start = {
		.stub = stub, .print = host.print, .ebda = ebda,
		.efi = efi, .has_text = firmware != RJ_FIRMWARE_OWN || text_screen.has_vga,
	};

	if (module) {
		start.memory = memory_map(&start.memory_count);
		((const struct rj_linux *)module_interface(module_load(module)))->start(&start);
	} else if (stub->boot_option("rj.linux")) {
		stub->fail("rj.linux= needs a Linux kernel, packed without --bios machine");
	}
}

static void start_text_screen(void)
{
	const struct rj_module *module = module_move_high(module_load(module_find("screen")));

	((const struct rj_text_screens *)module_interface(module))->start(&text_screen, stub, &host);
}

static void begin_own_bios(void)
{
	stub->print(stub->has_no_bios ? "no BIOS on this machine; rjpack's own serves"
		    : "rjpack's own BIOS serves instead of the machine's");
	if (stub->has_no_bios && !stub->memory_count)
		stub->fail("the loader reports no memory map; use kexec, multiboot2 or the Linux "
			   "protocol");
}

void install(const struct rj_stub *from, struct rj_services *carried, uint32_t whose)
{
	bool is_verbose = from->manifest->flags & RJ_VERBOSE;
	uint32_t disk, left_out;

	stub = from;
	firmware = whose;
	services = carried;
	mode = chosen_mode();
	usb_mode = chosen_usb_mode();
	if (mode == RJ_INT13_firmware && !services->image.size && firmware != RJ_FIRMWARE_OWN
	    && usb_mode <= RJ_USB_none && !stub->boot_option("rj.linux")) {
		pci_for_each(stub->give_to_firmware);
		return;
	}
	if (firmware == RJ_FIRMWARE_OWN)
		begin_own_bios();
	changes_begin();
	left_out = memory_init(stub, base_memory_top(),
			       firmware == RJ_FIRMWARE_OWN && stub->memory_count);
	if (left_out)
		stub->print("the memory map has %u more ranges than the %u served; their memory is lost",
			    left_out, RJ_MAX_MEMORY);
	if (firmware == RJ_FIRMWARE_OWN) {
		base_memory_tell_of_holes(stub);
		ebda = base_memory_make_ebda(stub);
	}
	modules_init(stub, services, ebda ? ebda : base_memory_end(stub, services),
		     base_memory_for_tables() + KIB);
	host = (struct rj_host){
		.alloc = memory_alloc, .add_disk = add_disk, .add_keyboards = add_keyboards,
		.is_free_ram = is_free_ram, .map = map_registers,
		.print = is_verbose ? stub->print : be_quiet, .warn = stub->print,
		.no_disks = usb_mode == RJ_USB_keyboard || mode == RJ_INT13_none
			|| mode == RJ_INT13_firmware,
		.ticks_per_ms = stub->ticks_per_ms(),
	};
	disk = ram_disk_place(stub, services);
	if (ebda)
		start_text_screen();
	find_disks();
	if (firmware_serves())
		pci_for_each(give_to_firmware);
	keep_efi();
	if (disk || devices() || mode == RJ_INT13_none || ebda)
		set_up_all(disk);
	else if (read8(BDA_HARD_DISKS) && !firmware_serves())
		stub->print("the disk's controller is not supported, and the firmware may have "
			    "lost it");
	start_linux();
}
