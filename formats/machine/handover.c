/* SPDX-License-Identifier: MIT */
/* Linux: Documentation/arch/x86/boot.rst, zero-page.rst. */
#include "machine/handover.h"

#include <string.h>

#include "base/setup_header.h"
#include "common/le.h"
#include "machine/firmware_map.h"

#define EFI_CONFIGURATION "/sys/firmware/efi/config_table"
#define LOADER_UNDEFINED  0xFFu         /* type_of_loader */

#define PUT(field, value) LE_PUT(handover, struct rj_handover, field, (value))
#define ADDRESS_OF(field) (places->handover + offsetof(struct rj_handover, field))

static size_t read_map(const struct rj_machine *machine, struct rj_memory *rows)
{
	const struct rj_machine_memory *memory = &machine->memory;
	size_t count = rj_firmware_map(&machine->root, rows, RJ_HANDOVER_ROWS);

	if (count)
		return count;
	for (; count < memory->ram_count; count++)
		rows[count] = (struct rj_memory){ memory->ram[count].from,
						  memory->ram[count].end - memory->ram[count].from,
						  RJ_MEMORY_FREE };
	return count;
}
_Static_assert(RJ_MACHINE_RAM <= RJ_HANDOVER_ROWS, "System RAM");

static void put_row(struct rj_memory *to, const struct rj_memory *from)
{
	LE_PUT(to, struct rj_memory, base, from->base);
	LE_PUT(to, struct rj_memory, size, from->size);
	LE_PUT(to, struct rj_memory, type, from->type);
}

/* Puts an element, whose head is a struct setup_data, in front of the list. */
static void add_setup_data(struct rj_handover *handover, void *head,
			   uint64_t address, uint32_t type, size_t length)
{
	LE_PUT(head, struct setup_data, next,
	       LE_GET(handover, struct rj_handover, params.header.setup_data));
	LE_PUT(head, struct setup_data, type, type);
	LE_PUT(head, struct setup_data, length, length);
	PUT(params.header.setup_data, address);
}

static void put_map(struct rj_handover *handover, const struct rj_machine *machine,
		    const struct rj_handover_places *places)
{
	static struct rj_memory rows[RJ_HANDOVER_ROWS];
	size_t count = read_map(machine, rows), more = 0;

	for (size_t i = 0; i < count; i++)
		put_row(i < BOOT_PARAMS_E820_MAX ? &handover->params.e820[i]
						 : &handover->more.rows[more++], &rows[i]);
	PUT(params.e820_count, count - more);
	if (more)
		add_setup_data(handover, &handover->more.head, ADDRESS_OF(more), SETUP_E820_EXT,
			       more * sizeof(rows[0]));
}

/* Once EFI has virtual addresses, its system table names its tables by those. */
static void put_efi(struct rj_handover *handover, const struct rj_machine *machine,
		    const struct rj_handover_places *places, const struct boot_params *before)
{
	uint64_t tables;

	if (!machine->firmware.uefi)
		return;
	handover->params.efi = before->efi;
	if (!rj_root_number(&machine->root, EFI_CONFIGURATION, 16, &tables))
		return;
	PUT(efi.data.tables, tables);
	add_setup_data(handover, &handover->efi.head, ADDRESS_OF(efi), SETUP_EFI,
		       sizeof(handover->efi.data));
}

/* What Linux got from its own loader. */
static void put_inherited(struct rj_handover *handover, const struct rj_machine *machine,
			  const struct rj_handover_places *places)
{
	union {
		struct boot_params params;
		char bytes[sizeof(struct boot_params) + 1];
	} before = { .bytes = "" };

	if (rj_root_read(&machine->root, RJ_BOOT_PARAMS, before.bytes, sizeof(before.bytes)) !=
	    sizeof(before.params))
		return;
	handover->params.screen = before.params.screen;
	PUT(params.rsdp, LE_GET(&before, struct boot_params, rsdp));
	put_efi(handover, machine, places, &before.params);
}

static void put_code(struct rj_handover *handover, const struct rj_handover_places *places)
{
	memcpy(handover->code.mov_rsi, "\x48\xBE", 2);
	PUT(code.params, places->handover);
	memcpy(handover->code.mov_rax, "\x48\xB8", 2);
	PUT(code.entry, places->entry);
	memcpy(handover->code.jmp_rax, "\xFF\xE0", 2);
}

static void put_header(struct rj_handover *handover, const struct rj_handover_places *places)
{
	uint64_t command_line = ADDRESS_OF(command_line);

	PUT(params.header.boot_flag, SETUP_BOOT_FLAG);
	PUT(params.header.header, HDRS_MAGIC);
	PUT(params.header.version, SETUP_VERSION);
	PUT(params.header.type_of_loader, LOADER_UNDEFINED);
	PUT(params.header.cmd_line_ptr, command_line);
	PUT(params.command_line_high, command_line >> 32);
	PUT(params.header.ramdisk_image, places->initrd);
	PUT(params.initrd_high, places->initrd >> 32);
	PUT(params.header.ramdisk_size, places->initrd_size);
	PUT(params.initrd_size_high, places->initrd_size >> 32);
}

void rj_handover_make(struct rj_handover *handover, const struct rj_machine *machine,
		      const struct rj_handover_places *places, const char *command_line)
{
	memset(handover, 0, sizeof(*handover));
	put_header(handover, places);
	put_inherited(handover, machine, places);
	if (machine->firmware.rsdp)
		PUT(params.rsdp, machine->firmware.rsdp);
	put_map(handover, machine, places);
	put_code(handover, places);
	memcpy(handover->command_line, command_line, strlen(command_line));
}
