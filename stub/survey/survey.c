/* SPDX-License-Identifier: MIT */
/* The piece with the flag RJ_PIECE_SURVEY. */
#include "abi/runtime.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/layout.h"
#include "common/units.h"
#include "entry/options.h"
#include "hardware/acpi.h"
#include "hardware/paging.h"
#include "survey/acpi_wide.h"
#include "survey/find_rsdp.h"
#include "survey/loader_memory.h"
#include "survey/memory_map.h"
#include "survey/reach.h"

#define RAW_MAX ((SURVEY - SURVEY_WORK) / sizeof(struct rj_memory))
#define ROWS_TO_COME 8u                 /* the installer splits rows */

uint32_t survey(struct rj_stub *from, uint32_t image, uint32_t loader);

static struct rj_stub *stub;
static bool is_verbose;

/* The tables are built anew for each copy. */
void *paging_memory(uint32_t size)
{
	return size <= SURVEY_WORK - SERVICES ? (void *)SERVICES : NULL;
}

/* rj.rsdp, or 0; as other numbers on the command line, but of 64 bits. */
static uint64_t rsdp_option(void)
{
	const char *text = stub->boot_option("rj.rsdp"), *at = text;
	uint32_t base = 10, digit;
	uint64_t value = 0;

	if (!text)
		return 0;
	if (at[0] == '0' && at[1] == 'x') {
		base = 16;
		at += 2;
	}
	for (; (digit = option_digit(*at, base)) < base; at++) {
		if (value >> 60 || value * base > UINT64_MAX - digit)
			break;
		value = value * base + digit;
	}
	if (*at || !value)
		stub->fail("rj.rsdp=%s: invalid value", text);
	return value;
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

static void find_memory(uint32_t info, uint32_t loader)
{
	struct rj_memory *raw = (struct rj_memory *)SURVEY_WORK;
	uint32_t most = RJ_MAX_MEMORY - ROWS_TO_COME, count, rows;
	bool more;

	count = loader_memory(loader, info, raw, RAW_MAX, &more);
	rows = memory_normalise(raw, count, stub->memory, most);
	stub->memory_count = rows < most ? rows : most;
	stub->base_memory = memory_base_end(stub->memory, stub->memory_count);
	if (more || rows > most)
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
	if (source)
		stub->rsdp = rsdp;
	if (!is_verbose)
		return;
	if (source)
		stub->print("RSDP from %s, revision %u", source, rsdp[RSDP_REVISION]);
	else
		stub->print("no RSDP, so no ACPI tables either");
	print_tables();
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
	return image;
}
