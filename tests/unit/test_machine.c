/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "unit.h"

#include <sys/stat.h>

#include "abi/layout.h"
#include "base/setup_header.h"
#include "common/le.h"
#include "machine/iomem.h"
#include "machine/pci.h"
#include "tree.h"

static struct rj_machine machine;

static const struct rj_root *recorded(void)
{
	machine.root.path = root;
	return &machine.root;
}

static void read_target(void)
{
	rj_machine_read(&machine, root, "/sbin");
}

static void rows_of_iomem(void **state)
{
	static const struct { const char *line; bool ram; uint64_t from, end; } rows[] = {
		{ "00001000-0009fbff : System RAM", true, 0x1000, 0x9FC00 },
		{ "  100000000-17fffffff : System RAM", true, 0x100000000, 0x180000000 },
		{ "00000000-00000000 : System RAM", true, 0, 1 },
		{ "00001000-0009fbff : Reserved", false, 0, 0 },
		{ "00001000-0009fbff", false, 0, 0 },
		{ "00001000-", false, 0, 0 },
		{ "-0009fbff : System RAM", false, 0, 0 },
		{ "", false, 0, 0 },
		{ "0009fbff-00001000 : System RAM", false, 0, 0 },
		{ "0-ffffffffffffffff : System RAM", false, 0, 0 },
		{ "0-99999999999999999999999999 : System RAM", false, 0, 0 },
		{ "0--1 : System RAM", false, 0, 0 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].line) {
		uint64_t from = 0, end = 0;

		assert_int_equal(rj_iomem_is(rows[i].line, RJ_IOMEM_RAM, &from, &end), rows[i].ram);
		if (!rows[i].ram)
			continue;
		assert_true(from == rows[i].from);
		assert_true(end == rows[i].end);
	}
}

/* The last row has no end, one is not whole, one is longer than a line may be. */
static void damaged_iomem(void **state)
{
	static char text[3 * RJ_ROOT_LINE];

	(void)state;
	strcpy(text, "00001000-0009fbff : System RAM\n00100000-\n");
	memset(text + strlen(text), 'A', 2 * RJ_ROOT_LINE);
	strcat(text, "\n00200000-002fffff : System RAM");
	put("/proc/iomem", text);
	put("/proc/meminfo", "MemAvailable: 99999999999999999999999999999 kB");
	read_target();
	assert_int_equal(machine.memory.source, RJ_MEMORY_IOMEM);
	assert_int_equal(machine.memory.ram_count, 2);
	assert_int_equal(machine.memory.base, 0x9FC00);
	assert_int_equal(machine.memory.largest, 0x100000);
	assert_true(machine.memory.available == UINT64_MAX);
}

/* More ranges than there is room for. */
static void many_ranges(void **state)
{
	static char text[RJ_MACHINE_RAM * 2 * 40];
	size_t used = 0;

	(void)state;
	for (unsigned i = 0; i < RJ_MACHINE_RAM * 2; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%08x-%08x : System RAM\n", (i + 1) << 20,
					 ((i + 1) << 20) + i);
	put("/proc/iomem", text);
	read_target();
	assert_int_equal(machine.memory.ram_count, RJ_MACHINE_RAM);
	assert_int_equal(machine.memory.largest, RJ_MACHINE_RAM * 2);
}

static void links_stay_below(void **state)
{
	char path[PATH_MAX], text[32];

	(void)state;
	put("/etc/inside", "inside\nmore");
	put_link("/absolute", "/etc/inside");
	put_link("/above", "../../../../../../../../etc/inside");
	put_link("/outside", "/etc/passwd");
	put_link("/one", "/two");
	put_link("/two", "one");
	assert_true(rj_root_word(recorded(), "/absolute", text, sizeof(text)));
	assert_string_equal(text, "inside");
	assert_true(rj_root_resolve(recorded(), "/above", path));
	assert_string_equal(path, "/etc/inside");
	assert_false(rj_root_has(recorded(), "/outside"));
	assert_false(rj_root_has(recorded(), "/one"));
	assert_false(rj_root_has(recorded(), "/etc/inside/below"));
}

static void no_regular_file(void **state)
{
	char text[32];
	uint64_t number;

	(void)state;
	assert_int_equal(mkfifo(place("/proc/iomem"), 0644), 0);
	put("/empty", "");
	put("/large", "99999999999999999999999999");
	assert_int_equal(rj_root_read(recorded(), "/proc/iomem", text, sizeof(text)), -1);
	assert_int_equal(rj_root_read(recorded(), "/proc", text, sizeof(text)), -1);
	assert_int_equal(rj_root_read(recorded(), "/empty", text, sizeof(text)), 0);
	assert_false(rj_root_number(recorded(), "/empty", 10, &number));
	assert_false(rj_root_number(recorded(), "/large", 10, &number));
	read_target();
	assert_int_equal(machine.memory.source, RJ_MEMORY_NONE);
}

/* md on itself, and a structure of SMBIOS that is longer than its table. */
static void circles(void **state)
{
	(void)state;
	put("/proc/self/mountinfo", "1 1 9:0 / / rw - ext4 /dev/md0 rw\n1 1 9:0 / /\n - \n");
	put("/sys/devices/virtual/block/md0/size", "8");
	put_link("/sys/dev/block/9:0", "../../devices/virtual/block/md0");
	put_link("/sys/devices/virtual/block/md0/slaves/md0", "/sys/devices/virtual/block/md0");
	put_bytes("/sys/firmware/dmi/tables/DMI", "\1\4\0\0\0\0\0\xFF\0\0", 10);
	read_target();
	assert_int_equal(machine.disk_count, 0);
	assert_int_equal(machine.firmware.csm, RJ_UNKNOWN);
}

static void controllers(void **state)
{
	static const struct { struct rj_machine_controller controller; uint8_t driver; } rows[] = {
		{ { .pci = true, .class = 0x010601 }, RJ_INT13_ahci },
		{ { .pci = true, .class = 0x010802 }, RJ_INT13_nvme },
		{ { .pci = true, .class = 0x01018A }, RJ_INT13_ata },
		{ { .pci = true, .class = 0x010000, .id = 0x10011AF4 }, RJ_INT13_virtio },
		{ { .pci = true, .class = 0x010000, .id = 0x10481AF4 }, RJ_INT13_virtio },
		{ { .pci = true, .class = 0x020000, .id = 0x10001AF4 }, RJ_INT13_none },
		{ { .pci = true, .class = 0x010400 }, RJ_INT13_none },
		{ { .pci = true, .class = 0x0C0330 }, RJ_INT13_usb },
		{ { .pci = true, .class = 0x0C0320 }, RJ_INT13_none },
		{ { .pci = true, .class = 0x0C0330, .domain = 0x10000 }, RJ_INT13_none },
		{ { .pci = true, .class = 0x010802, .domain = 0x10000 }, RJ_INT13_none },
		{ { .class = 0x010601 }, RJ_INT13_none },
	};

	(void)state;
	FOR_EACH(i, rows)
		assert_int_equal(rj_machine_int13(&rows[i].controller), rows[i].driver);
}

#define DISK "/target6:0:0/6:0:0:0/block/sda"

static void usb_units(void **state)
{
	static const struct { const char *path; uint32_t unit; } rows[] = {
		{ "/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6" DISK, 1 },
		{ "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-12/1-12:1.0/host6" DISK, 12 },
		{ "/x/usb2/2-1/2-1.3/2-1.3:1.0/host6" DISK, RJ_USB_UNIT(1u, 3u, 0u) },
		{ "/x/usb10/10-2/10-2.15/10-2.15.4/10-2.15.4:1.2/host6/target6:0:0/6:0:0:7/block/sdc",
		  RJ_USB_UNIT(2u, 0x4Fu, 7u) },
		/* ports and units that no drive map can have, and paths without them */
		{ "/x/usb2/2-1/2-1.16/2-1.16:1.0/host6" DISK, 0 },
		{ "/x/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:16/block/sda", 0 },
		{ "/x/usb2/2-1.1.1.1.1.1.1/host6" DISK, 0 },
		{ "/x/usb2/2-1.1111111111111111111111111111111111111111/host6" DISK, 0 },
		{ "/x/usb2/2-/2-:1.0/host6" DISK, 0 }, { "/x/usb2/2-1/2-1:1.0/block/sda", 0 },
		{ "/x/usb2/2-1:1.0/host6" DISK, 0 }, { "", 0 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].path) {
		uint32_t unit = 0;

		assert_int_equal(rj_machine_usb_unit(rows[i].path, &unit), rows[i].unit != 0);
		assert_int_equal(unit, rows[i].unit);
	}
}

/* A kernel of Linux 7.2.1+x; the rows of tests/cli have every place for it. */
static void put_kernel(const char *path)
{
	static const char version[] = "7.2.1+x (a@b) #1";
	uint8_t bytes[1024] = { 0 };

	LE_PUT(bytes + SETUP_HEADER, struct setup_header, header, HDRS_MAGIC);
	LE_PUT(bytes + SETUP_HEADER, struct setup_header, kernel_version, 0x80);
	memcpy(bytes + SETUP_ENTRY + 0x80, version, sizeof(version));
	put_bytes(path, bytes, sizeof(bytes));
}

static void running_linux(void **state)
{
	static uint8_t params[0x1000];
	const struct rj_running *found = &machine.running.found;

	(void)state;
	put("/proc/sys/kernel/osrelease", "7.2.1+x\n");
	put("/proc/cmdline", "BOOT_IMAGE=(hd0,gpt2)/boot/vmlinuz-lts root=/dev/sda1  initrd=a ro\n");
	put_kernel("/boot/vmlinuz-lts");
	put("/boot/initramfs-lts.img", "123");
	put_bytes("/sys/kernel/boot_params/data", params, sizeof(params));
	read_target();
	assert_true(machine.running.complete);
	assert_string_equal(found->kernel.path, place("/boot/vmlinuz-lts"));
	assert_string_equal(found->command_line, "root=/dev/sda1 ro");
	assert_int_equal(found->initrd_count, 0);
	assert_non_null(found->no_initrd);
	assert_int_equal(machine.running.size, 1024);
	params[0x21E] = 1;
	put_bytes("/sys/kernel/boot_params/data", params, sizeof(params));
	read_target();
	assert_int_equal(found->initrd_count, 1);
	assert_string_equal(found->initrds[0].path, place("/boot/initramfs-lts.img"));
	assert_int_equal(machine.running.size, 1027);
	remove(place("/boot/initramfs-lts.img"));
	assert_int_equal(mkdir(place("/boot/initrd.img-7.2.1+x"), 0755), 0);
	read_target();
	assert_false(machine.running.complete);
	assert_non_null(strstr(machine.running.error.text, "no initrd"));
}

static void nothing_of_linux(void **state)
{
	(void)state;
	read_target();
	assert_false(machine.running.complete);
	assert_int_equal(machine.kernel.may_boot, RJ_UNKNOWN);
	assert_int_equal(machine.kernel.outermost, RJ_UNKNOWN);
	put_link("/proc/self/ns/user", "user:[4026532000]");
	read_target();
	assert_int_equal(machine.kernel.outermost, RJ_NO);
}

/* More USB controllers than there is room for; UAS and others are not controllers. */
static void usb_controllers(void **state)
{
	(void)state;
	for (unsigned i = 0; i < RJ_MACHINE_USB + 2; i++) {
		static const char *const values[] = { "0x0c0330", "0x8086", "0x1234" };
		static const char *const names[] = { "class", "vendor", "device" };
		char path[PATH_MAX];

		for (size_t n = 0; n < 3; n++) {
			snprintf(path, sizeof(path), RJ_PCI_DEVICES "/0000:00:%02x.0/%s", i, names[n]);
			put(path, i == 1 && n == 0 ? "0x0c03fe" : values[n]);
		}
	}
	read_target();
	assert_int_equal(machine.usb.count, RJ_MACHINE_USB);
	assert_int_equal(machine.usb.controllers[1].address, 2 << 3);
	assert_int_equal(machine.usb.keyboards, 0);
}


UNIT_MAIN(cmocka_unit_test(rows_of_iomem), IN_ROOT(damaged_iomem), IN_ROOT(many_ranges),
	  IN_ROOT(links_stay_below), IN_ROOT(no_regular_file), IN_ROOT(circles),
	  cmocka_unit_test(controllers), cmocka_unit_test(usb_units), IN_ROOT(running_linux), IN_ROOT(nothing_of_linux),
	  IN_ROOT(usb_controllers))
