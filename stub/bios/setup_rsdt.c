/* SPDX-License-Identifier: MIT */
/* ACPI specification 6.4: 5.2.7, the RSDT; 5.2.8, the XSDT. 32-bit code that runs once. */
#include "bios/setup_rsdt.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/layout.h"
#include "common/own_bios.h"
#include "hardware/acpi.h"
#include "hardware/checksum.h"
#include "hardware/io.h"

static void sum_up(uint32_t at, uint32_t size, uint32_t checksum)
{
	at += checksum;
	write8(at, (uint8_t)(read8(at) - sum_of(at - checksum, size)));
}

static bool is_xsdt(uint32_t at)
{
	uint32_t size;

	if (at < LOW_MEMORY || at > UINT32_MAX - TABLE_MAX || read32(at) != ACPI_XSDT)
		return false;
	size = read32(at + TABLE_LENGTH);
	return size >= TABLE_HEADER && size <= TABLE_MAX && !sum_of(at, size);
}

/* The headers differ in signature and length. Tables above 4 GiB have no entry. */
static void make(uint32_t rsdt, uint32_t xsdt)
{
	uint32_t end = xsdt + read32(xsdt + TABLE_LENGTH), to = rsdt + TABLE_HEADER;

	for (uint32_t i = 0; i < TABLE_HEADER; i += 4)
		write32(rsdt + i, read32(xsdt + i));
	for (uint32_t at = xsdt + TABLE_HEADER; at + 8 <= end && to < rsdt + RJ_RSDT_SIZE; at += 8)
		if (read32(at) && !read32(at + 4)) {
			write32(to, read32(at));
			to += 4;
		}
	write32(rsdt, ACPI_RSDT);
	write32(rsdt + TABLE_LENGTH, to - rsdt);
	sum_up(rsdt, to - rsdt, TABLE_CHECKSUM);
}

/* An RSDT in base memory is one that an earlier image has made. */
void rsdt_make(uint32_t ebda)
{
	uint32_t rsdp = ebda + (uint32_t)offsetof(struct rj_ebda, rsdp);
	uint32_t rsdt = ebda + (uint32_t)offsetof(struct rj_ebda, rsdt);
	uint32_t xsdt = read32(rsdp + RSDP_XSDT);

	if (read8(rsdp + RSDP_REVISION) < 2 || read32(rsdp + RSDP_RSDT) >= VIDEO_MEMORY
	    || read32(rsdp + RSDP_XSDT + 4) || !is_xsdt(xsdt))
		return;
	make(rsdt, xsdt);
	write32(rsdp + RSDP_RSDT, rsdt);
	sum_up(rsdp, RSDP_SIZE_1, RSDP_CHECKSUM);
	sum_up(rsdp, RSDP_SIZE, RSDP_CHECKSUM_2);
}
