/* SPDX-License-Identifier: MIT */
/* The piece with the flag RJ_PIECE_SURVEY. */
#include "abi/runtime.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/layout.h"
#include "common/bda.h"
#include "common/units.h"
#include "entry/options.h"
#include "hardware/acpi.h"
#include "hardware/io.h"
#include "hardware/paging.h"
#include "survey/acpi_wide.h"
#include "survey/boot_cpu.h"
#include "survey/crash_memory.h"
#include "survey/find_rsdp.h"
#include "survey/loader_memory.h"
#include "survey/memory_map.h"
#include "survey/reach.h"
#include "survey/held.h"
#include "survey/reset_register.h"
#include "survey/runtime_services.h"
#include "survey/screen.h"

#define RAW_MAX ((SURVEY - SURVEY_WORK) / sizeof(struct rj_memory))
#define ROWS_MAX (RJ_MAX_MEMORY - 8u)   /* the installer splits rows */

uint32_t survey(struct rj_stub *from, uint32_t image, uint32_t loader);

static struct rj_stub *stub;
static bool is_verbose;

/* The tables are built anew for each copy. */
void *paging_memory(uint32_t size)
{
	return size <= SURVEY_WORK - SERVICES ? (void *)SERVICES : NULL;
}

/* A number of 64 bits, decimal or after 0x hexadecimal; *at becomes what follows it. */
static uint64_t number(const char **at)
{
	uint32_t base = 10, digit;
	uint64_t value = 0;

	if ((*at)[0] == '0' && (*at)[1] == 'x') {
		base = 16;
		*at += 2;
	}
	for (; (digit = option_digit(**at, base)) < base; ++*at) {
		if (value >> 60 || value * base > UINT64_MAX - digit)
			break;
		value = value * base + digit;
	}
	return value;
}

/* rj.rsdp, or 0. */
static uint64_t rsdp_option(void)
{
	const char *text = stub->boot_option("rj.rsdp"), *at = text;
	uint64_t value = text ? number(&at) : 0;

	if (text && (*at || !value))
		stub->fail("rj.rsdp=%s: invalid value", text);
	return value;
}

/*
 * After a panic the loader's map has only what crashkernel= has set aside. kexec and Linux add an
 * option for the ELF header that describes the memory of the Linux before: in bytes, or in KiB.
 */
static uint32_t crashed_memory(struct rj_memory *rows, uint32_t count, uint32_t max)
{
	const char *at = stub->boot_option("elfcorehdr");
	uint64_t header = at ? number(&at) : 0;

	if (!header)
		return count;
	return crash_memory(*at == 'K' ? header * KIB : header, rows, count, max);
}

/* The stub runs where firmware may have reserved a page, for waking up. */
static void print_reserved(void)
{
	for (uint32_t i = 0; i < stub->memory_count; i++) {
		const struct rj_memory *row = &stub->memory[i];

		if (row->type != RJ_MEMORY_FREE && row->base < SERVICES_SCRATCH_END
		    && row->base + row->size > STUB_HOME && row->base + row->size <= VIDEO_MEMORY)
			stub->print("the loader's memory map reserves %x + %x, where the stub runs",
				    (uint32_t)row->base, (uint32_t)row->size);
	}
}

/* Returns the number of rows of the normalised map, of which ROWS_MAX are kept. */
static uint32_t take_map(const struct rj_memory *raw, uint32_t count)
{
	uint32_t rows = memory_normalise(raw, count, stub->memory, ROWS_MAX);

	stub->memory_count = rows < ROWS_MAX ? rows : ROWS_MAX;
	stub->base_memory = memory_base_end(stub->memory, stub->memory_count);
	return rows;
}

static void find_memory(uint32_t info, uint32_t loader)
{
	struct rj_memory *raw = (struct rj_memory *)SURVEY_WORK;
	uint32_t count, held, rows;
	bool more;

	count = loader_memory(loader, info, raw, RAW_MAX, &more);
	count = crashed_memory(raw, count, RAW_MAX);
	rows = take_map(raw, count);
	held = held_rows(stub, raw + count, RAW_MAX - count);
	if (held)
		rows = take_map(raw, count + held);
	if (more || rows > ROWS_MAX)
		stub->print("the loader's memory map has more than the %u ranges kept; the memory "
			    "of the others is lost", stub->memory_count);
	if (!is_verbose)
		return;
	stub->print("the loader reports %u memory ranges, base memory up to %x", count,
		    stub->base_memory);
	print_reserved();
}

/* The tables that the stub uses. */
static void print_tables(void)
{
	static const struct {
		uint32_t signature;
		const char *name;
	} tables[] = {
		{ ACPI_FADT, "FADT" }, { ACPI_MADT, "MADT" }, { ACPI_HPET, "HPET" },
		{ ACPI_DMAR, "DMAR" }, { ACPI_IVRS, "IVRS" },
	};

	for (uint32_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		uint32_t at = stub->acpi_find(tables[i].signature);

		if (at)
			stub->print("ACPI table %s at %x", tables[i].name, at);
	}
}

static void find_acpi(uint32_t info, uint32_t loader)
{
	struct rsdp_search search = { loader, info, rsdp_option() };
	uint8_t *rsdp = stub->acpi->rsdp;
	const char *source;

	if (search.option && !acpi_wide_take(search.option, rsdp))
		stub->fail("rj.rsdp=%s: no RSDP is there", stub->boot_option("rj.rsdp"));
	source = rsdp_find(&search, rsdp);
	stub->acpi->find = acpi_wide_find;
	stub->smbios = smbios_find(&search);
	stub->reset = reset_register(stub->acpi_find(ACPI_FADT));
	if (!is_verbose)
		return;
	if (source)
		stub->print("RSDP from %s, revision %u", source, rsdp[RSDP_REVISION]);
	else
		stub->print("no RSDP, so no ACPI tables either");
	print_tables();
}

/* For the payload, the text of rj.reason with NULs after it; NULs if it is not there. */
static void note_reason(void)
{
	const char *text = stub->boot_option("rj.reason");

	for (uint32_t i = 0; i < BDA_APPLICATIONS_SIZE; i++) {
		bool is_end = !text || !*text || i == BDA_APPLICATIONS_SIZE - 1;

		write8(BDA_APPLICATIONS + i, is_end ? 0 : (uint8_t)*text++);
		if (is_end)
			text = NULL;
	}
}

static void find_screen(uint32_t info, uint32_t loader)
{
	const char *user = stub->boot_option("rj.fb");

	if (!user)
		stub->screen = loader_screen(loader, info);
	else if (!screen_parse(user, &stub->screen))
		stub->fail("rj.fb=%s: expected ADDRESS,WIDTHxHEIGHTxDEPTH,PITCH", user);
}

static void find_runtime_services(uint32_t info, uint32_t loader)
{
	struct rj_efi *efi = (struct rj_efi *)EFI_KEPT;

	if (!runtime_services_keep(loader, info, efi))
		stub->print("EFI's runtime services have more than %u ranges of memory; Linux starts "
			    "without them", RJ_EFI_ROWS);
	if (!efi->info.map_size)
		return;
	stub->efi = efi;
	if (is_verbose)
		stub->print("EFI's runtime services have %u ranges of memory",
			    efi->info.map_size / efi->info.row_size);
}

__attribute__((section(".first")))
uint32_t survey(struct rj_stub *from, uint32_t image, uint32_t loader)
{
	uint32_t info = (image + from->manifest->image_size + PAGE - 1) & -PAGE;

	stub = from;
	is_verbose = from->manifest->flags & RJ_VERBOSE;
	reach_init(info);
	find_memory(info, loader);
	find_acpi(info, loader);
	find_screen(info, loader);
	find_runtime_services(info, loader);
	note_reason();
	boot_cpu_take(stub, &stub->repaired);
	return image;
}
