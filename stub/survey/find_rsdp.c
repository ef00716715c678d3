/* SPDX-License-Identifier: MIT */
/*
 * Linux: Documentation/arch/x86/zero-page.rst.
 * multiboot2: Multiboot2 specification 2.0, 3.6.13 to 3.6.16.
 * EFI: UEFI specification 2.10, 4.3 "EFI System Table", 4.6 "EFI Configuration Table".
 * PVH: Xen, xen/include/public/arch-x86/hvm/start_info.h.
 */
#include "survey/find_rsdp.h"

#include "abi/boot_params.h"
#include "abi/layout.h"
#include "common/mem.h"
#include "entry/loader_info.h"
#include "hardware/acpi.h"
#include "hardware/firmware.h"
#include "hardware/io.h"
#include "survey/acpi_wide.h"
#include "survey/loader_memory.h"
#include "survey/reach.h"

#define TAG_EFI32    11u                /* the system table's address */
#define TAG_EFI64    12u
#define TAG_RSDP_OLD 14u                /* a copy of the RSDP */
#define TAG_RSDP_NEW 15u
#define TAG_DATA     8u

#define PVH_RSDP     32

#define EFI_SIGNATURE UINT64_C(0x5453595320494249) /* IBI SYST */
#define EFI_TABLES_MAX 256u
#define GUID_SIZE    16u

/* Offsets in the system table, and the size of addresses in it. */
struct efi_layout {
	uint8_t count, tables, word;
};
static const struct efi_layout efi32 = { 64, 68, 4 }, efi64 = { 104, 112, 8 };

/* In memory order: 8868E871-E4F1-11D3-BC22-0080C73C8881, EB9D2D30-2D88-11D3-9A16-0090273FC14D. */
static const uint8_t acpi_20[GUID_SIZE] = {
	0x71, 0xE8, 0x68, 0x88, 0xF1, 0xE4, 0xD3, 0x11, 0xBC, 0x22, 0x00, 0x80, 0xC7, 0x3C, 0x88, 0x81 };
static const uint8_t acpi_10[GUID_SIZE] = {
	0x30, 0x2D, 0x9D, 0xEB, 0x88, 0x2D, 0xD3, 0x11, 0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D };

/* EB9D2D31-2D88-11D3-9A16-0090273FC14D, F2FD1544-9794-4A2C-992E-E5BBCF20E394. */
static const uint8_t smbios_2[GUID_SIZE] = {
	0x31, 0x2D, 0x9D, 0xEB, 0x88, 0x2D, 0xD3, 0x11, 0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D };
static const uint8_t smbios_3[GUID_SIZE] = {
	0x44, 0x15, 0xFD, 0xF2, 0x94, 0x97, 0x2C, 0x4A, 0x99, 0x2E, 0xE5, 0xBB, 0xCF, 0x20, 0xE3, 0x94 };

static bool is_linux(const struct rsdp_search *s)
{
	return s->loader == LOADER_LINUX32 || s->loader == LOADER_LINUX64;
}

static uint64_t of_option(const struct rsdp_search *s)
{
	return s->option;
}

static uint64_t of_boot_params(const struct rsdp_search *s)
{
	return is_linux(s) ? read64(s->info + offsetof(struct boot_params, rsdp)) : 0;
}

static uint32_t tag(const struct rsdp_search *s, uint32_t type)
{
	return s->loader == LOADER_MULTIBOOT2 ? multiboot2_tag(s->info, type) : 0;
}

static uint64_t of_new_tag(const struct rsdp_search *s)
{
	uint32_t at = tag(s, TAG_RSDP_NEW);

	return at ? at + TAG_DATA : 0;
}

static uint64_t of_old_tag(const struct rsdp_search *s)
{
	uint32_t at = tag(s, TAG_RSDP_OLD);

	return at ? at + TAG_DATA : 0;
}

static uint64_t of_pvh(const struct rsdp_search *s)
{
	return s->loader == LOADER_PVH ? read64(s->info + PVH_RSDP) : 0;
}

/* The address of the EFI system table, or 0. */
static uint64_t system_table(const struct rsdp_search *s, const struct efi_layout **layout)
{
	const uint32_t efi = s->info + offsetof(struct boot_params, efi);
	uint32_t signature, at;

	*layout = &efi64;
	if (is_linux(s)) {
		signature = read32(efi);
		if (signature == EFI_LOADER_32)
			*layout = &efi32;
		if (signature != EFI_LOADER_32 && signature != EFI_LOADER_64)
			return 0;
		return (uint64_t)read32(efi + offsetof(struct efi_info, system_table_high)) << 32
			| read32(efi + offsetof(struct efi_info, system_table));
	}
	at = tag(s, TAG_EFI64);
	if (at)
		return read64(at + TAG_DATA);
	*layout = &efi32;
	at = tag(s, TAG_EFI32);
	return at ? read32(at + TAG_DATA) : 0;
}

/*
 * The configuration tables, or 0. The system table has their address; but the system before may
 * have made that a virtual one (UEFI 8.4, SetVirtualAddressMap), and then hands on the physical.
 */
static uint64_t configuration(const struct rsdp_search *s, const struct efi_layout **layout,
			      uint32_t *count)
{
	uint64_t at = system_table(s, layout), tables = 0, signature, data;
	uint32_t length;

	*count = 0;
	if (!at || !reach(&signature, at, sizeof(signature)) || signature != EFI_SIGNATURE
	    || !reach(count, at + (*layout)->count, sizeof(*count))
	    || !reach(&tables, at + (*layout)->tables, (*layout)->word))
		return 0;
	if (*count > EFI_TABLES_MAX)
		*count = EFI_TABLES_MAX;
	data = is_linux(s) ? setup_data_find(s->info, SETUP_EFI, 0, &length) : 0;
	if (data)
		reach(&tables, data + offsetof(struct efi_setup_data, tables), sizeof(tables));
	return tables;
}

static uint64_t of_efi(const struct rsdp_search *s, const uint8_t guid[GUID_SIZE])
{
	const struct efi_layout *layout;
	uint8_t id[GUID_SIZE];
	uint32_t count;
	uint64_t at = configuration(s, &layout, &count), address = 0;

	for (; count && reach(id, at, sizeof(id)); count--, at += GUID_SIZE + layout->word)
		if (memcmp(id, guid, sizeof(id)) == 0) {
			reach(&address, at + GUID_SIZE, layout->word);
			return address;
		}
	return 0;
}

static uint64_t of_efi_20(const struct rsdp_search *s)
{
	return of_efi(s, acpi_20);
}

static uint64_t of_efi_10(const struct rsdp_search *s)
{
	return of_efi(s, acpi_10);
}

uint32_t smbios_find(const struct rsdp_search *search)
{
	uint64_t address = of_efi(search, smbios_2);

	if (!address)
		address = of_efi(search, smbios_3);
	return address >> 32 ? 0 : (uint32_t)address;
}

const char *rsdp_find(const struct rsdp_search *search, uint8_t rsdp[RSDP_SIZE])
{
	static const struct {
		const char *name;
		uint64_t (*address)(const struct rsdp_search *s);
	} sources[] = {
		{ "rj.rsdp", of_option },
		{ "boot_params", of_boot_params },
		{ "the multiboot2 information", of_new_tag },
		{ "the multiboot2 information", of_old_tag },
		{ "EFI's configuration tables", of_efi_20 },
		{ "EFI's configuration tables", of_efi_10 },
		{ "PVH's start information", of_pvh },
	};

	for (uint32_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		uint64_t address = sources[i].address(search);

		if (address && acpi_wide_take(address, rsdp))
			return sources[i].name;
	}
	return acpi_wide_take(acpi_search(firmware_state() != FIRMWARE_NONE), rsdp)
		? "the BIOS's memory" : NULL;
}
