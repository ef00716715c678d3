/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "unit.h"

#include <errno.h>
#include <inttypes.h>

#include "base/setup_header.h"
#include "common/units.h"
#include "leave.h"
#include "machine/kexec.h"
#include "tree.h"

#define MIB (1u << 20)

static struct rj_machine machine;
static struct rj_image image;
static struct rj_kexec kexec;

/* What the calls were given, and what they answer: 0, or an errno. */
static struct {
	int file_answer, load_answer;
	unsigned file_calls, load_calls;
	char line[COMMAND_LINE_SIZE];
	int kernel, initrd;
	bool panic;
	uint64_t entry;
	struct rj_kexec_segment segments[RJ_KEXEC_SEGMENTS];
	size_t count;
	struct rj_handover handover;
} kernel;

static int answer(int os_error)
{
	errno = os_error;
	return os_error ? -1 : 0;
}

static int file_load(int fd, int initrd, const char *line, bool panic)
{
	kernel.file_calls++;
	kernel.kernel = fd;
	kernel.initrd = initrd;
	kernel.panic = panic;
	strcpy(kernel.line, line);
	return answer(kernel.file_answer);
}

static int load(uint64_t entry, const struct rj_kexec_segment *segments, size_t count, bool panic)
{
	kernel.load_calls++;
	kernel.entry = entry;
	kernel.count = count;
	kernel.panic = panic;
	for (size_t i = 0; i < count; i++)
		kernel.segments[i] = segments[i];
	if (count > 1)
		memcpy(&kernel.handover, segments[1].bytes, sizeof(kernel.handover));
	return answer(kernel.load_answer);
}
static const struct rj_kexec_calls calls = { load, file_load };

/* A machine with 512 MiB, of which the tree says more; an image of 40 KiB for 1 MiB. */
static void prepare(void)
{
	static const uint8_t bytes[64 * 1024];

	memset(&machine, 0, sizeof(machine));
	memset(&kernel, 0, sizeof(kernel));
	put("/proc/iomem", "00001000-0009fbff : System RAM\n"
	    "00100000-1fffffff : System RAM\n  10000000-17ffffff : Crash kernel\n");
	put("/sys/kernel/kexec_loaded", "0\n");
	put("/proc/sys/kernel/osrelease", "6.1.0\n");
	put("/proc/sys/kernel/kexec_load_disabled", "0\n");
	put("/proc/self/status", "CapEff:\t000001ffffffffff\nCapBnd:\t000001ffffffffff\n");
	image = (struct rj_image){ .features.linux64 = true, .stub_at = 1024, .base = HIGH_MEMORY,
				   .memory_size = 0x1F000, .manifest.image_size = 40 * KIB };
	kexec = (struct rj_kexec){ .image = &image, .file = { 7, bytes, sizeof(bytes) },
				   .initrd.fd = -1, .command_line = "" };
}

static void read_machine(void)
{
	machine.root.path = root;
	rj_machine_firmware(&machine);
	rj_machine_kernel(&machine, "");
	rj_machine_memory(&machine);
	rj_machine_platform(&machine);
}

static enum rj_err try_to_load(enum rj_kexec_call *used, struct rj_error *error)
{
	read_machine();
	return rj_kexec_load(&kexec, &calls, &machine, used, error);
}

static void file_first(void **state)
{
	enum rj_kexec_call used;
	struct rj_error error;

	(void)state;
	prepare();
	kexec.command_line = "rj.drive=1";
	assert_int_equal(try_to_load(&used, &error), RJ_OK);
	assert_int_equal(used, RJ_KEXEC_FILE_LOAD);
	assert_int_equal(kernel.kernel, 7);
	assert_int_equal(kernel.initrd, -1);
	assert_string_equal(kernel.line, "rj.drive=1");
	assert_int_equal(kernel.load_calls, 0);
}

/* Whether what is not refused for good is tried again, and what is wrong is said. */
static void refusals(void **state)
{
	static const struct {
		const char *name;
		int file, load;                 /* errno */
		bool panic;
		unsigned load_calls;
		const char *path, *text;        /* a file of the tree */
		struct unit_outcome outcome;
	} rows[] = {
		{ "not built in", ENOSYS, 0, false, 1, NULL, NULL, GOOD },
		{ "signature", EKEYREJECTED, 0, false, 1, NULL, NULL, GOOD },
		{ "only that, and a signature", ENODATA, ENOSYS, false, 1, NULL, NULL,
		  { RJ_HOST, "kexec_file_load: the kernel takes only signed kernels "
		    "(CONFIG_KEXEC_SIG_FORCE): No data available; boot a kernel that does not, or "
		    "load the image with GRUB. kexec_load: Linux 6.1.0 is built without "
		    "CONFIG_KEXEC, or" } },
		{ "neither", ENOSYS, ENOSYS, false, 1, NULL, NULL,
		  { RJ_HOST, "Linux 6.1.0 is built with neither CONFIG_KEXEC_FILE nor CONFIG_KEXEC, "
		    "or a container hides both; boot a kernel that has one of them" } },
		{ "neither, without /proc", ENOSYS, ENOSYS, false, 1, "/proc/sys/kernel/osrelease",
		  "", { RJ_HOST, "Linux of unknown release is built with neither" } },
		{ "user", EPERM, 0, false, 0, "/proc/self/status",
		  "CapEff: 0\nCapBnd: 1ffffffffff\n",
		  { RJ_HOST, "only root can load and start kernels (CAP_SYS_BOOT); run rjpack as "
		    "root" } },
		{ "container", EPERM, 0, false, 0, "/proc/self/status", "CapEff: 0\nCapBnd: 0\n",
		  { RJ_HOST, "a container without CAP_SYS_BOOT; run rjpack on the host" } },
		{ "lockdown", EPERM, 0, false, 0, "/sys/kernel/security/lockdown",
		  "none [integrity] confidentiality\n",
		  { RJ_HOST, "the kernel is locked down and takes only signed" } },
		{ "disabled", EPERM, 0, false, 0, "/proc/sys/kernel/kexec_load_disabled", "1\n",
		  { RJ_HOST, "kernel.kexec_load_disabled is 1, or "
		    "kernel.kexec_load_limit_reboot 0; boot without setting it" } },
		{ "limit", EPERM, 0, false, 0, "/proc/sys/kernel/kexec_load_limit_reboot", "0\n",
		  { RJ_HOST, "kernel.kexec_load_limit_reboot 0" } },
		{ "limit for a panic", EPERM, 0, true, 0,
		  "/proc/sys/kernel/kexec_load_limit_panic", "0\n",
		  { RJ_HOST, "kernel.kexec_load_limit_panic 0" } },
		{ "another's limit", EPERM, 0, true, 0,
		  "/proc/sys/kernel/kexec_load_limit_reboot", "0\n",
		  { RJ_HOST, "not permitted, though CAP_SYS_BOOT is there" } },
		{ "busy", EBUSY, EBUSY, false, 1, NULL, NULL,
		  { RJ_HOST, "another program is loading a kernel; try again" } },
		{ "memory", ENOMEM, ENOMEM, false, 1, NULL, NULL,
		  { RJ_HOST, "not enough memory is free: the image needs 1 MiB" } },
		{ "half the memory", ENOMEM, EINVAL, false, 1, NULL, NULL,
		  { RJ_HOST, "as for an image of more than half the memory: it needs 1 MiB; pack a "
		    "smaller one" } },
		{ "no crashkernel=", EADDRNOTAVAIL, 0, true, 0, "/proc/iomem",
		  "00100000-1fffffff : System RAM\n",
		  { RJ_HOST, "no memory is set aside for a panic; boot Linux with crashkernel=" } },
		{ "small crashkernel=", EADDRNOTAVAIL, EADDRNOTAVAIL, true, 1,
		  "/sys/kernel/kexec_crash_size", "134217728\n",
		  { RJ_HOST, "the image needs 1 MiB, and crashkernel= has set aside 128" } },
		{ "Xen", 0, 0, false, 0, "/sys/hypervisor/guest_type", "PV\n",
		  { RJ_HOST, "this Linux runs on Xen (PV, which dom0 is, too)" } },
		{ "TDX", 0, 0, false, 0, "/sys/class/misc/tdx_guest/dev", "10:1\n",
		  { RJ_HOST, "the memory of this TDX guest is encrypted" } },
		{ "unknown", EIO, EFAULT, false, 1, NULL, NULL,
		  { RJ_HOST, "kexec_file_load: Input/output error. kexec_load: Bad address" } },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		enum rj_kexec_call used;
		struct rj_error error;
		enum rj_err code;

		prepare();
		kernel.file_answer = rows[i].file;
		kernel.load_answer = rows[i].load;
		kexec.panic = rows[i].panic;
		if (rows[i].path)
			put(rows[i].path, rows[i].text);
		code = try_to_load(&used, &error);
		assert_outcome(code, &error, &rows[i].outcome);
		assert_int_equal(kernel.load_calls, rows[i].load_calls);
		assert_int_equal(used == RJ_KEXEC_LOAD && !code, rows[i].outcome.class == RJ_OK);
		renew_root();
	}
}

/* Without a Linux header, kexec_file_load is not tried. */
static void segments(void **state)
{
	static const uint8_t code[] = { 0x48, 0xBE, 0, 0xF0, 0x11, 0, 0, 0, 0, 0,
					0x48, 0xB8, 0, 0x02, 0x10, 0, 0, 0, 0, 0, 0xFF, 0xE0 };
	const struct rj_kexec_segment *at = kernel.segments;
	static const uint8_t initrd[PAGE + 1];
	enum rj_kexec_call used;
	struct rj_error error;

	(void)state;
	prepare();
	image.features.linux64 = false;
	kexec.initrd = (struct rj_kexec_file){ 8, initrd, sizeof(initrd) };
	kexec.command_line = "rj.drive=1";
	assert_int_equal(try_to_load(&used, &error), RJ_OK);
	assert_int_equal(used, RJ_KEXEC_LOAD);
	assert_int_equal(kernel.file_calls, 0);
	assert_int_equal(kernel.count, 3);
	assert_ptr_equal(at[0].bytes, kexec.file.bytes + 1024);
	assert_int_equal(at[0].size, 40 * KIB);
	assert_int_equal(at[0].address, 0x100000);
	assert_int_equal(at[0].memory, 0x1F000);
	assert_int_equal(at[1].address, 0x11F000);
	assert_true(at[1].size <= at[1].memory && at[1].memory % PAGE == 0);
	assert_int_equal(at[2].address, at[1].address + at[1].memory);
	assert_int_equal(at[2].memory, 2 * PAGE);
	assert_int_equal(kernel.entry, 0x120800);
	assert_memory_equal(&kernel.handover.code, code, sizeof(code));
	assert_string_equal(kernel.handover.command_line, "rj.drive=1");
	assert_int_equal(LE_GET(&kernel.handover, struct boot_params, header.cmd_line_ptr), 0x120000);
	assert_int_equal(LE_GET(&kernel.handover, struct boot_params, header.ramdisk_image),
			 at[2].address);
	assert_int_equal(LE_GET(&kernel.handover, struct boot_params, header.ramdisk_size), PAGE + 1);
	assert_int_equal(LE_GET(&kernel.handover, struct boot_params, header.header), HDRS_MAGIC);
}

static void placing(void **state)
{
	static const struct {
		const char *iomem;
		bool panic;
		uint64_t base, size, at;        /* at 0: there is none */
	} rows[] = {
		{ "00100000-1fffffff : System RAM\n", false, 0x100000, 0x10000, 0x100000 },
		{ "00100000-1fffffff : System RAM\n", false, 0x4000000, 0x10000, 0x4000000 },
		{ "00100000-1fffffff : System RAM\n", false, 0, 0x10000, 0x100000 },
		{ "00100000-1fffffff : System RAM\n", false, 0x1FFFF000, 0x10000, 0x100000 },
		{ "00001000-0009ffff : System RAM\n00200123-1fffffff : System RAM\n", false,
		  0x100000, 0x10000, 0x201000 },
		{ "00100000-0010ffff : System RAM\n00200000-1fffffff : System RAM\n", false,
		  0x100000, 0x10000, 0x200000 },
		{ "00080000-1fffffff : System RAM\n", false, 0, 0x10000, 0x100000 },
		{ "00001000-0009ffff : System RAM\n", false, 0x100000, 0x10000, 0 },
		{ "00100000-0010ffff : System RAM\n", false, 0x100000, 0x20000, 0 },
		{ "00100000-1fffffff : System RAM\n10000000-100fffff : Crash kernel\n", true,
		  0x100000, 0x10000, 0x10000000 },
		{ "00100000-1fffffff : System RAM\n10000000-1000ffff : Crash kernel\n", true,
		  0x100000, 0x10000, 0 },
		{ "10000000-1fffffff : Crash kernel\n100000000-13fffffff : System RAM\n"
		  "  120000000-127ffffff : Crash kernel\n", true, 0x100000, 0x10000, 0x120000000 },
		{ "00100000-1fffffff : System RAM\n", true, 0x100000, 0x10000, 0 },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].iomem) {
		struct rj_kexec_layout layout;
		struct rj_error error;
		enum rj_err code;

		prepare();
		put("/proc/iomem", rows[i].iomem);
		image.base = rows[i].base;
		image.memory_size = rows[i].size;
		kexec.panic = rows[i].panic;
		read_machine();
		code = rj_kexec_lay_out(&kexec, &machine, &layout, &error);
		assert_int_equal(code, rows[i].at ? RJ_OK : RJ_HOST);
		if (rows[i].at)
			assert_true(layout.image == rows[i].at);
	}
}

static void unknown_places(void **state)
{
	static const struct { const char *iomem, *why; } rows[] = {
		{ "00000000-00000000 : System RAM\n  00000000-00000000 : Crash kernel\n",
		  "/proc/iomem shows addresses only to root; run rjpack as root" },
		{ "", "/proc/iomem cannot be read; mount /proc" },
	};
	struct rj_kexec_layout layout;
	struct rj_error error;

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].why) {
		prepare();
		put("/proc/iomem", rows[i].iomem);
		kexec.panic = true;
		read_machine();
		assert_error(rj_kexec_lay_out(&kexec, &machine, &layout, &error), &error, RJ_HOST,
			     rows[i].why);
	}
}

static void command_lines(void **state)
{
	static const struct {
		enum rj_kexec_call call;
		bool panic;
		enum rj_known passes_rsdp;
		const char *user, *line;
	} rows[] = {
		{ RJ_KEXEC_LOAD, false, RJ_NO, "", "" },
		{ RJ_KEXEC_LOAD, true, RJ_NO, "", "rj.reason=panic" },
		{ RJ_KEXEC_LOAD, true, RJ_NO, "a", "rj.reason=panic a" },
		{ RJ_KEXEC_LOAD, true, RJ_NO, "rj.reason=x", "rj.reason=x" },
		{ RJ_KEXEC_LOAD, true, RJ_NO, "a rj.reason=x", "a rj.reason=x" },
		{ RJ_KEXEC_LOAD, true, RJ_NO, "xrj.reason=x", "rj.reason=panic xrj.reason=x" },
		{ RJ_KEXEC_FILE_LOAD, false, RJ_YES, "a", "a" },
		{ RJ_KEXEC_FILE_LOAD, false, RJ_NO, "", "rj.rsdp=0x7fe14000" },
		{ RJ_KEXEC_FILE_LOAD, true, RJ_NO, "a", "rj.rsdp=0x7fe14000 rj.reason=panic a" },
	};
	char line[COMMAND_LINE_SIZE], text[COMMAND_LINE_SIZE + 1];
	struct rj_error error;

	(void)state;
	prepare();
	machine.firmware.rsdp = 0x7FE14000;
	FOR_EACH_NAMED(i, rows, rows[i].line) {
		machine.firmware.passes_rsdp = rows[i].passes_rsdp;
		kexec.panic = rows[i].panic;
		kexec.command_line = rows[i].user;
		assert_int_equal(rj_kexec_command_line(&kexec, &machine, rows[i].call, line, &error),
				 RJ_OK);
		assert_string_equal(line, rows[i].line);
	}
	memset(text, 'a', sizeof(text));
	text[COMMAND_LINE_SIZE] = '\0';
	kexec.command_line = text;
	assert_error(rj_kexec_command_line(&kexec, &machine, RJ_KEXEC_LOAD, line, &error), &error,
		     RJ_USAGE, "a command line of 2064 bytes is too long; the limit is 2047");
	kexec.command_line = text + 1;
	kexec.panic = false;
	assert_int_equal(rj_kexec_command_line(&kexec, &machine, RJ_KEXEC_LOAD, line, &error), RJ_OK);
}

static void put_map(unsigned rows)
{
	for (unsigned i = 0; i < rows; i++) {
		char path[64], value[32];

		snprintf(path, sizeof(path), "/sys/firmware/memmap/%u/type", i);
		put(path, i % 2 ? "System RAM\n" : i % 4 ? "ACPI Tables\n" : "Strange\n");
		snprintf(path, sizeof(path), "/sys/firmware/memmap/%u/start", i);
		snprintf(value, sizeof(value), "0x%x\n", i * MIB);
		put(path, value);
		snprintf(path, sizeof(path), "/sys/firmware/memmap/%u/end", i);
		snprintf(value, sizeof(value), "0x%x\n", i * MIB + 0xFFFFu);
		put(path, value);
	}
}

/* The bytes of a setup_data of this type in the handover at this address, or NULL. */
static const void *find_setup_data(const struct rj_handover *handover, uint64_t address,
				   uint32_t type)
{
	uint64_t at = LE_GET(handover, struct boot_params, header.setup_data);

	while (at) {
		const uint8_t *head = (const uint8_t *)handover + (at - address);

		if (LE_GET(head, struct setup_data, type) == type)
			return head;
		at = LE_GET(head, struct setup_data, next);
	}
	return NULL;
}

static void memory_map(void **state)
{
	static const struct rj_handover_places places = { .handover = 0x5000000000, .entry = 1 };
	static struct rj_handover handover;
	const void *more;

	(void)state;
	prepare();
	put_map(131);
	read_machine();
	rj_handover_make(&handover, &machine, &places, "");
	assert_int_equal(handover.params.e820_count, 128);
	assert_int_equal(LE_GET(&handover.params.e820[0], struct rj_memory, type), RJ_MEMORY_RESERVED);
	assert_int_equal(LE_GET(&handover.params.e820[1], struct rj_memory, type), RJ_MEMORY_FREE);
	assert_int_equal(LE_GET(&handover.params.e820[2], struct rj_memory, type), RJ_MEMORY_ACPI);
	assert_int_equal(LE_GET(&handover.params.e820[1], struct rj_memory, base), MIB);
	assert_int_equal(LE_GET(&handover.params.e820[1], struct rj_memory, size), 0x10000);
	more = find_setup_data(&handover, places.handover, SETUP_E820_EXT);
	assert_non_null(more);
	assert_int_equal(LE_GET(more, struct setup_data, length), 3 * sizeof(struct rj_memory));
	assert_int_equal(LE_GET(&handover.more.rows[2], struct rj_memory, base), 130 * (uint64_t)MIB);
	assert_int_equal(LE_GET(&handover, struct boot_params, command_line_high), 0x50);
}

/* Linux without CONFIG_FIRMWARE_MEMMAP. */
static void memory_map_of_iomem(void **state)
{
	static const struct rj_handover_places places = { .handover = 0x200000 };
	static struct rj_handover handover;

	(void)state;
	prepare();
	read_machine();
	rj_handover_make(&handover, &machine, &places, "");
	assert_int_equal(handover.params.e820_count, 2);
	assert_int_equal(LE_GET(&handover.params.e820[1], struct rj_memory, size), 0x1FF00000);
	assert_null(find_setup_data(&handover, places.handover, SETUP_E820_EXT));
}

static void inherited(void **state)
{
	static const struct rj_handover_places places = { .handover = 0x200000 };
	static struct rj_handover handover;
	static struct boot_params before;
	const void *efi;

	(void)state;
	prepare();
	LE_PUT(&before, struct boot_params, screen.width, 1024);
	LE_PUT(&before, struct boot_params, rsdp, 0x7FE14000);
	LE_PUT(&before, struct boot_params, efi.signature, EFI_LOADER_64);
	LE_PUT(&before, struct boot_params, efi.system_table, 0x7E000000);
	put_bytes("/sys/kernel/boot_params/data", &before, sizeof(before));
	read_machine();
	rj_handover_make(&handover, &machine, &places, "");
	assert_int_equal(LE_GET(&handover, struct boot_params, screen.width), 1024);
	assert_int_equal(LE_GET(&handover, struct boot_params, rsdp), 0x7FE14000);
	assert_int_equal(LE_GET(&handover, struct boot_params, efi.signature), 0);
	put("/sys/firmware/efi/config_table", "0x7e100000\n");
	read_machine();
	rj_handover_make(&handover, &machine, &places, "");
	assert_int_equal(LE_GET(&handover, struct boot_params, efi.system_table), 0x7E000000);
	efi = find_setup_data(&handover, places.handover, SETUP_EFI);
	assert_non_null(efi);
	assert_int_equal(LE_GET(&handover, struct rj_handover, efi.data.tables), 0x7E100000);
}

static void put_runtime_row(unsigned row, const char *file, uint64_t value)
{
	char path[100], text[40];

	snprintf(path, sizeof(path), "/sys/firmware/efi/runtime-map/%u/%s", row, file);
	snprintf(text, sizeof(text), "0x%" PRIx64 "\n", value);
	put(path, text);
}

static void put_runtime_map(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		put_runtime_row(i, "type", 5 + i % 2);
		put_runtime_row(i, "phys_addr", 0x7E000000 + i * PAGE);
		put_runtime_row(i, "virt_addr", UINT64_C(0xFFFFFFFEFF000000) + i * PAGE);
		put_runtime_row(i, "num_pages", 1);
		put_runtime_row(i, "attribute", UINT64_C(0x800000000000000F));
	}
}

#define EFI_ROW(n, field) LE_GET(&handover.efi.rows[n], struct efi_memory_descriptor, field)

/* Linux's own, with their virtual addresses; all of them or none. */
static void runtime_services(void **state)
{
	static const struct {
		unsigned rows, expected;
	} rows[] = { { 0, 0 }, { 12, 12 }, { RJ_EFI_ROWS, RJ_EFI_ROWS }, { RJ_EFI_ROWS + 1, 0 } };
	static const struct rj_handover_places places = { .handover = 0x5000000000 };
	static struct rj_handover handover;
	static struct boot_params before;

	(void)state;
	LE_PUT(&before, struct boot_params, efi.signature, EFI_LOADER_64);
	LE_PUT(&before, struct boot_params, efi.map, 0x1000);
	LE_PUT(&before, struct boot_params, efi.map_size, 480);
	FOR_EACH(i, rows) {
		renew_root();
		prepare();
		put_bytes("/sys/kernel/boot_params/data", &before, sizeof(before));
		put("/sys/firmware/efi/config_table", "0x7e100000\n");
		put("/sys/firmware/efi/fw_vendor", "0x7e200000\n");
		put("/sys/firmware/efi/runtime", "0x7e300000\n");
		put_runtime_map(rows[i].rows);
		read_machine();
		rj_handover_make(&handover, &machine, &places, "");
		assert_int_equal(LE_GET(&handover, struct boot_params, efi.map_size),
				 rows[i].expected * 40);
		assert_int_equal(LE_GET(&handover, struct boot_params, efi.row_size), 40);
		assert_int_equal(LE_GET(&handover, struct boot_params, efi.row_version), 1);
		assert_int_equal(LE_GET(&handover, struct boot_params, efi.map),
				 offsetof(struct rj_handover, efi.rows));
		assert_int_equal(LE_GET(&handover, struct boot_params, efi.map_high), 0x50);
		assert_int_equal(LE_GET(&handover, struct rj_handover, efi.data.vendor), 0x7E200000);
		assert_int_equal(LE_GET(&handover, struct rj_handover, efi.data.runtime), 0x7E300000);
	}
	put_runtime_map(12);
	rj_handover_make(&handover, &machine, &places, "");
	assert_int_equal(EFI_ROW(11, type), 6);
	assert_int_equal(EFI_ROW(11, start), 0x7E00B000);
	assert_int_equal(EFI_ROW(11, virtual_start), UINT64_C(0xFFFFFFFEFF00B000));
	assert_int_equal(EFI_ROW(11, pages), 1);
	assert_int_equal(EFI_ROW(11, attributes), UINT64_C(0x800000000000000F));
}

static void unloading(void **state)
{
	static const struct {
		int file, load;
		unsigned load_calls;
		struct unit_outcome outcome;
	} rows[] = {
		{ 0, 0, 0, GOOD },
		{ ENOSYS, 0, 1, GOOD },
		{ ENOSYS, EBUSY, 1, { RJ_HOST, "another program is loading a kernel" } },
		{ EBUSY, 0, 0, { RJ_HOST, "another program is loading a kernel" } },
		{ EPERM, 0, 0, { RJ_HOST, "not permitted" } },
	};

	(void)state;
	FOR_EACH(i, rows) {
		struct rj_error error;

		prepare();
		read_machine();
		kernel.file_answer = rows[i].file;
		kernel.load_answer = rows[i].load;
		assert_outcome(rj_kexec_unload(true, &calls, &machine, &error), &error,
			       &rows[i].outcome);
		assert_int_equal(kernel.kernel, -1);
		assert_int_equal(kernel.load_calls, rows[i].load_calls);
		assert_true(kernel.panic);
	}
}

/* What leaving does, in order. */
static char done[256];

static int run_it(const char *const *command)
{
	for (size_t i = 0; command[i]; i++)
		snprintf(done + strlen(done), sizeof(done) - strlen(done), "%s ", command[i]);
	return answer(ENOENT);
}

static void sync_it(void)
{
	strcat(done, "sync ");
}

static int remount_it(const char *directory)
{
	snprintf(done + strlen(done), sizeof(done) - strlen(done), "%s ", directory);
	return answer(strcmp(directory, "/") == 0 ? EBUSY : 0);
}

static int start_it(void)
{
	strcat(done, "start ");
	return answer(EINVAL);
}

static void leaving(void **state)
{
	static const struct leave_calls leaving = { run_it, sync_it, remount_it, start_it };
	static const struct { const char *name, *path, *text, *does; } rows[] = {
		{ "systemd", "/run/systemd/system/units", "", "systemctl kexec " },
		{ "OpenRC", "/proc/1/comm", "openrc-init\n", "openrc-shutdown --kexec now " },
		{ "OpenRC under sysvinit", "/proc/1/comm", "init\n",
		  "sync /mnt/a b /home / sync start " },
		{ "none", "/proc/1/comm", "sh\n", "sync /mnt/a b /home / sync start " },
	};

	(void)state;
	FOR_EACH_NAMED(i, rows, rows[i].name) {
		const struct rj_root tree = { root };

		done[0] = '\0';
		put("/proc/self/mounts", "/dev/sda1 / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\n"
		    "/dev/sda2 /home ext4 rw 0 0\n/dev/sda3 /boot ext4 ro,relatime 0 0\n"
		    "host:/x /net nfs rw 0 0\n/dev/loop0 /mnt/a\\040b ext2 rw 0 0\n");
		put(rows[i].path, rows[i].text);
		assert_int_equal(leave(&tree, &leaving), RJ_HOST);
		assert_string_equal(done, rows[i].does);
		renew_root();
	}
}

UNIT_MAIN(
	IN_ROOT(file_first),
	IN_ROOT(refusals),
	IN_ROOT(segments),
	IN_ROOT(placing),
	IN_ROOT(unknown_places),
	IN_ROOT(command_lines),
	IN_ROOT(memory_map),
	IN_ROOT(memory_map_of_iomem),
	IN_ROOT(inherited),
	IN_ROOT(runtime_services),
	IN_ROOT(unloading),
	IN_ROOT(leaving),
)
