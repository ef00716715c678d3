/* SPDX-License-Identifier: MIT */
/* boot_params for a kernel that is entered by the 32-bit protocol, and the screen in it. */
#include "unit.h"

#include "abi/layout.h"
#include "common/bda.h"
#include "fake_io.h"
#include "install/linux.h"
#include "survey/screen.h"

#define INFO   0x1000000u       /* the copy of the loader's information */
#define KERNEL 0x100000u

static uint8_t info[LOADER_INFO], bda[0x100];
static uint32_t calls[4], call_count;
static struct boot_params params;
static struct rj_memory memory[RJ_MAX_MEMORY + 1];
static struct rj_stub stub;
static struct rj_acpi acpi;

uint8_t read8(uint32_t address)
{
	if (address >= BDA && address < BDA + sizeof(bda))
		return bda[address - BDA];
	assert_between(address, INFO, INFO + sizeof(info) - 1);
	return info[address - INFO];
}

uint16_t read16(uint32_t address)
{
	return (uint16_t)(read8(address) | read8(address + 1) << 8);
}

uint32_t read32(uint32_t address)
{
	return read16(address) | (uint32_t)read16(address + 2) << 16;
}

/* The cursor is in row 7, column 3. */
static void bios_call(struct bios_regs *regs, uint32_t number)
{
	assert_int_equal(number, 0x10);
	calls[call_count++] = regs->eax;
	regs->edx = 0x0703;
}

/* A setup part as rjpack places it: code all around the header. */
static int fresh(void **state)
{
	(void)state;
	memset(&params, 0x90, sizeof(params));
	memset(info, 0, sizeof(info));
	params.header.jump[0] = 0xEB;
	params.header.jump[1] = SETUP_CODE - 0x202;
	params.header.header = HDRS_MAGIC;
	params.header.code32_start = KERNEL;
	params.header.cmd_line_ptr = 0x1E000;
	stub = (struct rj_stub){ .bios_call = bios_call, .acpi = &acpi };
	memset(&acpi, 0, sizeof(acpi));
	call_count = 0;
	for (uint32_t i = 0; i < COUNT_OF(memory); i++)
		memory[i] = (struct rj_memory){ (uint64_t)i << 33, 0x1000, RJ_MEMORY_FREE };
	return 0;
}

static void fill(const struct rj_linux_start *start)
{
	struct rj_linux_start with = *start;

	with.stub = &stub;
	with.memory = memory;
	linux_fill(&params, &with);
}

static void assert_zero(size_t from, size_t end)
{
	for (size_t i = from; i < end; i++)
		assert_int_equal(((const uint8_t *)&params)[i], 0);
}

static void header_only(void **state)
{
	(void)state;
	acpi.rsdp[0] = 'R';
	fill(&(struct rj_linux_start){ .ebda = 0x9FC00, .memory_count = 3 });
	assert_zero(0, offsetof(struct boot_params, rsdp));
	assert_int_equal(params.rsdp, 0x9FD00);
	assert_zero(offsetof(struct boot_params, unused2), offsetof(struct boot_params, e820_count));
	assert_zero(offsetof(struct boot_params, unused5), SETUP_HEADER);
	assert_int_equal(params.header.header, HDRS_MAGIC);
	assert_int_equal(params.header.code32_start, KERNEL);
	assert_int_equal(params.header.cmd_line_ptr, 0x1E000);
	assert_zero(SETUP_CODE, offsetof(struct boot_params, e820));
	assert_int_equal(params.e820_count, 3);
	assert_memory_equal(params.e820, memory, 3 * sizeof(*memory));
	assert_zero(offsetof(struct boot_params, e820[3]), sizeof(params));
	assert_int_equal(call_count, 0);
}

/* The kernel is to search for it, or there is none. */
static void no_rsdp(void **state)
{
	(void)state;
	fill(&(struct rj_linux_start){ .ebda = 0x9FC00 });
	assert_int_equal(params.rsdp, 0);
	acpi.rsdp[0] = 'R';
	fill(&(struct rj_linux_start){ .ebda = 0 });
	assert_int_equal(params.rsdp, 0);
}

/* Fields of a later protocol are not the packer's; those of an earlier one end sooner. */
static void header_sizes(void **state)
{
	(void)state;
	params.header.jump[1] = 0xFF;
	fill(&(struct rj_linux_start){ .memory_count = 0 });
	assert_zero(SETUP_CODE, sizeof(params));
	fresh(NULL);
	params.header.jump[1] = offsetof(struct boot_params, header.init_size) - 0x202;
	fill(&(struct rj_linux_start){ .memory_count = 0 });
	assert_int_equal(params.header.pref_address, UINT64_C(0x9090909090909090));
	assert_int_equal(params.header.init_size, 0);
}

static void many_ranges(void **state)
{
	(void)state;
	fill(&(struct rj_linux_start){ .memory_count = BOOT_PARAMS_E820_MAX + 1 });
	assert_int_equal(params.e820_count, BOOT_PARAMS_E820_MAX);
	assert_memory_equal(params.e820, memory, sizeof(params.e820));
	assert_zero(offsetof(struct boot_params, unused7), sizeof(params));
}

/* They are described where they are kept. */
static void runtime_services(void **state)
{
	static struct rj_efi efi = { .info = { .signature = EFI_LOADER_64, .system_table = 0x7E000000,
			.row_size = 40, .row_version = 1, .map = 1, .map_size = 80, .map_high = 2 },
		.head = { .type = SETUP_EFI, .length = 96 } };
	const struct rj_linux_start with = { .efi = &efi };

	(void)state;
	params.header.version = 0x20C;
	params.header.xloadflags = 0x10;
	params.header.setup_data = 0;
	fill(&with);
	assert_int_equal(params.efi.signature, EFI_LOADER_64);
	assert_int_equal(params.efi.system_table, 0x7E000000);
	assert_int_equal(params.efi.map, (uint32_t)(uintptr_t)efi.rows);
	assert_int_equal(params.efi.map_high, 0);
	assert_int_equal(params.efi.map_size, 80);
	assert_int_equal(params.header.setup_data, (uintptr_t)&efi.head);
	efi.head.length = 0;
	params.header.setup_data = 0;
	fill(&with);
	assert_int_equal(params.efi.map_size, 80);
	assert_int_equal(params.header.setup_data, 0);
}

/* Kernels that cannot take them do not get them. */
static void no_runtime_services(void **state)
{
	static const struct {
		uint16_t version, flags;
	} rows[] = { { 0x20B, 0x10 }, { 0x20F, 0x2F } };
	static struct rj_efi efi = { .info = { .signature = EFI_LOADER_64, .map_size = 80 },
		.head = { .type = SETUP_EFI, .length = 96 } };

	(void)state;
	FOR_EACH(i, rows) {
		fresh(NULL);
		params.header.version = rows[i].version;
		params.header.xloadflags = rows[i].flags;
		params.header.setup_data = 0;
		fill(&(struct rj_linux_start){ .efi = &efi });
		assert_zero(offsetof(struct boot_params, efi), offsetof(struct boot_params, unused4));
		assert_int_equal(params.header.setup_data, 0);
	}
}

static void text(void **state)
{
	(void)state;
	bda[BDA_OFFSET(BDA_COLUMNS)] = 80;
	bda[BDA_OFFSET(BDA_LAST_ROW)] = 24;
	bda[BDA_OFFSET(BDA_CHARACTER_HEIGHT)] = 16;
	stub.screen.type = SCREEN_EFI;
	fill(&(struct rj_linux_start){ .has_text = true });
	assert_int_equal(calls[0], 0x0003);
	assert_int_equal(calls[1], 0x0300);
	assert_int_equal(params.screen.type, SCREEN_VGA);
	assert_int_equal(params.screen.mode, 3);
	assert_int_equal(params.screen.columns, 80);
	assert_int_equal(params.screen.rows, 25);
	assert_int_equal(params.screen.points, 16);
	assert_int_equal(params.screen.row, 7);
	assert_int_equal(params.screen.column, 3);
}

static void framebuffer(void **state)
{
	struct screen_info *screen = (struct screen_info *)info;

	(void)state;
	screen->type = SCREEN_EFI;
	screen->base = 0x80000000;
	screen->base_high = 0x20;
	screen->reserved.position = 24;
	stub.screen = loader_screen(LOADER_LINUX64, INFO);
	fill(&(struct rj_linux_start){ .memory_count = 0 });
	assert_memory_equal(&params.screen, info, sizeof(*screen));
	screen->type = SCREEN_VGA;
	assert_int_equal(loader_screen(LOADER_LINUX64, INFO).type, 0);
	assert_int_equal(loader_screen(LOADER_LINUX64, INFO).base, 0);
	screen->type = SCREEN_VESA;
	assert_int_equal(loader_screen(LOADER_LINUX32, INFO).type, SCREEN_VESA);
	assert_int_equal(loader_screen(LOADER_LINUX16, INFO).type, 0);
	assert_int_equal(loader_screen(LOADER_MULTIBOOT, INFO).type, 0);
}

/* Multiboot2 specification 2.0, 3.6.12. */
static void tag(void **state)
{
	static const uint8_t bytes[] = {
		56, 0, 0, 0, 0, 0, 0, 0,                /* total_size */
		8, 0, 0, 0, 38, 0, 0, 0,                /* type, size */
		0, 0, 0, 0xC0, 0x40, 0, 0, 0,           /* framebuffer_addr */
		0x00, 0x14, 0, 0, 0, 5, 0, 0,           /* pitch, width */
		0x20, 3, 0, 0, 32, 1, 0, 0,             /* height, bpp, type */
		16, 8, 8, 7, 0, 6, 0, 0,                /* red, green, blue */
		0, 0, 0, 0, 8, 0, 0, 0,
	};
	struct screen_info screen;

	(void)state;
	memcpy(info, bytes, sizeof(bytes));
	screen = loader_screen(LOADER_MULTIBOOT2, INFO);
	assert_int_equal(screen.type, SCREEN_VESA);
	assert_int_equal(screen.base, 0xC0000000);
	assert_int_equal(screen.base_high, 0x40);
	assert_int_equal(screen.capabilities, SCREEN_64BIT);
	assert_int_equal(screen.pitch, 5120);
	assert_int_equal(screen.width, 1280);
	assert_int_equal(screen.height, 800);
	assert_int_equal(screen.depth, 32);
	assert_int_equal(screen.size, 63);      /* 62.5 blocks of 64 KiB */
	assert_int_equal(screen.red.position, 16);
	assert_int_equal(screen.green.size, 7);
	assert_int_equal(screen.blue.size, 6);
	info[8 + 29] = 2;                       /* EGA text */
	assert_int_equal(loader_screen(LOADER_MULTIBOOT2, INFO).type, 0);
}

static void by_user(void **state)
{
	static const char *const wrong[] = {
		"", "0x80000000", "0x80000000,1024x768x32", "0x80000000,1024x768x32,",
		"0x80000000,1024x768,4096", "0x80000000,1024x768x31,4096", "0,1024x768x32,4096",
		"0x80000000,1024x768x32,65536", "0x80000000,1024x768x32,4096,", "0x,1x1x32,4",
		"80000000h,1024x768x32,4096", "0x80000000,-1x768x32,4096",
		"0x12345678123456781,640x480x32,2560",
	};
	struct screen_info s;

	(void)state;
	assert_true(screen_parse("0x380c0000000,1024x768x16,2048", &s));
	assert_int_equal(s.base, 0xC0000000);
	assert_int_equal(s.base_high, 0x380);
	assert_int_equal(s.capabilities, SCREEN_64BIT);
	assert_int_equal(s.width, 1024);
	assert_int_equal(s.height, 768);
	assert_int_equal(s.pitch, 2048);
	assert_int_equal(s.green.size, 6);
	assert_int_equal(s.red.position, 11);
	assert_true(screen_parse("2147483648,640x480x32,2560", &s));
	assert_int_equal(s.base, 0x80000000);
	assert_int_equal(s.red.position, 16);
	assert_true(screen_parse("0xA0000,640x480x15,1280", &s));
	assert_int_equal(s.red.position, 10);
	FOR_EACH(i, wrong)
		assert_false(screen_parse(wrong[i], &s));
}

UNIT_MAIN(cmocka_unit_test_setup(by_user, fresh), cmocka_unit_test_setup(header_only, fresh), cmocka_unit_test_setup(no_rsdp, fresh),
	  cmocka_unit_test_setup(header_sizes, fresh),
	  cmocka_unit_test_setup(runtime_services, fresh),
	  cmocka_unit_test_setup(no_runtime_services, fresh),
	  cmocka_unit_test_setup(many_ranges, fresh), cmocka_unit_test_setup(text, fresh),
	  cmocka_unit_test_setup(framebuffer, fresh), cmocka_unit_test_setup(tag, fresh))
