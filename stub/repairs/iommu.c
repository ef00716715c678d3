/* SPDX-License-Identifier: MIT */
/*
 * Intel VT-d architecture specification 3.3: 8.3 DRHD, 11.4.4.1 global command
 * register. AMD I/O virtualization specification 3.07 (48882): 5.2.2 IVHD,
 * 3.4.1 control register.
 */
#include "repairs/repair.h"

#include "hardware/acpi.h"
#include "hardware/io.h"

#define TABLE_ENTRIES 48u       /* in DMAR and in IVRS alike */

#define STRUCTURE_LENGTH 2u     /* 16 bits, after the type; AMD's type is only the low byte */
#define UNIT_ADDRESS  8u        /* in DRHD and IVHD alike: the registers, 64 bits */
#define UNIT_SIZE     16u
#define GCMD          0x18u
#define GSTS          0x1Cu
#define GSTS_STATE    0x96FFFFFFu       /* without the one-shot commands' bits */
#define TRANSLATION   0x80000000u
#define QUEUE         0x04000000u
#define REMAPPING     0x02000000u
#define PATIENCE      1000000u

#define AMD_CONTROL   0x18u
#define AMD_ENABLE    1u

/* One bit at a time, as the specification requires. */
static void clear_global(uint32_t unit, uint32_t bit)
{
	write32(unit + GCMD, read32(unit + GSTS) & GSTS_STATE & ~bit);
	for (uint32_t i = 0; i < PATIENCE && read32(unit + GSTS) & bit; i++)
		;
}

/* Translation first. */
static void intel_off(uint32_t unit)
{
	static const uint32_t bits[] = { TRANSLATION, REMAPPING, QUEUE };

	acpi.iommu_was_on |= read32(unit + GSTS) & TRANSLATION;
	for (uint32_t i = 0; i < sizeof(bits) / sizeof(*bits); i++)
		if (read32(unit + GSTS) & bits[i])
			clear_global(unit, bits[i]);
}

static void amd_off(uint32_t unit)
{
	acpi.iommu_was_on |= read32(unit + AMD_CONTROL) & AMD_ENABLE;
	write32(unit + AMD_CONTROL, 0);
}

static bool is_drhd(uint16_t type)
{
	return type == 0;
}

/* Types 10h, 11h and 40h, depending on the revision of the specification. */
static bool is_ivhd(uint16_t type)
{
	return (type & 0xFE) == 0x10 || (type & 0xFF) == 0x40;
}

/* Turns off each unit that the table names, where the stub can reach it. */
static void all_off(uint32_t signature, bool (*is_unit)(uint16_t type),
		    void (*off)(uint32_t unit))
{
	uint32_t table = acpi_find(signature), at = table + TABLE_ENTRIES, end, length;

	if (!table)
		return;
	for (end = acpi_end(table); at + UNIT_SIZE <= end; at += length) {
		length = read16(at + STRUCTURE_LENGTH);
		if (is_unit(read16(at)) && !read32(at + UNIT_ADDRESS + 4))
			off(read32(at + UNIT_ADDRESS));
		if (!length)
			return;
	}
}

void repair_iommu(void)
{
	all_off(ACPI_DMAR, is_drhd, intel_off);
	all_off(ACPI_IVRS, is_ivhd, amd_off);
}
