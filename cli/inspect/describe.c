/* SPDX-License-Identifier: MIT */
#include "inspect/describe.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "abi/layout.h"
#include "clean.h"
#include "image/container.h"
#include "image/loaders.h"
#include "image/regs.h"
#include "image/repair_list.h"
#include "image/service_modes.h"
#include "inspect/memory_map.h"
#include "inspect/picture.h"
#include "inspect/show_services.h"

#define REGISTERS_A_LINE 4

/* A register's name in capitals. */
static const char *upper(const char *name)
{
	static char text[8];
	size_t i;

	for (i = 0; i < sizeof(text) - 1 && name[i]; i++)
		text[i] = (char)toupper((unsigned char)name[i]);
	text[i] = '\0';
	return text;
}

/* A note on a piece, after two spaces. */
static const char *piece_note(const struct rj_piece *piece)
{
	if (piece->flags & RJ_PIECE_FIRMWARE)
		return "  put back from a snapshot";
	if (piece->flags & RJ_PIECE_SERVICES)
		return "  partly resident";
	if (piece->flags & RJ_PIECE_RUNTIME)
		return "  finds the supplied payload";
	if (piece->flags & RJ_PIECE_MAKER)
		return "  makes a disk of the supplied payload";
	return "";
}

static void print_pieces(const struct rj_image *image)
{
	printf("\n%-16s %-17s %10s  %-8s  %s\n", "Piece", "On arrival", "Bytes", "CRC-32",
	       "In the file");
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];
		char name[RJ_NAME_SIZE];
		uint64_t last = (uint64_t)piece->address + piece->size - (piece->size > 0);

		printf("%-16s %08" PRIX32 "-%08" PRIX64 " %10" PRIu32 "  %08" PRIX32
		       "  %08" PRIX64 "%s\n", clean_name(name, sizeof(name), piece->name),
		       piece->address, last, piece->size, piece->crc, image->stub_at + piece->offset,
		       piece_note(piece));
	}
}

static void print_registers(const struct rj_regs *regs)
{
	printf("\nStarts in real mode at %04X:%04X with\n", regs->cs, regs->ip);
	for (size_t i = 0; i < rj_regs_whole; i++) {
		const struct rj_reg *reg = &rj_regs_table[i];

		bool last = i % REGISTERS_A_LINE == REGISTERS_A_LINE - 1 ||
			    i == rj_regs_whole - 1;

		printf("  %-6s %0*" PRIX32 "%s", upper(reg->name), (int)reg->width / 4,
		       rj_reg_get(regs, reg), last ? "\n" : reg->width == 32 ? "" : "    ");
	}
}

/* A damaged image may have other flags: as the first. */
static const struct rj_bios_mode *bios_mode(const struct rj_manifest *manifest)
{
	size_t i = RJ_BIOS_COUNT - 1;

	while (i > 0 && rj_bios_modes[i].flags != (manifest->flags & RJ_BIOS_FLAGS))
		i--;
	return &rj_bios_modes[i];
}

static void print_machine(const struct rj_manifest *manifest)
{
	bool serial = manifest->flags & RJ_CONSOLE_SERIAL;
	bool vga = manifest->flags & RJ_CONSOLE_VGA;
	char repairs[RJ_REPAIRS_TEXT];

	printf("\nConsole: %s%s", vga ? "VGA text" : serial ? "" : "none",
	       vga && serial ? " and " : "");
	if (serial)
		printf("serial port %Xh, %u baud", manifest->serial_port,
		       manifest->serial_divisor ? (unsigned)UART_BAUD / manifest->serial_divisor : 0);
	printf("; on error: %s%s%s\n",
	       manifest->flags & RJ_HALT_ON_ERROR ? "halt" : "reboot",
	       manifest->flags & RJ_VERBOSE ? "; reports its steps" : "",
	       manifest->flags & RJ_UNREAL ? "; leaves 4 GiB segment limits" : "");
	printf("BIOS: %s\n", bios_mode(manifest)->what);
	if (manifest->linux_setup)
		puts("Linux: where there is no BIOS, entered by the 32-bit boot protocol");
	rj_repairs_text(manifest->repairs, repairs);
	printf("Repairs: %s\n", repairs);
}

static void print_loaders(const struct rj_image *image, const char *name)
{
	const struct rj_loader *loader = NULL;
	char text[512];

	if (!rj_loader_accepting(&loader, &image->features, name, text, sizeof(text))) {
		puts("\nNo loader that rjpack knows accepts the file");
		return;
	}
	if (rj_image_is_placed(image))
		printf("\nLoaded at %08" PRIX64 "-%08" PRIX64 " (%" PRIu64 " KiB), by\n", image->base,
		       image->base + image->memory_size - 1, image->memory_size / 1024);
	else
		printf("\nLoaded with\n");
	do
		printf("  %-20s %s\n", loader->label, text);
	while (rj_loader_accepting(&loader, &image->features, name, text, sizeof(text)));
}

static void print_text(const struct rj_image *image, const char *name)
{
	static struct picture pictures[PICTURE_COUNT];

	printf("%s: %s container, %" PRIu64 " bytes, %zu piece%s, ", name,
	       image->container ? image->container->name : "unknown", image->file_size,
	       image->piece_count, image->piece_count == 1 ? "" : "s");
	if (image->stub_size)
		printf("stub of %" PRIu32 " bytes\n", image->stub_size);
	else
		puts("no stub");
	print_pieces(image);
	print_registers(&image->manifest.regs);
	print_machine(&image->manifest);
	services_print(&image->services);
	print_loaders(image, name);
	pictures_of_image(image, pictures);
	pictures_print(pictures);
}

static void json_pieces(struct json *json, const struct rj_image *image)
{
	json_open(json, "pieces", '[');
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		json_open(json, NULL, '{');
		json_string(json, "name", piece->name);
		json_address(json, "address", piece->address);
		json_number(json, "size", piece->size);
		json_address(json, "crc32", piece->crc);
		json_address(json, "file_offset", image->stub_at + piece->offset);
		json_bool(json, "from_snapshot", piece->flags & RJ_PIECE_FIRMWARE);
		json_close(json, '{');
	}
	json_close(json, '[');
}

static void json_arrival(struct json *json, const struct rj_manifest *manifest)
{
	json_open(json, "registers", '{');
	for (size_t i = 0; i < rj_regs_whole; i++)
		json_address(json, rj_regs_table[i].name,
			     rj_reg_get(&manifest->regs, &rj_regs_table[i]));
	json_close(json, '{');
	json_bool(json, "unreal", manifest->flags & RJ_UNREAL);
	json_bool(json, "verbose", manifest->flags & RJ_VERBOSE);
	json_string(json, "on_error", manifest->flags & RJ_HALT_ON_ERROR ? "halt" : "reboot");
	json_string(json, "bios", bios_mode(manifest)->name);
	json_address(json, "linux_setup", manifest->linux_setup);
	json_open(json, "console", '{');
	json_bool(json, "vga", manifest->flags & RJ_CONSOLE_VGA);
	json_bool(json, "serial", manifest->flags & RJ_CONSOLE_SERIAL);
	json_address(json, "serial_port", manifest->serial_port);
	json_number(json, "serial_divisor", manifest->serial_divisor);
	json_close(json, '{');
	json_open(json, "repairs", '[');
	for (unsigned i = 0; i < RJ_REPAIR_COUNT; i++)
		if (manifest->repairs & rj_repair_table[i].bit)
			json_string(json, NULL, rj_repair_table[i].name);
	json_close(json, '[');
}

void inspect_describe(struct json *json, const struct rj_image *image)
{
	json_string(json, "container", image->container ? image->container->name : NULL);
	json_address(json, "base", image->base);
	json_number(json, "manifest_version", image->manifest.version);
	json_number(json, "stub_size", image->stub_size);
	json_pieces(json, image);
	json_arrival(json, &image->manifest);
	services_json(json, &image->services);
}

static void json_memory(struct json *json, const struct rj_image *image)
{
	struct memory_row rows[MEMORY_ROWS_MAX];
	size_t count = memory_map(image, rows);

	json_open(json, "memory", '[');
	for (size_t i = 0; i < count; i++) {
		json_open(json, NULL, '{');
		json_number(json, "from", rows[i].from);
		json_number(json, "end", rows[i].end);
		json_string(json, "what", rows[i].what);
		json_close(json, '{');
	}
	json_close(json, '[');
}

static void json_loaders(struct json *json, const struct rj_image *image, const char *name)
{
	const struct rj_loader *loader = NULL;
	char text[512];

	json_open(json, "loaders", '[');
	while (rj_loader_accepting(&loader, &image->features, name, text, sizeof(text))) {
		json_open(json, NULL, '{');
		json_string(json, "name", loader->name);
		json_string(json, "loader", loader->label);
		json_string(json, "command", text);
		json_close(json, '{');
	}
	json_close(json, '[');
}

static void json_findings(struct json *json, const struct findings *findings)
{
	json_open(json, "findings", '[');
	for (size_t i = 0; findings && i < findings->count && i < FINDINGS_MAX; i++)
		json_string(json, NULL, findings->text[i]);
	json_close(json, '[');
}

static void print_json(const struct rj_image *image, const char *name,
		       const struct findings *findings)
{
	struct json json = { .file = stdout };

	json_open(&json, NULL, '{');
	json_number(&json, "schema", JSON_SCHEMA);
	json_string(&json, "file", name);
	json_number(&json, "size", image->file_size);
	json_number(&json, "memory_size", image->memory_size);
	json_number(&json, "image_size", image->manifest.image_size);
	inspect_describe(&json, image);
	json_memory(&json, image);
	json_loaders(&json, image, name);
	json_findings(&json, findings);
	json_close(&json, '{');
}

void inspect_print(const struct rj_image *image, const char *name,
		   const struct findings *findings, bool as_json)
{
	if (as_json)
		print_json(image, name, findings);
	else
		print_text(image, name);
}
