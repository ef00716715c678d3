/* SPDX-License-Identifier: MIT */
/*
 * UEFI 2.10, 4.1 "UEFI Image Entry Point", 7.4.6 "EFI_BOOT_SERVICES.ExitBootServices()".
 * Linux: Documentation/arch/x86/boot.rst, "64-bit Boot Protocol".
 */
#include "abi/efi_blob.h"
#include "abi/layout.h"
#include "abi/manifest.h"
#include "efi/efi.h"

#define TRIES        8u                 /* of leaving, as events of the firmware change the map */
#define READING_US   3000000u           /* before a boot manager draws its menu over a message */

/* Defined by the linker script. */
#pragma GCC visibility push(hidden)
extern const volatile struct rj_efi_header efi_header;
extern const uint8_t efi_code[], efi_end[];
#pragma GCC visibility pop

efi_status EFIAPI efi_start(efi_handle handle, struct efi_system_table *system);

static const struct efi_guid loaded_image_guid = EFI_LOADED_IMAGE_GUID;

static void print(const struct efi_system_table *system, const char *text)
{
	uint16_t character[2] = { 0, 0 };

	for (; *text; text++) {
		character[0] = (uint8_t)*text;
		system->console->output_string(system->console, character);
	}
}

/* Prints the message and waits; returns the status, for the firmware. */
static efi_status fail(const struct efi_system_table *system, const char *text)
{
	print(system, "rjpack: ");
	print(system, text);
	print(system, "\r\n");
	system->boot->stall(READING_US);
	return EFI_LOAD_ERROR;
}

static const uint8_t *stub(void)
{
	return (const uint8_t *)&efi_header - efi_header.distance;
}

/* CRC-32 as zlib's; half a byte at a time, since the table has to be small and constant. */
static uint32_t crc32(uint32_t crc, const uint8_t *at, uint64_t size)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
		0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
		0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C };

	for (crc = ~crc; size; size--) {
		crc ^= *at++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

static bool is_intact(void)
{
	uint32_t crc = crc32(0, stub(), efi_header.distance);

	return crc32(crc, efi_code, (uintptr_t)efi_end - (uintptr_t)efi_code) == efi_header.crc;
}

/* Options are UTF-16, but some programs pass ASCII. What is not ASCII cannot be one of ours. */
static void copy_options(const struct efi_loaded_image *image, char *line)
{
	const uint8_t *from = image->options;
	uint32_t step = image->options_size > 1 && from[1] ? 1 : 2, length = 0;

	for (uint32_t i = 0; i + step <= image->options_size; i += step) {
		bool is_narrow = step == 1 || !from[i + 1];

		if ((!from[i] && is_narrow) || length == COMMAND_LINE_SIZE - 1)
			break;
		if (!is_narrow || from[i] < ' ' || from[i] > '~')
			line[length++] = '?';
		else
			line[length++] = (char)from[i];
	}
	line[length] = '\0';
}

/* Whether the image boots what is supplied to it. */
static bool needs_file(void)
{
	const struct rj_stub_header *header = (const void *)(stub() + STUB_HEADER);
	const struct rj_manifest *manifest = (const void *)(stub() + header->stub_size);
	const struct rj_piece *piece = (const void *)(manifest + 1);

	for (uint32_t i = 0; i < manifest->piece_count; i++)
		if (piece[i].flags & RJ_PIECE_RUNTIME)
			return true;
	return false;
}

static efi_status leave_firmware(efi_handle image, struct efi_boot_services *boot,
				 struct efi_map *map)
{
	efi_status status = EFI_LOAD_ERROR;

	for (uint32_t i = 0; i < TRIES && status != EFI_SUCCESS; i++) {
		status = efi_map_read(boot, map);
		if (status == EFI_SUCCESS)
			status = boot->exit_boot_services(image, map->key);
	}
	return status;
}

static void fill(struct boot_params *params, const struct efi_system_table *system,
		 const char *line)
{
	uint64_t at = (uintptr_t)system;

	params->efi.signature = EFI_LOADER_64;
	params->efi.system_table = (uint32_t)at;
	params->efi.system_table_high = (uint32_t)(at >> 32);
	at = (uintptr_t)line;
	params->header.cmd_line_ptr = (uint32_t)at;
	params->command_line_high = (uint32_t)(at >> 32);
}

/* Takes everything that the stub needs from the firmware, and ends its services; returns what is
   wrong, or NULL. */
static const char *take_all(struct efi_boot_services *boot, efi_handle handle,
			    const struct efi_loaded_image *image, const char *line,
			    struct boot_params *params, struct efi_map *map)
{
	const char *wrong = efi_supply(boot, image, line, needs_file(), params);

	if (wrong)
		return wrong;
	efi_screen(boot, &params->screen);
	if (efi_map_allocate(boot, map) != EFI_SUCCESS)
		return "not enough memory for the memory map";
	return leave_firmware(handle, boot, map) == EFI_SUCCESS
		? NULL : "the firmware does not end its services; reset the machine";
}

/* The stub takes the ACPI and SMBIOS tables from the system table. */
__attribute__((section(".first")))
efi_status EFIAPI efi_start(efi_handle handle, struct efi_system_table *system)
{
	struct efi_boot_services *boot = system->boot;
	struct boot_params params = { 0 };
	char line[COMMAND_LINE_SIZE];
	struct efi_map map = { 0 };
	struct efi_loaded_image *image;
	const char *wrong;

	boot->set_watchdog_timer(0, 0, 0, NULL);
	if (!is_intact())
		return fail(system, "the image is damaged; copy it again");
	if (boot->handle_protocol(handle, &loaded_image_guid, (void **)&image) != EFI_SUCCESS)
		return fail(system, "the firmware does not say how it started the image; "
			    "use another boot manager");
	copy_options(image, line);
	fill(&params, system, line);
	wrong = take_all(boot, handle, image, line, &params, &map);
	if (wrong) {
		efi_map_free(boot, &map);
		efi_supply_free(boot, &params);
		return fail(system, wrong);
	}
	efi_map_list(&map, &params);
	efi_leave(stub() + STUB_ENTRY64, &params);
}
