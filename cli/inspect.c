/* SPDX-License-Identifier: MIT */
/*
 * rjpack inspect: what is in an image, where it will stand, how to load it.
 */
#include "inspect.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "diag.h"
#include "json.h"
#include "layout.h"
#include "memory_map.h"
#include "regs.h"
#include "repair_list.h"
#include "show_services.h"

#define REGISTERS_A_LINE 4

void findings_add(void *context, const struct rj_error *error)
{
	struct findings *findings = context;
	int class = (int)rj_error_class(error->code);
	char text[1024];

	if (class == RJ_NOTE)
		return;
	if (class > findings->status)
		findings->status = class;
	diag_format(error, text, sizeof(text));
	if (findings->count < FINDINGS_MAX) {
		findings->text[findings->count] = strdup(text);
		if (!findings->text[findings->count]) {
			diag(error);
			findings->status = diag(&(struct rj_error){ .code = RJ_ERR_MEMORY });
			return;
		}
	}
	findings->count++;
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count && i < FINDINGS_MAX; i++)
		free(findings->text[i]);
	findings->count = 0;
}

/* A register's name for people. */
static const char *upper(const char *name)
{
	static char text[8];
	size_t i;

	for (i = 0; name[i] && i < sizeof(text) - 1; i++)
		text[i] = (char)toupper((unsigned char)name[i]);
	text[i] = '\0';
	return text;
}

/* What is special about a piece, behind two spaces. */
static const char *piece_note(const struct rj_piece *piece)
{
	if (piece->flags & RJ_PIECE_FIRMWARE)
		return "  put back from a snapshot";
	if (piece->flags & RJ_PIECE_SERVICES)
		return "  stays resident in part";
	if (piece->flags & RJ_PIECE_RUNTIME)
		return "  looks at what is given";
	return "";
}

static const char *piece_name(const struct rj_piece *piece)
{
	static char text[RJ_NAME_SIZE];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = piece->name[i] && !isprint((unsigned char)piece->name[i])
				  ? '?' : piece->name[i];
	return text;
}

static void print_pieces(const struct rj_image *image)
{
	printf("\n%-16s %-17s %10s  %-8s  %s\n", "Piece", "On arrival", "Bytes", "CRC-32",
	       "In the file");
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];
		uint64_t last = (uint64_t)piece->address + piece->size - (piece->size > 0);

		printf("%-16s %08" PRIX32 "-%08" PRIX64 " %10" PRIu32 "  %08" PRIX32
		       "  %08" PRIX64 "%s\n", piece_name(piece), piece->address, last,
		       piece->size, piece->crc, image->stub_at + piece->offset,
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

static void print_machine(const struct rj_manifest *manifest)
{
	bool serial = manifest->flags & RJ_CONSOLE_SERIAL;
	bool vga = manifest->flags & RJ_CONSOLE_VGA;
	char repairs[RJ_REPAIRS_TEXT];

	printf("\nConsole: %s%s", vga ? "VGA text" : serial ? "" : "none",
	       vga && serial ? " and " : "");
	if (serial)
		printf("serial port %Xh, %u baud", manifest->serial_port,
		       manifest->serial_divisor ? UART_BAUD / manifest->serial_divisor : 0);
	printf("; on error: %s%s%s\n",
	       manifest->flags & RJ_HALT_ON_ERROR ? "halt" : "reboot",
	       manifest->flags & RJ_VERBOSE ? "; tells its steps" : "",
	       manifest->flags & RJ_UNREAL ? "; leaves 4 GiB segment limits" : "");
	rj_repairs_text(manifest->repairs, repairs);
	printf("Repairs: %s\n", repairs);
}

static void print_loaders(const struct rj_image *image, const char *name)
{
	char text[512];

	if (!image->memory_size) {
		rj_loader_give(name, text, sizeof(text));
		printf("\nGiven to rjpack.lkrn as initrd or module, as in\n  %s\n", text);
		return;
	}
	printf("\nLoaded at %08" PRIX64 "-%08" PRIX64 " (%" PRIu64 " KiB), by\n", image->base,
	       image->base + image->memory_size - 1, image->memory_size / 1024);
	for (size_t i = 0; i < rj_loader_count; i++) {
		if (rj_loaders[i].refuses(&image->faces))
			continue;
		rj_loader_command(&rj_loaders[i], name, text, sizeof(text));
		printf("  %-20s %s\n", rj_loaders[i].label, text);
	}
}

static void print_text(const struct rj_image *image, const char *name)
{
	printf("%s: %s container, %" PRIu64 " bytes, %zu piece%s, ", name,
	       image->container ? image->container : "unknown", image->file_size,
	       image->piece_count, image->piece_count == 1 ? "" : "s");
	if (image->stub_size)
		printf("stub of %" PRIu32 " bytes\n", image->stub_size);
	else
		puts("no stub");
	print_pieces(image);
	print_registers(&image->manifest.regs);
	print_machine(&image->manifest);
	services_print(&image->services);
	if (image->container)
		print_loaders(image, name);
	memory_map_print(image);
}

static void json_pieces(struct json *json, const struct rj_image *image)
{
	json_open(json, "pieces", '[');
	for (size_t i = 0; i < image->piece_count; i++) {
		const struct rj_piece *piece = &image->pieces[i];

		json_open(json, NULL, '{');
		json_string(json, "name", piece->name);
		json_number(json, "address", piece->address);
		json_number(json, "size", piece->size);
		json_number(json, "crc32", piece->crc);
		json_number(json, "file_offset", image->stub_at + piece->offset);
		json_bool(json, "from_snapshot", piece->flags & RJ_PIECE_FIRMWARE);
		json_close(json, '{');
	}
	json_close(json, '[');
}

static void json_arrival(struct json *json, const struct rj_manifest *manifest)
{
	json_open(json, "registers", '{');
	for (size_t i = 0; i < rj_regs_whole; i++)
		json_number(json, rj_regs_table[i].name,
			    rj_reg_get(&manifest->regs, &rj_regs_table[i]));
	json_close(json, '{');
	json_bool(json, "unreal", manifest->flags & RJ_UNREAL);
	json_bool(json, "verbose", manifest->flags & RJ_VERBOSE);
	json_string(json, "on_error", manifest->flags & RJ_HALT_ON_ERROR ? "halt" : "reboot");
	json_open(json, "console", '{');
	json_bool(json, "vga", manifest->flags & RJ_CONSOLE_VGA);
	json_bool(json, "serial", manifest->flags & RJ_CONSOLE_SERIAL);
	json_number(json, "serial_port", manifest->serial_port);
	json_number(json, "serial_divisor", manifest->serial_divisor);
	json_close(json, '{');
	json_open(json, "repairs", '[');
	for (unsigned i = 0; i < RJ_REPAIR_COUNT; i++)
		if (manifest->repairs >> i & 1)
			json_string(json, NULL, rj_repair_table[i].name);
	json_close(json, '[');
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
	char text[512];

	json_open(json, "loaders", '[');
	for (size_t i = 0; i < rj_loader_count; i++) {
		if (rj_loaders[i].refuses(&image->faces))
			continue;
		rj_loader_command(&rj_loaders[i], name, text, sizeof(text));
		json_open(json, NULL, '{');
		json_string(json, "name", rj_loaders[i].name);
		json_string(json, "loader", rj_loaders[i].label);
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
	json_string(&json, "file", name);
	json_number(&json, "size", image->file_size);
	json_string(&json, "container", image->container);
	json_number(&json, "base", image->base);
	json_number(&json, "memory_size", image->memory_size);
	json_number(&json, "image_size", image->manifest.image_size);
	json_number(&json, "manifest_version", image->manifest.version);
	json_number(&json, "stub_size", image->stub_size);
	json_pieces(&json, image);
	json_arrival(&json, &image->manifest);
	services_json(&json, &image->services);
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

static int inspect_input(const struct options *options, const struct rj_input *input)
{
	struct findings findings = { 0 };
	struct rj_image image;
	struct rj_error error;
	int status;

	if (rj_image_read(&image, input, &error))
		return diag_about(input->path, &error);
	rj_image_check(&image, input, findings_add, &findings);
	inspect_print(&image, input->path, &findings, options->json);
	for (size_t i = 0; i < findings.count && i < FINDINGS_MAX; i++)
		fprintf(stderr, "rjpack: %s\n", findings.text[i]);
	status = findings.status;
	findings_free(&findings);
	return status;
}

int run_inspect(const struct options *options)
{
	return with_image(options, inspect_input);
}
