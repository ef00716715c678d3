/* SPDX-License-Identifier: MIT */
/* The stub's walks through ACPI's tables, in memory of the test's own. */
#include "unit.h"

#include <sys/wait.h>

#include "bios/setup_rsdt.h"
#include "common/le.h"
#include "common/own_bios.h"
#include "fake_io.h"
#include "hardware/acpi.h"
#include "hardware/firmware.h"
#include "repairs/repair.h"
#include "survey/reset_register.h"

#define ROM       0xE0000u
#define RSDP      0xF1230u
#define HIGH      0x7F00000u    /* where the tables stand */
#define HIGH_SIZE 0x10000u
#define RSDT_AT   (HIGH + 0x0000)
#define XSDT_AT   (HIGH + 0x0100)
#define MADT_AT   (HIGH + 0x0200)
#define OTHER_MADT_AT (HIGH + 0x0300)
#define HPET_AT   (HIGH + 0x0400)
#define DMAR_AT   (HIGH + 0x0500)
#define EBDA      (HIGH + 0x1000)
#define EBDA_RSDP (EBDA + (uint32_t)offsetof(struct rj_ebda, rsdp))
#define EBDA_RSDT (EBDA + (uint32_t)offsetof(struct rj_ebda, rsdt))
#define IOAPIC    0xFEC00000u
#define VTD       0xFED90000u

static uint8_t rom[0x20000], high[HIGH_SIZE];
static uint32_t ebda;
static unsigned reads, masked, gcmd_writes;
static uint32_t selected;

uint32_t bda_ebda(void)
{
	return ebda;
}

static uint8_t *byte(uint32_t address)
{
	if (address >= ROM && address < ROM + sizeof(rom))
		return rom + (address - ROM);
	return address >= HIGH && address < HIGH + HIGH_SIZE ? high + (address - HIGH) : NULL;
}

uint8_t read8(uint32_t address)
{
	reads++;
	return byte(address) ? *byte(address) : 0xFF;
}

uint16_t read16(uint32_t address)
{
	return (uint16_t)(read8(address) | read8(address + 1) << 8);
}

/* An I/O APIC with 24 pins, a VT-d unit that translates, and memory. */
uint32_t read32(uint32_t address)
{
	if (address == IOAPIC + 0x10)
		return selected == 1 ? 0x170011 : 0;
	if (address == VTD + 0x1C)
		return gcmd_writes ? 0 : 0x80000000;
	return read16(address) | (uint32_t)read16(address + 2) << 16;
}

void write8(uint32_t address, uint8_t value)
{
	*byte(address) = value;
}

void write32(uint32_t address, uint32_t value)
{
	if (byte(address))
		le_store(byte(address), value, 4);
	if (address == IOAPIC)
		selected = value;
	masked += address == IOAPIC + 0x10 && value == 0x10000;
	gcmd_writes += address == VTD + 0x18;
}

static void sum_up(uint32_t at, uint32_t size, uint32_t checksum)
{
	uint8_t sum = 0;

	*byte(at + checksum) = 0;
	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + *byte(at + i));
	*byte(at + checksum) = (uint8_t)-sum;
}

static void put_table(uint32_t at, const char *signature, const void *body, uint32_t size)
{
	memcpy(byte(at), signature, 4);
	le_store(byte(at) + 4, 36 + size, 4);
	memcpy(byte(at) + 36, body, size);
	sum_up(at, 36 + size, 9);
}

static void put_rsdp(uint8_t revision, uint32_t rsdt, uint64_t xsdt)
{
	memset(byte(RSDP), 0, 36);
	memcpy(byte(RSDP), "RSD PTR ", 8);
	*byte(RSDP + 15) = revision;
	le_store(byte(RSDP) + 16, rsdt, 4);
	le_store(byte(RSDP) + 20, 36, 4);
	le_store(byte(RSDP) + 24, xsdt, 8);
	sum_up(RSDP, 20, 8);
	sum_up(RSDP, 36, 32);
}

/* The RSDT lists one MADT, the XSDT another, after a table above 4 GiB. */
static int fresh(void **state)
{
	uint8_t rsdt[12], xsdt[32], madt[8 + 8 + 12] = { 0 }, hpet[20] = { 0 };
	uint8_t dmar[12 + 16] = { 0 };

	(void)state;
	memset(rom, 0, sizeof(rom));
	memset(high, 0, sizeof(high));
	ebda = 0;
	reads = masked = gcmd_writes = 0;
	le_store(rsdt, OTHER_MADT_AT, 4);
	le_store(rsdt + 4, HPET_AT, 4);
	le_store(rsdt + 8, 0, 4);
	le_store(xsdt, UINT64_C(0x100000000) + MADT_AT, 8);
	le_store(xsdt + 8, MADT_AT, 8);
	le_store(xsdt + 16, HPET_AT, 8);
	le_store(xsdt + 24, DMAR_AT, 8);
	madt[8 + 1] = 8;
	madt[16] = 1;
	madt[17] = 12;
	le_store(madt + 20, IOAPIC, 4);
	le_store(hpet + 8, 0xFED00000, 4);
	le_store(dmar + 12 + 2, 16, 2);
	le_store(dmar + 12 + 8, VTD, 4);
	put_table(RSDT_AT, "RSDT", rsdt, sizeof(rsdt));
	put_table(XSDT_AT, "XSDT", xsdt, sizeof(xsdt));
	put_table(MADT_AT, "APIC", madt, sizeof(madt));
	put_table(OTHER_MADT_AT, "APIC", madt, 8);
	put_table(HPET_AT, "HPET", hpet, sizeof(hpet));
	put_table(DMAR_AT, "DMAR", dmar, sizeof(dmar));
	put_rsdp(2, RSDT_AT, XSDT_AT);
	return 0;
}

/* What acpi_find returns in a process of its own, since it keeps where the tables are. */
static uint32_t find(uint32_t signature)
{
	int ends[2], status;
	uint32_t found = 0;

	assert_int_equal(pipe(ends), 0);
	if (!fork()) {
		found = acpi_find(signature);
		_exit(write(ends[1], &found, sizeof(found)) != sizeof(found));
	}
	assert_int_equal(read(ends[0], &found, sizeof(found)), sizeof(found));
	wait(&status);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
	return found;
}

static void roots(void **state)
{
	(void)state;
	assert_int_equal(find(ACPI_MADT), MADT_AT);
	assert_int_equal(find(ACPI_HPET), HPET_AT);
	assert_int_equal(find(ACPI_FADT), 0);
	put_rsdp(0, RSDT_AT, XSDT_AT);          /* an old RSDP has no XSDT */
	assert_int_equal(find(ACPI_MADT), OTHER_MADT_AT);
	put_rsdp(2, RSDT_AT, UINT64_C(0x100000000) + XSDT_AT);
	assert_int_equal(find(ACPI_MADT), OTHER_MADT_AT);
	put_rsdp(2, RSDT_AT, 0);
	assert_int_equal(find(ACPI_MADT), OTHER_MADT_AT);
	put_rsdp(2, 0, XSDT_AT);
	assert_int_equal(find(ACPI_MADT), MADT_AT);
	put_rsdp(2, 0, 0);
	assert_int_equal(find(ACPI_MADT), 0);
	put_rsdp(0, 0, 0);
	assert_int_equal(find(ACPI_MADT), 0);
	put_rsdp(2, RSDT_AT, XSDT_AT);
	*byte(RSDP + 32) ^= 1;                  /* the extended checksum */
	assert_int_equal(find(ACPI_MADT), OTHER_MADT_AT);
	*byte(RSDP + 8) ^= 1;
	assert_int_equal(find(ACPI_MADT), 0);
}

static void checksums(void **state)
{
	(void)state;
	*byte(XSDT_AT + 20) ^= 1;
	assert_int_equal(find(ACPI_MADT), OTHER_MADT_AT);
	*byte(OTHER_MADT_AT + 20) ^= 1;
	assert_int_equal(find(ACPI_MADT), 0);
	*byte(RSDT_AT + 20) ^= 1;
	assert_int_equal(find(ACPI_HPET), 0);
}

static void lengths(void **state)
{
	static const uint32_t bad[] = { 0, 1, 35, 0x100001, 0x7FFFFFFF, 0xFFFFFFFF };

	(void)state;
	FOR_EACH(i, bad) {
		fresh(NULL);
		le_store(byte(MADT_AT) + 4, bad[i], 4);
		sum_up(MADT_AT, 64, 9);
		assert_int_equal(find(ACPI_MADT), 0);
		fresh(NULL);
		le_store(byte(XSDT_AT) + 4, bad[i], 4);
		sum_up(XSDT_AT, 68, 9);
		assert_int_equal(find(ACPI_MADT), OTHER_MADT_AT);
	}
}

static void entries(void **state)
{
	(void)state;
	assert_int_equal(acpi_entry(MADT_AT, 44, 1, 12, 0), MADT_AT + 52);
	assert_int_equal(acpi_entry(MADT_AT, 44, 1, 12, MADT_AT + 52), 0);
	assert_int_equal(acpi_entry(MADT_AT, 44, 1, 13, 0), 0);
	*byte(MADT_AT + 45) = 0;                /* an entry of no bytes */
	assert_int_equal(acpi_entry(MADT_AT, 44, 1, 12, 0), 0);
	*byte(MADT_AT + 45) = 8;
	*byte(MADT_AT + 53) = 13;               /* one that ends after the table */
	assert_int_equal(acpi_entry(MADT_AT, 44, 1, 12, 0), 0);
}

static void repairs(void **state)
{
	(void)state;
	repair_ioapic();
	assert_int_equal(masked, 24);
	repair_iommu();
	assert_int_equal(gcmd_writes, 1);
	assert_int_not_equal(acpi.iommu_was_on, 0);
	assert_int_equal(hpet_registers(), 0xFED00000);
}

/* Tables that lie, with checksums that are right, end every walk soon. */
static void mutated(void **state)
{
	static const uint32_t tables[] = { XSDT_AT, MADT_AT, HPET_AT, DMAR_AT };

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		uint32_t table = tables[(unsigned)rand() % 4];

		fresh(NULL);
		for (unsigned n = 0; n < 4; n++)
			*byte(table + 8 + (unsigned)rand() % 60) = (uint8_t)rand();
		sum_up(table, le32(byte(table) + 4), 9);
		repair_ioapic();
		repair_iommu();
		hpet_registers();
		assert_between(reads, 1, 20000000);
	}
}

/* Makes an RSDT for the RSDP that put_rsdp has made, if it is to have one. */
static uint32_t make_rsdt(void)
{
	memcpy(byte(EBDA_RSDP), byte(RSDP), RSDP_SIZE);
	memset(byte(EBDA_RSDT), 0xFF, RJ_RSDT_SIZE);
	rsdt_make(EBDA);
	return le32(byte(EBDA_RSDP) + RSDP_RSDT);
}

static uint8_t sum_of(uint32_t at, uint32_t size)
{
	uint8_t total = 0;

	for (uint32_t i = 0; i < size; i++)
		total = (uint8_t)(total + *byte(at + i));
	return total;
}

/* Of the four tables, three are below 4 GiB. */
static void rsdt_of_xsdt(void **state)
{
	(void)state;
	put_rsdp(2, 0, XSDT_AT);
	assert_int_equal(make_rsdt(), EBDA_RSDT);
	assert_int_equal(sum_of(EBDA_RSDP, RSDP_SIZE_1), 0);
	assert_int_equal(sum_of(EBDA_RSDP, RSDP_SIZE), 0);
	assert_memory_equal(byte(EBDA_RSDT), "RSDT\x30\0\0", 8);
	assert_int_equal(sum_of(EBDA_RSDT, 48), 0);
	assert_int_equal(le32(byte(EBDA_RSDT) + 36), MADT_AT);
	assert_int_equal(le32(byte(EBDA_RSDT) + 44), DMAR_AT);
	assert_int_equal(le32(byte(EBDA_RSDT) + 48), 0xFFFFFFFF);
	put_rsdp(2, EBDA_RSDT, 0);              /* as a program reads it that knows no XSDT */
	assert_int_equal(find(ACPI_MADT), MADT_AT);
}

static void rsdt_of_many(void **state)
{
	uint8_t tables[8 * 60] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 60; i++)
		le_store(tables + 8 * i, MADT_AT + i, 8);
	put_table(HIGH + 0x2000, "XSDT", tables, sizeof(tables));
	put_rsdp(2, 0, HIGH + 0x2000);
	assert_int_equal(make_rsdt(), EBDA_RSDT);
	assert_int_equal(le32(byte(EBDA_RSDT) + TABLE_LENGTH), RJ_RSDT_SIZE);
	assert_int_equal(sum_of(EBDA_RSDT, RJ_RSDT_SIZE), 0);
	assert_int_equal(*byte(EBDA_RSDT + RJ_RSDT_SIZE), 0);
}

static void no_rsdt(void **state)
{
	static const struct {
		const char *name;
		uint8_t revision;
		uint32_t rsdt;
		uint64_t xsdt;
		uint32_t after;
	} rows[] = {
		{ "there is one", 2, RSDT_AT, XSDT_AT, RSDT_AT },
		{ "of an earlier image", 2, 0x9F924, XSDT_AT, EBDA_RSDT },
		{ "old", 0, 0, XSDT_AT, 0 },
		{ "above 4 GiB", 2, 0, UINT64_C(0x100000000) + XSDT_AT, 0 },
		{ "none", 2, 0, 0, 0 },
		{ "not an XSDT", 2, 0, MADT_AT, 0 },
		{ "at the end of memory", 2, 0, UINT32_MAX, 0 },
	};

	(void)state;
	FOR_EACH(i, rows) {
		put_rsdp(rows[i].revision, rows[i].rsdt, rows[i].xsdt);
		assert_int_equal(make_rsdt(), rows[i].after);
	}
	put_rsdp(2, 0, XSDT_AT);
	*byte(XSDT_AT + 20) ^= 1;               /* its checksum is wrong */
	assert_int_equal(make_rsdt(), 0);
}

#define FADT_AT      (HIGH + 0x3000)
#define FLAG_RESET   0x400u
#define FLAG_REDUCED 0x100000u          /* hardware-reduced ACPI */

/* The register that resets the machine, also where there is little other old hardware. */
static void resets(void **state)
{
	static const struct {
		const char *name;
		uint32_t flags, size;
		uint8_t space;
		uint64_t address;
		struct rj_reset reset;
	} rows[] = {
		{ "a port", FLAG_RESET, 132, 1, 0xCF9, { 0, 0xCF9, 6, 0 } },
		{ "hardware-reduced", FLAG_RESET | FLAG_REDUCED, 244, 1, 0xB2, { 0, 0xB2, 6, 0 } },
		{ "PCI 1F.2, offset 41h", FLAG_RESET, 132, 2, 0x1F00020041, { 0x8000FA40, 0xCFD, 6, 1 } },
		{ "none", FLAG_REDUCED, 244, 1, 0xCF9, { 0 } },
		{ "in memory", FLAG_RESET, 132, 0, 0xFED00000, { 0, 0, 6, 0 } },
		{ "not a port", FLAG_RESET, 132, 1, 0x10CF9, { 0, 0, 6, 0 } },
		{ "no PCI function", FLAG_RESET, 132, 2, 0x2000000041, { 0, 0, 6, 0 } },
		{ "ACPI 1.0", FLAG_RESET, 116, 1, 0xCF9, { 0 } },
	};

	(void)state;
	FOR_EACH(i, rows) {
		uint8_t fadt[244 - 36] = { 0 };
		struct rj_reset reset;

		le_store(fadt + 112 - 36, rows[i].flags, 4);
		fadt[116 - 36] = rows[i].space;
		le_store(fadt + 120 - 36, rows[i].address, 8);
		fadt[128 - 36] = 6;
		put_table(FADT_AT, "FACP", fadt, rows[i].size - 36);
		reset = reset_register(FADT_AT);
		assert_memory_equal(&reset, &rows[i].reset, sizeof(reset));
	}
	assert_int_equal(reset_register(0).port, 0);
}

UNIT_MAIN(cmocka_unit_test_setup(resets, fresh),
	  cmocka_unit_test_setup(rsdt_of_xsdt, fresh), cmocka_unit_test_setup(rsdt_of_many, fresh),
	  cmocka_unit_test_setup(no_rsdt, fresh),
	  cmocka_unit_test_setup(roots, fresh), cmocka_unit_test_setup(checksums, fresh),
	  cmocka_unit_test_setup(lengths, fresh), cmocka_unit_test_setup(entries, fresh),
	  cmocka_unit_test_setup(repairs, fresh), cmocka_unit_test_setup(mutated, fresh))
