/* SPDX-License-Identifier: MIT */
/*
 * The stub's survey: loaders' information, EFI's tables and ACPI's. The first byte is the loader,
 * the others are the copy of its information and then the old contents of the stub's home, where
 * what that points to may be. All of it can be reached above 4 GiB, too.
 */
#include <string.h>
#include <sys/mman.h>

#include "abi/layout.h"
#include "fake_io.h"
#include "fuzz.h"
#include "hardware/acpi.h"
#include "hardware/firmware.h"
#include "hardware/paging.h"
#include "survey/acpi_wide.h"
#include "survey/find_rsdp.h"
#include "survey/crash_memory.h"
#include "survey/loader_memory.h"
#include "survey/memory_map.h"
#include "survey/reach.h"

#define INFO      0x1000000u
#define HIGH      UINT64_C(0x240000000) /* as INFO */
#define SIZE      (LOADER_INFO + STUB_HOME_SIZE)
#define ROWS      500u
#define READS_MAX 100000000u            /* bytes: a tenth of a second in the stub */
#define MADT_ENTRIES 44

static uint8_t memory[SIZE];
static unsigned long reads;

static uint8_t at(uint64_t address)
{
	require(++reads < READS_MAX, "the survey reads without end");
	if (address >= SURVEY_WORK && address < SURVEY)
		return *(const uint8_t *)(uintptr_t)address;
	if (address >= HIGH)
		address += INFO - HIGH;
	return address >= INFO && address - INFO < SIZE ? memory[address - INFO] : 0;
}

uint8_t read8(uint32_t address)
{
	return at(address);
}

uint16_t read16(uint32_t address)
{
	return (uint16_t)(at(address) | at(address + UINT64_C(1)) << 8);
}

uint32_t read32(uint32_t address)
{
	uint32_t value = 0;

	for (unsigned i = 4; i-- > 0;)
		value = value << 8 | at((uint64_t)address + i);
	return value;
}

bool paging_copy(void *to, uint64_t from, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		((uint8_t *)to)[i] = at(from + i);
	return !((from + size) >> 52);
}

uint32_t bda_ebda(void)
{
	return INFO + LOADER_INFO;
}

enum firmware firmware_state(void)
{
	return memory[0] & 1 ? FIRMWARE_ALIVE : FIRMWARE_NONE;
}

/* What hpet and ioapic read, too, must be in the table. */
static void read_tables(void)
{
	static const uint32_t signatures[] = { ACPI_FADT, ACPI_MADT, ACPI_HPET, ACPI_DMAR, ACPI_IVRS };

	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
		uint32_t table = acpi_wide_find(signatures[i]), entry = 0;

		if (table)
			while ((entry = acpi_entry(table, MADT_ENTRIES, 1, 12, entry)))
				require(entry + 12 <= acpi_end(table), "an entry beyond its table");
	}
}

static void check_map(const struct rj_memory *rows, uint32_t count)
{
	uint32_t end = memory_base_end(rows, count);

	require(!count || (rows[0].base == 0 && end >= 0x1000 && end <= VIDEO_MEMORY),
		"no base memory");
	for (uint32_t i = 0; i < count; i++) {
		uint64_t from = rows[i].base, to = from + rows[i].size;

		require(to > from && rows[i].type >= 1 && rows[i].type <= 4, "a row");
		require(!i || rows[i - 1].base + rows[i - 1].size <= from, "rows overlap");
		require(!i || rows[i - 1].type != rows[i].type ||
			rows[i - 1].base + rows[i - 1].size < from, "neighbours are apart");
		require(to <= VIDEO_MEMORY || from >= 0xF0000, "memory where ROMs are");
	}
}

void fuzz_survey(const uint8_t *bytes, size_t size)
{
	static struct rj_memory raw[ROWS], rows[RJ_MAX_MEMORY];
	static void *work;
	struct rsdp_search search = { .info = INFO };
	uint8_t rsdp[RSDP_SIZE], sum = 0;
	uint32_t count;
	bool more;

	if (!work)
		work = mmap((void *)(uintptr_t)(SURVEY_WORK & -4096u), SURVEY - (SURVEY_WORK & -4096u),
			    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	require(work != MAP_FAILED, "no memory for the survey");
	if (size < 2)
		return;
	search.loader = bytes[0];
	memset(memory, 0, sizeof(memory));
	memcpy(memory, bytes + 1, size - 1 < SIZE ? size - 1 : SIZE);
	reads = 0;
	reach_init(INFO);
	count = loader_memory(search.loader, INFO, raw, ROWS, &more);
	require(count <= ROWS, "more rows than there is room for");
	count = crash_memory(HIGH, raw, count, ROWS);
	require(count <= ROWS, "more rows than there is room for");
	count = memory_normalise(raw, count, rows, RJ_MAX_MEMORY);
	check_map(rows, count < RJ_MAX_MEMORY ? count : RJ_MAX_MEMORY);
	if (!rsdp_find(&search, rsdp))
		return;
	for (unsigned i = 0; i < RSDP_SIZE_1; i++)
		sum = (uint8_t)(sum + rsdp[i]);
	require(!sum, "an RSDP with a wrong checksum");
	read_tables();
}
