/* SPDX-License-Identifier: MIT */
/* Linux: Documentation/arch/x86/boot.rst, zero-page.rst. */
#include "machine/handover.h"

#include <stdio.h>
#include <string.h>

#include "base/setup_header.h"
#include "common/le.h"
#include "machine/firmware_map.h"

#define EFI               "/sys/firmware/efi"
#define EFI_MAP           EFI "/runtime-map"
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

struct efi_rows {
	const struct rj_root *root;
	uint8_t *to;            /* the next row */
	size_t count;
	bool more;              /* than there is room for */
};

/* A row of the EFI memory map, which Linux shows as a directory with a file for each field. */
static bool put_efi_row(void *context, const char *name)
{
	static const struct {
		const char *file;
		size_t at, size;
	} fields[] = {
#define FIELD(file, field) { file, offsetof(struct efi_memory_descriptor, field), \
			     RJ_FIELD_SIZE(struct efi_memory_descriptor, field) },
		FIELD("type", type) FIELD("phys_addr", start) FIELD("virt_addr", virtual_start)
		FIELD("num_pages", pages) FIELD("attribute", attributes)
#undef FIELD
	};
	struct efi_rows *rows = context;
	char path[PATH_MAX];
	uint64_t value;

	rows->more = rows->count == RJ_EFI_ROWS;
	if (rows->more)
		return false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		snprintf(path, sizeof(path), EFI_MAP "/%s/%s", name, fields[i].file);
		if (!rj_root_number(rows->root, path, 16, &value))
			return true;
		le_store(rows->to + fields[i].at, value, fields[i].size);
	}
	rows->to += sizeof(struct efi_memory_descriptor);
	rows->count++;
	return true;
}

/* The runtime services, as far as Linux has them and the image has room. */
static void put_efi_map(struct rj_handover *handover, const struct rj_machine *machine,
			const struct rj_handover_places *places)
{
	struct efi_rows rows = { .root = &machine->root, .to = (uint8_t *)handover +
				 offsetof(struct rj_handover, efi.rows) };
	uint64_t at = ADDRESS_OF(efi.rows);

	rj_root_names(&machine->root, EFI_MAP, put_efi_row, &rows);
	PUT(params.efi.row_size, sizeof(handover->efi.rows[0]));
	PUT(params.efi.row_version, EFI_MAP_VERSION);
	PUT(params.efi.map, at);
	PUT(params.efi.map_high, at >> 32);
	PUT(params.efi.map_size, rows.more ? 0 : rows.count * sizeof(handover->efi.rows[0]));
}

/* Once EFI has virtual addresses, its system table names its tables by those. */
static void put_efi(struct rj_handover *handover, const struct rj_machine *machine,
		    const struct rj_handover_places *places, const struct boot_params *before)
{
	uint64_t tables, address;

	if (!machine->firmware.uefi)
		return;
	handover->params.efi = before->efi;
	put_efi_map(handover, machine, places);
	if (!rj_root_number(&machine->root, EFI "/config_table", 16, &tables))
		return;
	PUT(efi.data.tables, tables);
	if (rj_root_number(&machine->root, EFI "/fw_vendor", 16, &address))
		PUT(efi.data.vendor, address);
	if (rj_root_number(&machine->root, EFI "/runtime", 16, &address))
		PUT(efi.data.runtime, address);
	add_setup_data(handover, &handover->efi.head, ADDRESS_OF(efi.head), SETUP_EFI,
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
