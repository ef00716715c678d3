/* SPDX-License-Identifier: MIT */
/* What the survey reads of loaders' information and of EFI's tables, in memory of the test's own. */
#include "unit.h"

#include <inttypes.h>
#include <sys/mman.h>

#include "abi/boot_params.h"
#include "abi/layout.h"
#include "fake_io.h"
#include "hardware/acpi.h"
#include "hardware/firmware.h"
#include "hardware/paging.h"
#include "survey/acpi_wide.h"
#include "survey/crash_memory.h"
#include "survey/find_rsdp.h"
#include "survey/loader_memory.h"
#include "survey/memory_map.h"
#include "survey/reach.h"
#include "survey/runtime_services.h"

#define INFO      0x1000000u    /* the copy of the loader's information, and the home's old bytes */
#define INFO_SIZE (LOADER_INFO + STUB_HOME_SIZE)
#define LOW       0x7F00000u    /* where tables are, */
#define HIGH      UINT64_C(0x240000000) /* and above 4 GiB */
#define SIZE      0x20000u
#define ROWS      64u
#define READS_MAX 20000000u

static uint8_t info[INFO_SIZE], low[SIZE], high[SIZE], rom[0x20000];
static uint8_t *work;           /* at SURVEY_WORK */
static enum firmware state_of_firmware;
static uint32_t ebda;
static unsigned long reads;
static struct rj_memory rows[RJ_MAX_MEMORY];

static uint8_t *byte(uint64_t address)
{
	const struct {
		uint64_t from;
		uint32_t size;
		uint8_t *bytes;
	} regions[] = {
		{ INFO, sizeof(info), info }, { LOW, sizeof(low), low }, { HIGH, sizeof(high), high },
		{ 0xE0000, sizeof(rom), rom }, { SURVEY_WORK, SURVEY - SURVEY_WORK, work },
	};

	assert_between(++reads, 1, READS_MAX);
	for (size_t i = 0; i < COUNT_OF(regions); i++)
		if (address >= regions[i].from && address - regions[i].from < regions[i].size)
			return regions[i].bytes + (address - regions[i].from);
	return NULL;
}

uint8_t read8(uint32_t address)
{
	return byte(address) ? *byte(address) : 0xFF;
}

uint16_t read16(uint32_t address)
{
	return (uint16_t)(read8(address) | read8(address + 1) << 8);
}

uint32_t read32(uint32_t address)
{
	return read16(address) | (uint32_t)read16(address + 2) << 16;
}

/* No CPU has addresses of more than 52 bits. */
bool paging_copy(void *to, uint64_t from, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		((uint8_t *)to)[i] = byte(from + i) ? *byte(from + i) : 0xFF;
	return !((from + size) >> 52);
}

uint32_t bda_ebda(void)
{
	return ebda;
}

enum firmware firmware_state(void)
{
	return state_of_firmware;
}

static int fresh(void **state)
{
	(void)state;
	if (!work) {
		work = mmap((void *)(SURVEY_WORK & ~0xFFFu), 0x4000, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		assert_true(work != MAP_FAILED);
		work = (uint8_t *)SURVEY_WORK;
	}
	memset(info, 0, sizeof(info));
	memset(low, 0, sizeof(low));
	memset(high, 0, sizeof(high));
	memset(rom, 0, sizeof(rom));
	state_of_firmware = FIRMWARE_NONE;
	ebda = 0;
	reads = 0;
	reach_init(INFO);
	return 0;
}

static void put(uint64_t address, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		*byte(address + i) = (uint8_t)(value >> 8 * i);
}

static void put_row(uint64_t address, uint64_t base, uint64_t size, uint32_t type)
{
	put(address, base, 8);
	put(address + 8, size, 8);
	put(address + 16, type, 4);
}

#define PARAM(field) (INFO + (uint32_t)offsetof(struct boot_params, field))

/* A text of rows, "from-end:type" each, so that a failure shows them. */
static const char *text_of(uint32_t count)
{
	static char text[4096];
	size_t at = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < count && i < COUNT_OF(rows); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%" PRIX64 "-%" PRIX64 ":%u",
				       i ? " " : "", rows[i].base, rows[i].base + rows[i].size,
				       rows[i].type);
	return text;
}

#define G UINT64_C(0x40000000)

/* Maps of machines as their firmware or kexec reports them, and as INT 15h will. */
static void normal(void **state)
{
	static const struct {
		const char *name, *expected;
		struct rj_memory from[8];
		uint32_t base_end;
	} maps[] = {
		{ "OVMF", "0-A0000:1 F0000-100000:2 100000-800000:1 800000-808000:4 808000-1000000:1",
		  { { 0, 0xA0000, 1 }, { 0x100000, 0x700000, 1 }, { 0x800000, 0x8000, 4 },
		    { 0x808000, 0x7F8000, 1 } }, 0xA0000 },
		{ "kexec -c", "0-9FC00:1 9FC00-A0000:2 F0000-100000:2 100000-40000000:1",
		  { { 0x400, 0x9F800, 1 }, { 0x9FC00, 0x400, 2 }, { 0xF0000, 0x10000, 2 },
		    { 0x100000, G - 0x100000, 1 } }, 0x9FC00 },
		{ "a page for waking up",
		  "0-58000:1 58000-59000:2 59000-9E000:1 9E000-A0000:2 F0000-100000:2 100000-40000000:1",
		  { { 0, 0x58000, 1 }, { 0x58000, 0x1000, 2 }, { 0x59000, 0x45000, 1 },
		    { 0x9E000, 0x62000, 2 }, { 0x100000, G - 0x100000, 1 } }, 0x9E000 },
		{ "one in the stub's home",
		  "0-58000:1 58000-59000:2 59000-8F000:1 8F000-90000:2 90000-A0000:1 F0000-100000:2",
		  { { 0, 0x58000, 1 }, { 0x58000, 0x1000, 2 }, { 0x59000, 0x36000, 1 },
		    { 0x8F000, 0x1000, 2 }, { 0x90000, 0x10000, 1 }, { 0xA0000, 0x20000, 2 } },
		  0xA0000 },
		{ "SMRAM", "0-30000:1 30000-50000:2 50000-A0000:1 F0000-100000:2",
		  { { 0, 0x30000, 1 }, { 0x30000, 0x20000, 2 }, { 0x50000, 0x50000, 1 } }, 0xA0000 },
		{ "too large a hole", "0-30000:1 30000-51000:2 51000-A0000:1 F0000-100000:2",
		  { { 0, 0x30000, 1 }, { 0x30000, 0x21000, 2 }, { 0x51000, 0x4F000, 1 } }, 0x30000 },
		{ "an island", "0-60000:1 60000-9E000:2 9E000-9F000:1 9F000-A0000:2 F0000-100000:2",
		  { { 0, 0x60000, 1 }, { 0x9E000, 0x1000, 1 } }, 0x60000 },
		{ "out of order, overlapping",
		  "0-A0000:1 F0000-100000:2 100000-200000:1 200000-280000:3 280000-2C0000:4 "
		  "2C0000-300000:2 300000-400000:1",
		  { { 0x280000, 0x80000, 4 }, { 0x100000, 0x300000, 1 }, { 0x2C0000, 0x40000, 9 },
		    { 0x200000, 0x90000, 3 }, { 0, 0xA0000, 1 } }, 0xA0000 },
		{ "every other type is reserved", "0-A0000:1 F0000-104000:2",
		  { { 0, 0xA0000, 1 }, { 0x100000, 0x1000, 7 }, { 0x101000, 0x1000, 12 },
		    { 0x102000, 0x1000, 0 }, { 0x103000, 0x1000, 0xEFFFFFFF } }, 0xA0000 },
		{ "neighbours", "0-A0000:1 F0000-100000:2 100000-400000:1",
		  { { 0, 0x1000, 2 }, { 0x1000, 0x9F000, 1 }, { 0x200000, 0x200000, 1 },
		    { 0x100000, 0x100000, 1 } }, 0xA0000 },
		{ "up to the end", "0-A0000:1 F0000-100000:2 FFFFFFFFFFFFF000-FFFFFFFFFFFFFFFF:2",
		  { { 0, 0xA0000, 1 }, { UINT64_MAX - 0xFFF, UINT64_MAX, 2 } }, 0xA0000 },
		{ "memory under video memory", "0-A0000:1 F0000-100000:2 100000-200000:1",
		  { { 0, 0x200000, 1 } }, 0xA0000 },
		{ "nothing low", "0-1000:1 1000-A0000:2 F0000-100000:2 100000-200000:1",
		  { { 0x100000, 0x100000, 1 } }, 0x1000 },
	};

	(void)state;
	FOR_EACH_NAMED(i, maps, maps[i].name) {
		uint32_t count = memory_normalise(maps[i].from, COUNT_OF(maps[i].from), rows, ROWS);

		assert_string_equal(text_of(count), maps[i].expected);
		assert_int_equal(memory_base_end(rows, count), maps[i].base_end);
	}
	assert_int_equal(memory_normalise(NULL, 0, rows, ROWS), 0);
}

/* With too many rows, the reserved ones above 1 MiB go first. */
static void too_many(void **state)
{
	struct rj_memory from[100];
	uint32_t count;

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		from[i] = (struct rj_memory){ 0x100000 + i * 0x1000u, 0x1000, i % 2 ? 2 : 1 };
	assert_int_equal(memory_normalise(from, 100, rows, 128), 2 + 1 + 100);
	count = memory_normalise(from, 100, rows, 64);
	assert_int_equal(count, 2 + 1 + 50);
	assert_int_equal(rows[count - 1].base, 0x100000 + 98 * 0x1000);
	assert_true(memory_normalise(from, 100, rows, 8) > 8);
	assert_int_equal(rows[7].base, 0x100000 + 8 * 0x1000);
	rows[8].type = 77;
	memory_normalise(from, 100, rows, 8);
	assert_int_equal(rows[8].type, 77);
}

static uint32_t take(uint32_t loader, bool *more)
{
	memset(rows, 0, sizeof(rows));
	return loader_memory(loader, INFO, rows, ROWS, more);
}

static void of_boot_params(void **state)
{
	bool more;

	(void)state;
	put(PARAM(e820_count), 2, 1);
	put_row(PARAM(e820[0]), 0, 0xA0000, 1);
	put_row(PARAM(e820[1]), 0x100000, G, 1);
	assert_string_equal(text_of(take(LOADER_LINUX64, &more)), "0-A0000:1 100000-40100000:1");
	assert_int_equal(take(LOADER_LINUX16, &more), 0);       /* has only the header */
	/* more rows above 4 GiB, after an element of another type, which is in the stub's home */
	put(PARAM(header.setup_data), STUB_HOME + 0x100, 8);
	put(INFO + LOADER_INFO + 0x100, HIGH, 8);
	put(HIGH + 8, SETUP_E820_EXT, 4);
	put(HIGH + 12, 40, 4);
	put_row(HIGH + 16, 0x200000000, G, 1);
	put_row(HIGH + 36, 0x300000000, G, 2);
	assert_string_equal(text_of(take(LOADER_LINUX32, &more)),
			    "0-A0000:1 100000-40100000:1 200000000-240000000:1 300000000-340000000:2");
	assert_false(more);
}

static void bad_boot_params(void **state)
{
	bool more;

	(void)state;
	put(PARAM(e820_count), 255, 1);
	assert_int_equal(take(LOADER_LINUX64, &more), ROWS);
	assert_true(more);
	put(PARAM(e820_count), 0, 1);
	put(PARAM(header.setup_data), LOW, 8);                  /* circular */
	put(LOW, LOW, 8);
	put(LOW + 8, SETUP_E820_EXT, 4);
	put(LOW + 12, 20, 4);
	put_row(LOW + 16, 0, 0xA0000, 1);
	assert_between(take(LOADER_LINUX64, &more), 1, ROWS);
	put(LOW, 0, 8);
	put(LOW + 12, UINT32_MAX, 4);                           /* a huge count */
	assert_int_equal(take(LOADER_LINUX64, &more), ROWS);
	put(PARAM(header.setup_data), UINT64_MAX - 3, 8);       /* out of reach */
	assert_int_equal(take(LOADER_LINUX64, &more), 0);
	put(PARAM(header.setup_data), UINT64_C(1) << 60, 8);
	assert_int_equal(take(LOADER_LINUX64, &more), 0);
}

static void of_multiboot(void **state)
{
	bool more;

	(void)state;
	put(INFO, 0x41, 4);
	put(INFO + 4, 639, 4);
	put(INFO + 8, 0x10000, 4);
	put(INFO + 44, 24 + 32, 4);
	put(INFO + 48, STUB_HOME + STUB_HOME_SIZE - 10, 4);     /* half in the home */
	put(INFO + INFO_SIZE - 10, 20, 4);
	assert_int_equal(take(LOADER_MULTIBOOT, &more), 1);
	put(INFO + 48, LOW, 4);
	put(LOW, 20, 4);
	put_row(LOW + 4, 0, 0x9FC00, 1);
	put(LOW + 24, 28, 4);
	put_row(LOW + 28, 0x100000, G, 1);
	assert_string_equal(text_of(take(LOADER_MULTIBOOT, &more)), "0-9FC00:1 100000-40100000:1");
	put(LOW, 0, 4);                                         /* no step */
	assert_int_equal(take(LOADER_MULTIBOOT, &more), 0);
	put(LOW, UINT32_MAX, 4);
	assert_int_equal(take(LOADER_MULTIBOOT, &more), 0);
	put(INFO, 1, 4);
	assert_string_equal(text_of(take(LOADER_MULTIBOOT, &more)), "0-9FC00:1 100000-4100000:1");
	put(INFO, 0, 4);
	assert_int_equal(take(LOADER_MULTIBOOT, &more), 0);
}

/* Appends a tag; the end tag follows. Returns its address. */
static uint32_t put_tag(uint32_t type, uint32_t size)
{
	uint32_t at = read32(INFO) ? INFO + read32(INFO) - 8 : INFO + 8, end = at + ((size + 7) & ~7u);

	put(at, type, 4);
	put(at + 4, size, 4);
	put(end, 0, 4);
	put(end + 4, 8, 4);
	put(INFO, end + 8 - INFO, 4);
	return at;
}

static void of_multiboot2(void **state)
{
	uint32_t at = put_tag(6, 16 + 2 * 24);
	bool more;

	(void)state;
	put(at + 8, 24, 4);
	put_row(at + 16, 0, 0x9FC00, 1);
	put_row(at + 40, 0x100000, G, 1);
	assert_string_equal(text_of(take(LOADER_MULTIBOOT2, &more)), "0-9FC00:1 100000-40100000:1");
	put(at + 8, 0, 4);
	assert_int_equal(take(LOADER_MULTIBOOT2, &more), 0);
	put(at + 8, 19, 4);
	assert_int_equal(take(LOADER_MULTIBOOT2, &more), 0);
	put(at + 4, 15, 4);
	put(at + 8, 24, 4);
	assert_int_equal(take(LOADER_MULTIBOOT2, &more), 0);
}

static void of_pvh(void **state)
{
	bool more;

	(void)state;
	put(INFO + 40, LOW, 8);
	put(INFO + 48, 2, 4);
	put_row(LOW, 0, 0x9FC00, 1);
	put_row(LOW + 24, 0x100000, G, 1);
	assert_int_equal(take(LOADER_PVH, &more), 0);           /* version 0 has none */
	put(INFO + 4, 1, 4);
	assert_string_equal(text_of(take(LOADER_PVH, &more)), "0-9FC00:1 100000-40100000:1");
	put(INFO + 48, UINT32_MAX, 4);
	assert_int_equal(take(LOADER_PVH, &more), ROWS);
	assert_true(more);
}

static void sum_up(uint64_t at, uint32_t size, uint32_t checksum)
{
	uint8_t sum = 0;

	*byte(at + checksum) = 0;
	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + *byte(at + i));
	*byte(at + checksum) = (uint8_t)-sum;
}

static void put_rsdp(uint64_t at, uint8_t revision, uint32_t rsdt, uint64_t xsdt)
{
	memcpy(byte(at), "RSD PTR ", 8);
	put(at + 15, revision, 1);
	put(at + 16, rsdt, 4);
	put(at + 20, 36, 4);
	put(at + 24, xsdt, 8);
	sum_up(at, 20, 8);
	sum_up(at, 36, 32);
}

static void put_table(uint64_t at, const char *signature, uint32_t size)
{
	memcpy(byte(at), signature, 4);
	put(at + 4, size, 4);
	sum_up(at, size, 9);
}

static const uint8_t acpi_20[] = {
	0x71, 0xE8, 0x68, 0x88, 0xF1, 0xE4, 0xD3, 0x11, 0xBC, 0x22, 0x00, 0x80, 0xC7, 0x3C, 0x88, 0x81 };
static const uint8_t acpi_10[] = {
	0x30, 0x2D, 0x9D, 0xEB, 0x88, 0x2D, 0xD3, 0x11, 0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D };
static const uint8_t smbios_2[] = {
	0x31, 0x2D, 0x9D, 0xEB, 0x88, 0x2D, 0xD3, 0x11, 0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D };
static const uint8_t smbios_3[] = {
	0x44, 0x15, 0xFD, 0xF2, 0x94, 0x97, 0x2C, 0x4A, 0x99, 0x2E, 0xE5, 0xBB, 0xCF, 0x20, 0xE3, 0x94 };

/* A system table at `at` whose second and third tables are ACPI's. */
static void put_efi(uint64_t at, unsigned word, uint64_t tables, uint64_t old, uint64_t new)
{
	uint32_t row = 16 + word;

	memcpy(byte(at), "IBI SYST", 8);
	put(at + (word == 8 ? 104 : 64), 3, word);
	put(at + (word == 8 ? 112 : 68), tables, word);
	memcpy(byte(tables + row), acpi_10, 16);
	put(tables + row + 16, old, word);
	memcpy(byte(tables + 2 * row), acpi_20, 16);
	put(tables + 2 * row + 16, new, word);
}

static void put_efi_info(uint32_t signature, uint64_t table)
{
	put(PARAM(efi.signature), signature, 4);
	put(PARAM(efi.system_table), table, 4);
	put(PARAM(efi.system_table_high), table >> 32, 4);
}

/* Who reports the RSDP, and the XSDT's address in the copy. */
static const char *source(uint32_t loader, uint64_t option)
{
	const struct rsdp_search search = { loader, INFO, option };
	uint8_t rsdp[RSDP_SIZE];
	const char *name = rsdp_find(&search, rsdp);
	static char text[100];

	snprintf(text, sizeof(text), "%s %X", name ? name : "nobody", le32(rsdp + 24));
	return text;
}

/* Each source that has one comes before the next. */
static void sources(void **state)
{
	uint32_t tag;

	(void)state;
	assert_string_equal(source(LOADER_LINUX64, 0), "nobody 0");
	put_rsdp(0xE0010, 2, 0, 1);
	assert_string_equal(source(LOADER_LINUX64, 0), "the BIOS's memory 1");
	ebda = LOW + 0x8000;
	put_rsdp(ebda + 0x100, 2, 0, 2);
	assert_string_equal(source(LOADER_LINUX64, 0), "the BIOS's memory 1");
	state_of_firmware = FIRMWARE_ALIVE;
	assert_string_equal(source(LOADER_LINUX64, 0), "the BIOS's memory 2");
	put_rsdp(LOW + 0x100, 0, 3, 3);
	put_rsdp(HIGH + 0x200, 2, 0, 4);
	put_efi(HIGH, 8, HIGH + 0x1000, LOW + 0x100, 0);
	put_efi_info(EFI_LOADER_64, HIGH);
	assert_string_equal(source(LOADER_LINUX64, 0), "EFI's configuration tables 0");
	put_efi(HIGH, 8, HIGH + 0x1000, LOW + 0x100, HIGH + 0x200);
	assert_string_equal(source(LOADER_LINUX64, 0), "EFI's configuration tables 4");
	assert_string_equal(source(LOADER_LINUX16, 0), "the BIOS's memory 2");
	put_rsdp(LOW + 0x300, 2, 0, 5);
	put(PARAM(rsdp), LOW + 0x300, 8);
	assert_string_equal(source(LOADER_LINUX32, 0), "boot_params 5");
	put_rsdp(LOW + 0x400, 2, 0, 6);
	assert_string_equal(source(LOADER_LINUX32, LOW + 0x400), "rj.rsdp 6");
	fresh(NULL);
	put_rsdp(LOW, 2, 0, 7);
	put(INFO + 32, LOW, 8);
	assert_string_equal(source(LOADER_PVH, 0), "PVH's start information 7");
	assert_string_equal(source(LOADER_MULTIBOOT, 0), "nobody 0");
	fresh(NULL);
	put_rsdp(HIGH + 0x200, 2, 0, 8);
	put_efi(HIGH, 8, HIGH + 0x1000, 0, HIGH + 0x200);
	put(put_tag(12, 16) + 8, HIGH, 8);
	assert_string_equal(source(LOADER_MULTIBOOT2, 0), "EFI's configuration tables 8");
	put_rsdp(put_tag(14, 8 + 20 + 16) + 8, 0, 0, 0);
	assert_string_equal(source(LOADER_MULTIBOOT2, 0), "the multiboot2 information 0");
	tag = put_tag(15, 8 + 36);
	put_rsdp(tag + 8, 2, 0, 9);
	assert_string_equal(source(LOADER_MULTIBOOT2, 0), "the multiboot2 information 9");
}

/* A 32-bit system table, and one whose addresses Linux has made virtual. */
static void efi_tables(void **state)
{
	(void)state;
	put_rsdp(LOW + 0x800, 2, 0, 1);
	put_efi(LOW, 4, LOW + 0x1000, 0, LOW + 0x800);
	put_efi_info(EFI_LOADER_32, LOW);
	assert_string_equal(source(LOADER_LINUX32, 0), "EFI's configuration tables 1");
	put_efi_info(EFI_LOADER_64, LOW);
	assert_string_equal(source(LOADER_LINUX32, 0), "nobody 0");
	fresh(NULL);
	put_rsdp(HIGH + 0x800, 2, 0, 1);
	put_efi(HIGH, 8, HIGH + 0x1000, 0, HIGH + 0x800);
	put(HIGH + 112, UINT64_C(0xFFFFFFFEF8001000), 8);
	put_efi_info(EFI_LOADER_64, HIGH);
	assert_string_equal(source(LOADER_LINUX64, 0), "nobody 0");
	put(PARAM(header.setup_data), LOW, 8);
	put(LOW + 8, SETUP_EFI, 4);
	put(LOW + 12, 96, 4);
	put(LOW + 16 + 16, HIGH + 0x1000, 8);
	assert_string_equal(source(LOADER_LINUX64, 0), "EFI's configuration tables 1");
	put(HIGH + 104, UINT32_MAX, 8);                         /* a huge count */
	assert_string_equal(source(LOADER_LINUX64, 0), "EFI's configuration tables 1");
	memset(byte(HIGH + 0x1000), 0, 0x1000);
	assert_string_equal(source(LOADER_LINUX64, 0), "nobody 0");
	*byte(HIGH) = 'X';
	assert_string_equal(source(LOADER_LINUX64, 0), "nobody 0");
}

static void smbios(void **state)
{
	static const struct {
		const char *name;
		uint64_t old, new;
		uint32_t found;
	} tables[] = {
		{ "none", 0, 0, 0 }, { "2", LOW, 0, LOW }, { "3", 0, LOW, LOW },
		{ "2 and 3", LOW, LOW + 0x100, LOW }, { "above 4 GiB", 0, HIGH, 0 },
	};
	const struct rsdp_search search = { LOADER_LINUX64, INFO, 0 };

	(void)state;
	FOR_EACH(i, tables) {
		fresh(NULL);
		put_efi(HIGH, 8, HIGH + 0x1000, 0, 0);
		put_efi_info(EFI_LOADER_64, HIGH);
		memcpy(byte(HIGH + 0x1000), smbios_2, sizeof(smbios_2));
		memcpy(byte(HIGH + 0x1000 + 24), smbios_3, sizeof(smbios_3));
		put(HIGH + 0x1000 + 16, tables[i].old, 8);
		put(HIGH + 0x1000 + 40, tables[i].new, 8);
		assert_int_equal(smbios_find(&search), tables[i].found);
	}
}

/* A wrong checksum makes it none, or one of revision 0. */
static void checksums(void **state)
{
	uint8_t rsdp[RSDP_SIZE], sum = 0;

	(void)state;
	put_rsdp(HIGH, 2, 0x1234, 0x5678);
	assert_true(acpi_wide_take(HIGH, rsdp));
	assert_memory_equal(rsdp, byte(HIGH), RSDP_SIZE);
	*byte(HIGH + 33) ^= 1;
	assert_true(acpi_wide_take(HIGH, rsdp));
	assert_int_equal(rsdp[RSDP_REVISION], 0);
	assert_int_equal(le32(rsdp + 24), 0);
	for (unsigned i = 0; i < RSDP_SIZE_1; i++)
		sum = (uint8_t)(sum + rsdp[i]);
	assert_int_equal(sum, 0);
	*byte(HIGH + 10) ^= 1;
	assert_false(acpi_wide_take(HIGH, rsdp));
	assert_int_equal(rsdp[0], 0);
	assert_false(acpi_wide_take(UINT64_MAX - 3, rsdp));
}

/* Tables above 4 GiB are copied; those below are read in place. */
static void tables_above(void **state)
{
	uint8_t rsdp[RSDP_SIZE];

	(void)state;
	put_rsdp(HIGH, 2, 0, HIGH + 0x100);
	put(HIGH + 0x100 + 36, HIGH + 0x1000, 8);
	put(HIGH + 0x100 + 44, LOW + 0x1000, 8);
	put(HIGH + 0x100 + 52, HIGH + 0x8000, 8);
	put_table(HIGH + 0x100, "XSDT", 60);
	put(HIGH + 0x1000 + 0x700, 0xA5, 1);
	put_table(HIGH + 0x1000, "APIC", 0x800);
	put_table(LOW + 0x1000, "HPET", 56);
	put_table(HIGH + 0x8000, "DMAR", 0x10000);
	assert_true(acpi_wide_take(HIGH, rsdp));
	assert_int_equal(acpi_wide_find(ACPI_MADT), SURVEY_WORK);
	assert_memory_equal((void *)SURVEY_WORK, byte(HIGH + 0x1000), 0x800);
	assert_int_equal(acpi_wide_find(ACPI_HPET), LOW + 0x1000);
	assert_int_equal(acpi_wide_find(ACPI_DMAR), 0);         /* too large for the copy */
	assert_int_equal(acpi_wide_find(ACPI_IVRS), 0);
	*byte(HIGH + 0x1000 + 0x700) ^= 1;
	assert_int_equal(acpi_wide_find(ACPI_MADT), 0);
}

static void put_segment(uint64_t at, uint32_t type, uint64_t physical, uint64_t size)
{
	put(at, type, 4);
	put(at + 24, physical, 8);
	put(at + 40, size, 8);
}

/* The ELF core header of the Linux that has panicked: its memory is free. */
static void crash(void **state)
{
	(void)state;
	assert_int_equal(crash_memory(LOW, rows, 0, ROWS), 0);
	put(LOW, 0x464C457F, 4);
	put(LOW + 32, 64, 8);
	put(LOW + 54, 56, 2);
	put(LOW + 56, 4, 2);
	put_segment(LOW + 64, 4, 0x2000000, 0x1000);            /* PT_NOTE */
	put_segment(LOW + 64 + 56, 1, 0x100000, 0x7DFF000);
	put_segment(LOW + 64 + 2 * 56, 1, 0x100000000, 0x80000000);
	put_segment(LOW + 64 + 3 * 56, 1, 0x3000000, 0);
	rows[0] = (struct rj_memory){ 0x7F80000, 0x1000, RJ_MEMORY_FREE };
	assert_int_equal(crash_memory(LOW, rows, 1, ROWS), 4);
	assert_string_equal(text_of(4), "7F80000-7F81000:1 100000-7EFF000:1 100000000-180000000:1 "
			    "7EFF000-7F80000:1");
	rows[0].type = RJ_MEMORY_RESERVED;
	assert_int_equal(crash_memory(LOW, rows, 1, ROWS), 3);
	rows[0].type = RJ_MEMORY_FREE;
	rows[0].base += 0x100000;
	assert_int_equal(crash_memory(LOW, rows, 1, ROWS), 3);
	assert_int_equal(crash_memory(LOW, rows, 1, 2), 2);
	put(LOW + 54, 32, 2);
	assert_int_equal(crash_memory(LOW, rows, 0, ROWS), 0);
	put(LOW + 54, 56, 2);
	put(LOW + 32, UINT64_MAX - 8, 8);
	assert_int_equal(crash_memory(LOW, rows, 0, ROWS), 0);
	assert_int_equal(crash_memory(UINT64_MAX - 8, rows, 0, ROWS), 0);
}

/* A row of EFI's memory map. */
static void put_efi_row(uint64_t at, uint32_t type, uint64_t start, bool is_runtime)
{
	put(at, type, 4);
	put(at + 8, start, 8);
	put(at + 16, ~start, 8);
	put(at + 24, 3, 8);
	put(at + 32, is_runtime ? EFI_MEMORY_RUNTIME | 0xF : 0xF, 8);
}

static void put_efi_map(uint64_t at, uint32_t row_size, uint32_t map_size)
{
	put(PARAM(efi.map), at, 4);
	put(PARAM(efi.map_high), at >> 32, 4);
	put(PARAM(efi.row_size), row_size, 4);
	put(PARAM(efi.row_version), 1, 4);
	put(PARAM(efi.map_size), map_size, 4);
}

/* The runtime services as kexec hands them on, and as firmware has them. */
static void runtime_services(void **state)
{
	static struct rj_efi kept;

	(void)state;
	put_efi_info(EFI_LOADER_64, LOW);
	put_efi_map(HIGH, 48, 3 * 48 + 8);
	put_efi_row(HIGH, 5, 0x1000, true);
	put_efi_row(HIGH + 48, 7, 0x2000, false);
	put_efi_row(HIGH + 96, 6, 0x3000, true);
	assert_true(runtime_services_keep(LOADER_LINUX64, INFO, &kept));
	assert_int_equal(kept.info.signature, EFI_LOADER_64);
	assert_int_equal(kept.info.system_table, LOW);
	assert_int_equal(kept.info.row_size, 40);
	assert_int_equal(kept.info.map_size, 80);
	assert_int_equal(kept.rows[0].start, 0x1000);
	assert_int_equal(kept.rows[0].type, 5);
	assert_int_equal(kept.rows[1].start, 0x3000);
	assert_int_equal(kept.rows[1].virtual_start, ~UINT64_C(0x3000));
	assert_int_equal(kept.rows[1].pages, 3);
	assert_int_equal(kept.rows[1].attributes, EFI_MEMORY_RUNTIME | 0xF);
	assert_int_equal(kept.head.length, 0);

	put(PARAM(header.setup_data), LOW + 0x2000, 8);
	put(LOW + 0x2000 + 8, SETUP_EFI, 4);
	put(LOW + 0x2000 + 12, 96, 4);
	put(LOW + 0x2000 + 16 + 16, 0x7E010000, 8);
	assert_true(runtime_services_keep(LOADER_LINUX32, INFO, &kept));
	assert_int_equal(kept.head.next, 0);
	assert_int_equal(kept.head.type, SETUP_EFI);
	assert_int_equal(kept.head.length, 96);
	assert_int_equal(kept.data.tables, 0x7E010000);
	put(LOW + 0x2000 + 12, 95, 4);
	assert_true(runtime_services_keep(LOADER_LINUX32, INFO, &kept));
	assert_int_equal(kept.head.length, 0);
}

static void no_runtime_services(void **state)
{
	static const struct {
		uint32_t loader, signature, row_size, map_size;
		uint64_t map;
	} none[] = {
		{ LOADER_LINUX64, 0, 48, 48, HIGH },
		{ LOADER_LINUX64, EFI_LOADER_64, 39, 48, HIGH },
		{ LOADER_LINUX64, EFI_LOADER_64, 0, 48, HIGH },
		{ LOADER_LINUX64, EFI_LOADER_64, 48, 0, HIGH },
		{ LOADER_LINUX64, EFI_LOADER_64, 48, 47, HIGH },
		{ LOADER_LINUX64, EFI_LOADER_64, 48, UINT32_MAX, HIGH },
		{ LOADER_LINUX64, EFI_LOADER_64, 48, 48, UINT64_MAX - 47 },
		{ LOADER_LINUX16, EFI_LOADER_64, 48, 48, HIGH },
		{ LOADER_MULTIBOOT2, EFI_LOADER_64, 48, 48, HIGH },
	};
	static struct rj_efi kept;

	(void)state;
	put_efi_row(HIGH, 5, 0x1000, true);
	FOR_EACH(i, none) {
		put_efi_info(none[i].signature, LOW);
		put_efi_map(none[i].map, none[i].row_size, none[i].map_size);
		memset(&kept, 0xFF, sizeof(kept));
		assert_true(runtime_services_keep(none[i].loader, INFO, &kept));
		assert_int_equal(kept.info.map_size, 0);
	}
}

/* One that has no room leaves out all: Linux would not miss it, but the firmware would. */
static void many_runtime_services(void **state)
{
	static struct rj_efi kept;

	(void)state;
	put_efi_info(EFI_LOADER_64, LOW);
	for (uint32_t i = 0; i <= RJ_EFI_ROWS; i++)
		put_efi_row(HIGH + i * 40, 6, i * 0x1000, true);
	put_efi_map(HIGH, 40, RJ_EFI_ROWS * 40);
	assert_true(runtime_services_keep(LOADER_LINUX64, INFO, &kept));
	assert_int_equal(kept.info.map_size, RJ_EFI_ROWS * 40);
	assert_int_equal(kept.rows[RJ_EFI_ROWS - 1].start, (RJ_EFI_ROWS - 1) * 0x1000);
	put_efi_map(HIGH, 40, (RJ_EFI_ROWS + 1) * 40);
	assert_false(runtime_services_keep(LOADER_LINUX64, INFO, &kept));
	assert_int_equal(kept.info.map_size, 0);
}

/* Whatever the loader's information says, all ends soon. */
static void mutated(void **state)
{
	static const uint32_t loaders[] = { LOADER_LINUX32, LOADER_LINUX64, LOADER_MULTIBOOT2,
		LOADER_MULTIBOOT, LOADER_PVH, LOADER_LINUX16, LOADER_LONG_MODE };
	static struct rj_efi kept;
	bool more;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		fresh(NULL);
		put_rsdp(HIGH, 2, 0, HIGH + 0x100);
		put_efi(LOW, 8, LOW + 0x1000, LOW, HIGH);
		put_efi_info(EFI_LOADER_64, LOW);
		put(PARAM(header.setup_data), LOW + 0x2000, 8);
		for (unsigned n = 0; n < 64; n++) {
			info[(unsigned)rand() % 0x600] = (uint8_t)rand();
			low[(unsigned)rand() % 0x2100] = (uint8_t)rand();
			high[(unsigned)rand() % 0x200] = (uint8_t)rand();
		}
		FOR_EACH(l, loaders) {
			uint32_t count;

			reads = 0;
			count = take(loaders[l], &more);
			assert_true(count <= ROWS);
			memory_normalise(rows, count, rows + ROWS, ROWS);
			source(loaders[l], 0);
			runtime_services_keep(loaders[l], INFO, &kept);
			assert_true(kept.info.map_size <= sizeof(kept.rows));
			acpi_wide_find(ACPI_MADT);
		}
	}
}

UNIT_MAIN(cmocka_unit_test_setup(normal, fresh), cmocka_unit_test_setup(too_many, fresh),
	  cmocka_unit_test_setup(of_boot_params, fresh),
	  cmocka_unit_test_setup(bad_boot_params, fresh),
	  cmocka_unit_test_setup(of_multiboot, fresh), cmocka_unit_test_setup(of_multiboot2, fresh),
	  cmocka_unit_test_setup(of_pvh, fresh), cmocka_unit_test_setup(sources, fresh),
	  cmocka_unit_test_setup(efi_tables, fresh), cmocka_unit_test_setup(smbios, fresh),
	  cmocka_unit_test_setup(checksums, fresh),
	  cmocka_unit_test_setup(tables_above, fresh), cmocka_unit_test_setup(crash, fresh),
	  cmocka_unit_test_setup(runtime_services, fresh),
	  cmocka_unit_test_setup(no_runtime_services, fresh),
	  cmocka_unit_test_setup(many_runtime_services, fresh),
	  cmocka_unit_test_setup(mutated, fresh))
