/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/layout.h"
#include "base/compress.h"
#include "base/number.h"
#include "base/words.h"
#include "command.h"
#include "config.h"
#include "diag.h"
#include "image/loaders.h"
#include "image/plan.h"
#include "image/regs.h"
#include "image/repair_list.h"

#define DEFAULT_DRIVE 0x80
#define PAGE 4096u
#define OPERAND 1               /* getopt's value for what is no option */
#define LONG_ONLY 256           /* getopt's values for options without a letter */

const char *const option_groups[GROUP_COUNT] = {
	[GROUP_PAYLOAD] = "Payload: one of these, or FILE alone",
	[GROUP_WITH] = "With the payload",
	[GROUP_ARRIVAL] = "On arrival",
	[GROUP_DISKS] = "Disks on arrival",
	[GROUP_IMAGE] = "Image",
	[GROUP_MACHINE] = "While the stub runs",
	[GROUP_GENERAL] = "General",
};

#define SETTER(name) static enum rj_err set_##name(struct options *o, char *argument, \
						   struct rj_error *err)
#define STORE(name, field) SETTER(name) \
	{ (void)err; o->field = argument; return RJ_OK; }
#define FLAG(name, statement) SETTER(name) \
	{ (void)err; (void)argument; statement; return RJ_OK; }

STORE(output, output)
STORE(directory, directory)
STORE(restore, snapshot)
STORE(root, root)
STORE(svg, svg)
FLAG(unreal, o->flags |= RJ_UNREAL)
FLAG(stub_verbose, o->flags |= RJ_VERBOSE)
FLAG(disk_readonly, o->wishes.read_only = true)
STORE(boot_sector, boot_sector)
STORE(menu, wishes.menu)
STORE(append, wishes.append)
STORE(depfile, depfile)
FLAG(dry_run, o->dry_run = true)
FLAG(json, o->json = true)
FLAG(tell, o->verbose = true)

SETTER(config)
{
	if (o->config)
		return rj_fail(err, RJ_ERR_CONFIG_TWICE, .name = argument);
	o->config = argument;
	return RJ_OK;
}

SETTER(entry)
{
	uint16_t segment, offset;

	o->entry = argument;
	return rj_parse_far(argument, &segment, &offset, err);
}

SETTER(reg)
{
	struct rj_regs scratch = { 0 };

	if (o->reg_count == sizeof(o->regs) / sizeof(o->regs[0]))
		return rj_fail(err, RJ_ERR_EXTRA);
	o->regs[o->reg_count++] = argument;
	return rj_regs_assign(&scratch, argument, err);
}

SETTER(drive)
{
	o->has_drive = true;
	return rj_parse_drive(argument, &o->drive, err);
}

SETTER(boot_drive)
{
	o->wishes.has_number = true;
	return rj_parse_drive(argument, &o->wishes.number, err);
}

SETTER(geometry)
{
	return rj_geometry_read(argument, &o->wishes.geometry)
	       ? RJ_OK : rj_fail(err, RJ_ERR_GEOMETRY, .name = argument);
}

SETTER(partition)
{
	uint64_t number;

	if (rj_parse_number(argument, UINT8_MAX, &number, err))
		return err->code;
	o->wishes.partition = (uint32_t)number;
	return number ? RJ_OK : rj_fail(err, RJ_ERR_PARTITION, .name = argument);
}

SETTER(hidden)
{
	return rj_parse_number(argument, UINT64_MAX, &o->wishes.hidden, err);
}

/* hidden, drive, or both with a comma between */
SETTER(bpb)
{
	static const struct { const char *list; unsigned bits; } lists[] = {
		{ "hidden", RJ_BPB_HIDDEN }, { "drive", RJ_BPB_DRIVE },
		{ "hidden,drive", RJ_BPB_HIDDEN | RJ_BPB_DRIVE },
		{ "drive,hidden", RJ_BPB_HIDDEN | RJ_BPB_DRIVE },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(argument, lists[i].list) == 0)
			o->wishes.bpb = lists[i].bits;
	return o->wishes.bpb ? RJ_OK : rj_fail(err, RJ_ERR_BPB, .name = argument);
}

SETTER(sector_size)
{
	uint64_t size;

	if (rj_parse_number(argument, UINT32_MAX, &size, err))
		return err->code;
	o->wishes.sector_size = (uint32_t)size;
	return size == 512 || size == 4096 ? RJ_OK
		: rj_fail(err, RJ_ERR_SECTOR_SIZE, .count = size);
}

SETTER(initrd)
{
	if (o->initrd_count == RJ_MAX_INITRDS)
		return rj_fail(err, RJ_ERR_INITRDS_MANY, .limit = RJ_MAX_INITRDS);
	o->initrds[o->initrd_count++] = argument;
	return RJ_OK;
}

/* none, or zlib[:LEVEL] */
SETTER(compress)
{
	const char *level = argument + strlen("zlib");

	o->wishes.level = strcmp(argument, "none") == 0 ? 0 : RJ_LEVEL_DEFAULT;
	if (o->wishes.level == 0 || strcmp(argument, "zlib") == 0)
		return RJ_OK;
	if (strncmp(argument, "zlib:", 5) != 0 || level[1] < '1' || level[1] > '9' ||
	    level[2] != '\0')
		return rj_fail(err, RJ_ERR_COMPRESS, .name = argument);
	o->wishes.level = level[1] - '0';
	return RJ_OK;
}

SETTER(int13)
{
	return rj_int13_find(argument, &o->services.int13, err);
}

SETTER(drive_map)
{
	return rj_drive_map_add(&o->services, argument, err);
}

/* Names of loaders with commas between. */
SETTER(for)
{
	const struct rj_loader *loader;

	o->loaders = argument;
	for (const char *list = argument; list;)
		if (rj_loader_next(&list, &loader, err))
			return err->code;
	return RJ_OK;
}

SETTER(format)
{
	return container_find(argument, &o->container, err);
}

SETTER(base)
{
	if (rj_parse_number(argument, UINT32_MAX, &o->base, err))
		return err->code;
	if (o->base < HIGH_MEMORY || o->base % PAGE != 0)
		return rj_fail(err, RJ_ERR_BASE, .at = o->base, .expected = PAGE,
			       .limit = HIGH_MEMORY);
	return RJ_OK;
}

SETTER(on_error)
{
	if (strcmp(argument, "halt") == 0)
		o->flags |= RJ_HALT_ON_ERROR;
	else if (strcmp(argument, "reboot") == 0)
		o->flags &= ~RJ_HALT_ON_ERROR;
	else
		return rj_fail(err, RJ_ERR_ON_ERROR, .name = argument);
	return RJ_OK;
}

static enum rj_err set_baud(struct options *o, const char *text, struct rj_error *err)
{
	uint64_t baud;

	if (rj_parse_number(text, UART_BAUD, &baud, err))
		return err->code;
	if (baud == 0 || UART_BAUD % baud != 0 || UART_BAUD / baud > UINT16_MAX)
		return rj_fail(err, RJ_ERR_BAUD, .count = baud);
	o->serial_divisor = (uint16_t)(UART_BAUD / baud);
	return RJ_OK;
}

/* [:PORT[,BAUD]] behind "serial". */
static enum rj_err set_serial(struct options *o, char *text, struct rj_error *err)
{
	char *baud = strchr(text, ',');
	uint64_t port;

	o->flags |= RJ_CONSOLE_SERIAL;
	if (*text == '\0')
		return RJ_OK;
	if (*text != ':')
		return rj_fail(err, RJ_ERR_CONSOLE, .name = text);
	if (baud)
		*baud++ = '\0';
	if (rj_parse_number(text + 1, UINT16_MAX, &port, err))
		return err->code;
	o->serial_port = (uint16_t)port;
	return baud ? set_baud(o, baud, err) : RJ_OK;
}

SETTER(console)
{
	char *rest = argument;

	o->flags &= ~(RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL);
	if (strcmp(argument, "none") == 0)
		return RJ_OK;
	if (strncmp(rest, "vga", 3) == 0 && (rest[3] == '\0' || rest[3] == ',')) {
		o->flags |= RJ_CONSOLE_VGA;
		if (rest[3] == '\0')
			return RJ_OK;
		rest += 4;
	}
	if (strncmp(rest, "serial", 6) != 0)
		return rj_fail(err, RJ_ERR_CONSOLE, .name = argument);
	return set_serial(o, rest + 6, err);
}

SETTER(repair)
{
	return rj_repairs_parse(argument, &o->repairs, err);
}

/* ADDRESS+LENGTH; whether there is such memory is for the snapshot to say. */
SETTER(range)
{
	char *plus = strchr(argument, '+');
	uint64_t address, size;

	if (o->range_count == RJ_SNAPSHOT_RANGES)
		return rj_fail(err, RJ_ERR_RANGES_MANY, .limit = RJ_SNAPSHOT_RANGES);
	if (!plus || plus == argument || plus[1] == '\0')
		return rj_fail(err, RJ_ERR_RANGE, .name = argument);
	*plus = '\0';
	if (rj_parse_number(argument, UINT32_MAX, &address, err) ||
	    rj_parse_number(plus + 1, UINT32_MAX, &size, err))
		return err->code;
	o->ranges[o->range_count++] = (struct rj_snapshot_range){ (uint32_t)address,
								  (uint32_t)size };
	return RJ_OK;
}

#define REPAIR_WORD(name, bit, what) " " #name
#define REPAIR_WORDS "all none" RJ_REPAIRS(REPAIR_WORD)
#define INT13_WORD(name, what) " " #name
#define INT13_WORDS (&(RJ_INT13_MODES(INT13_WORD))[1])
#define BUILD COMMAND_BIT(build)
#define SNAPSHOT COMMAND_BIT(snapshot)
#define ALL (~0u)

static const struct option_row rows[] = {
	{ 0, "partition", "N", "the partition to boot, from 1",
	  GROUP_WITH, BUILD, false, NULL, set_partition, NULL, RJ_WISH_PARTITION },
	{ 0, "hidden", "LBA", "its first sector, when there is no partition table",
	  GROUP_WITH, BUILD, false, NULL, set_hidden, NULL, RJ_WISH_HIDDEN },
	{ 0, "bpb", "LIST", "what to set in its parameter block: hidden, drive",
	  GROUP_WITH, BUILD, false, "hidden drive hidden,drive", set_bpb, NULL, RJ_WISH_BPB },
	{ 0, "boot-sector", "FILE", "the partition's boot sector, or a disk with it",
	  GROUP_WITH, BUILD, true, NULL, set_boot_sector, NULL, RJ_WISH_BOOT_SECTOR },
	{ 0, "sector-size", "BYTES", "size of the disk's sectors: 512 or 4096",
	  GROUP_WITH, BUILD, false, "512 4096", set_sector_size, NULL, RJ_WISH_SECTOR_SIZE },
	{ 0, "menu", "PATH", "GRUB Legacy's menu, as in (hd0,0)/grub/menu.lst",
	  GROUP_WITH, BUILD, false, NULL, set_menu, NULL, RJ_WISH_MENU },
	{ 0, "initrd", "FILE", "an initrd for the kernel; repeatable",
	  GROUP_WITH, BUILD, true, NULL, set_initrd, NULL, RJ_WISH_INITRD },
	{ 0, "append", "STRING", "the kernel's command line",
	  GROUP_WITH, BUILD, false, NULL, set_append, NULL, RJ_WISH_APPEND },
	{ 0, "entry", "SEG:OFF", "where to start: two hexadecimal numbers",
	  GROUP_ARRIVAL, BUILD, false, NULL, set_entry, NULL, 0 },
	{ 0, "reg", "NAME=VALUE", "set a register; repeatable",
	  GROUP_ARRIVAL, BUILD, false, NULL, set_reg, NULL, 0 },
	{ 0, "drive", "DRIVE", "boot drive in DL: hd0, fd0, 0x80 (hd0; a RAM disk: its own)",
	  GROUP_ARRIVAL, BUILD, false, NULL, set_drive, NULL, 0 },
	{ 0, "unreal", NULL, "leave 4 GiB limits in DS, ES, FS and GS",
	  GROUP_ARRIVAL, BUILD, false, NULL, set_unreal, NULL, 0 },
	{ 0, "restore", "SNAPSHOT", "put the firmware's memory back (see rjpack snapshot)",
	  GROUP_ARRIVAL, BUILD, true, NULL, set_restore, NULL, 0 },
	{ 0, "int13", "MODE", "who serves INT 13h, see below (auto)",
	  GROUP_DISKS, BUILD, false, INT13_WORDS, set_int13, NULL, 0 },
	{ 0, "drive-map", "DRIVE=DISK", "0x80=pci:BB:DD.F[/portN|/nsN|/targetN]; repeatable",
	  GROUP_DISKS, BUILD, false, NULL, set_drive_map, NULL, 0 },
	{ 0, "boot-drive", "DRIVE", "--disk: its number, also in DL (hd0, fd0; a CD: 0xE0)",
	  GROUP_DISKS, BUILD, false, NULL, set_boot_drive, NULL, RJ_WISH_BOOT_DRIVE },
	{ 0, "geometry", "C,H,S", "--disk: cylinders, heads, sectors per track",
	  GROUP_DISKS, BUILD, false, NULL, set_geometry, NULL, RJ_WISH_GEOMETRY },
	{ 0, "disk-readonly", NULL, "--disk: refuse writes",
	  GROUP_DISKS, BUILD, false, NULL, set_disk_readonly, NULL, RJ_WISH_DISK_READONLY },
	{ 0, "compress", "HOW", "--disk: none or zlib[:LEVEL] (zlib:6)",
	  GROUP_DISKS, BUILD, false, NULL, set_compress, NULL, RJ_WISH_COMPRESS },
	{ 'o', "output", "FILE|-", "write the image here; - is standard output",
	  GROUP_IMAGE, BUILD | SNAPSHOT, true, NULL, set_output, NULL, 0 },
	{ 0, "depfile", "FILE", "list the image's input files here, as a rule for make and ninja",
	  GROUP_IMAGE, BUILD, true, NULL, set_depfile, NULL, 0 },
	{ 0, "format", "NAME", "elf, elf-strict, elf32, bzimage, payload (by suffix, else elf)",
	  GROUP_IMAGE, BUILD, false, NULL, set_format, NULL, 0 },
	{ 0, "base", "ADDRESS", "where loaders are to put the image (1M)",
	  GROUP_IMAGE, BUILD, false, NULL, set_base, NULL, 0 },
	{ 0, "dry-run", NULL, "check everything, show the plan, write nothing",
	  GROUP_IMAGE, BUILD, false, NULL, set_dry_run, NULL, 0 },
	{ 0, "console", "LIST", "vga,serial[:PORT[,BAUD]] or none (vga,serial:0x3F8,115200)",
	  GROUP_MACHINE, BUILD, false, NULL, set_console, NULL, 0 },
	{ 0, "verbose", NULL, "the stub reports its steps",
	  GROUP_MACHINE, BUILD, false, NULL, set_stub_verbose, NULL, 0 },
	{ 0, "on-error", "WHAT", "reboot or halt (reboot)",
	  GROUP_MACHINE, BUILD, false, "reboot halt", set_on_error, NULL, 0 },
	{ 0, "repair", "LIST", "what to put back: all, none, NAME, -NAME (all)",
	  GROUP_MACHINE, BUILD, false, REPAIR_WORDS, set_repair, NULL, 0 },
	{ 'C', "directory", "DIR", "extract: write the pieces here",
	  GROUP_GENERAL, COMMAND_BIT(extract), true, NULL, set_directory, NULL, 0 },
	{ 0, "range", "ADDR+LENGTH", "snapshot: also save this memory below 640K; repeatable",
	  GROUP_GENERAL, SNAPSHOT, false, NULL, set_range, NULL, 0 },
	{ 0, "root", "DIR", "doctor, snapshot: read /proc, /dev and the like from this tree",
	  GROUP_GENERAL, SNAPSHOT | COMMAND_BIT(doctor), true, NULL, set_root, NULL, 0 },
	{ 0, "for", "LIST", "verify: check for these loaders, see below",
	  GROUP_GENERAL, COMMAND_BIT(verify), false, NULL, set_for, NULL, 0 },
	{ 0, "svg", "FILE|-", "inspect: draw the memory into this file instead",
	  GROUP_GENERAL, COMMAND_BIT(inspect), true, NULL, set_svg, NULL, 0 },
	{ 0, "json", NULL, "print JSON",
	  GROUP_GENERAL, BUILD | COMMAND_BIT(doctor) | COMMAND_BIT(inspect) |
	  COMMAND_BIT(kinds) | COMMAND_BIT(verify), false, NULL, set_json, NULL, 0 },
	{ 0, "config", "FILE", "read options from an INI file; the command line wins",
	  GROUP_GENERAL, ALL, true, NULL, set_config, NULL, 0 },
	{ 'v', NULL, NULL, "report what was detected and why, and what is carried",
	  GROUP_GENERAL, ALL, false, NULL, set_tell, NULL, 0 },
	{ 'h', "help", NULL, "print this help", GROUP_GENERAL, ALL, false, NULL, NULL, NULL, 0 },
	{ 'V', "version", NULL, "print the version", GROUP_GENERAL, ALL, false, NULL, NULL, NULL, 0 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

size_t option_count(void)
{
	return payload_kind_count + ROWS;
}

struct option_row option_at(size_t n)
{
	const struct payload_kind *kind;

	if (n >= payload_kind_count)
		return rows[n - payload_kind_count];
	kind = payload_kinds[n];
	return (struct option_row){ 0, kind->name, kind->argument, kind->help,
				    GROUP_PAYLOAD, BUILD, !kind->words, kind->words, NULL, kind, 0 };
}

/* Whether it is one of the words, which have spaces between them. */
static enum rj_err add_payload(struct options *o, const struct payload_kind *kind,
			       char *argument, struct rj_error *err)
{
	if (kind->words && !rj_has_word(kind->words, argument))
		return rj_fail(err, RJ_ERR_WORD, .name = argument, .other = kind->words);
	if (o->payload_count == RJ_MAX_PIECES)
		return rj_fail(err, RJ_ERR_TOO_MANY, .limit = RJ_MAX_PIECES);
	o->payloads[o->payload_count++] = (struct payload_option){ kind, argument };
	return RJ_OK;
}

static void print_option(const struct option_row *row)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%s%s%s %s", row->letter ? '-' : ' ',
		 row->letter ? row->letter : ' ',
		 row->letter && row->name ? ", " : row->name ? "  " : "",
		 row->name ? "--" : "", row->name ? row->name : "",
		 row->argument ? row->argument : "");
	printf("  %-26s %s\n", left, row->help);
}

static void print_repairs(void)
{
	printf("\nWhat --repair puts back\n");
	for (size_t i = 0; i < RJ_REPAIR_COUNT; i++)
		printf("  %-26s %s\n", rj_repair_table[i].name, rj_repair_table[i].what);
}

static void print_modes(void)
{
	printf("\nWho serves INT 13h (--int13)\n");
	for (size_t i = 0; i < RJ_INT13_COUNT; i++)
		printf("  %-26s %s\n", rj_int13_modes[i].name, rj_int13_modes[i].what);
}

static void print_for(void)
{
	char text[64];

	printf("\nLoaders for --for, and how each loads IMAGE\n");
	for (size_t i = 0; i < rj_loader_count; i++) {
		rj_loader_command(&rj_loaders[i], "IMAGE", text, sizeof(text));
		printf("  %-26s %s\n", rj_loaders[i].name, text);
	}
}

static int print_help(void)
{
	for (size_t i = 0; i < command_count; i++)
		printf("%s rjpack %s%s%s%s%s\n", i ? "      " : "Usage:",
		       i ? commands[i].name : "[build]", " [OPTIONS]",
		       *commands[i].operand ? " " : "", commands[i].operand,
		       i ? "" : " -o IMAGE");
	printf("\nPacks anything that a PC BIOS can boot into a file that kexec, GRUB and QEMU start.\n");
	printf("\nCommands\n");
	for (size_t i = 0; i < command_count; i++)
		printf("  %-26s %s\n", commands[i].name, commands[i].help);
	for (unsigned group = 0; group < GROUP_COUNT; group++) {
		printf("\n%s\n", option_groups[group]);
		for (size_t i = 0; i < option_count(); i++) {
			struct option_row row = option_at(i);

			if (row.group == group)
				print_option(&row);
		}
	}
	print_modes();
	print_repairs();
	print_for();
	return RJ_DONE;
}

/* getopt's arrays, from the table. */
struct getopt_arrays {
	struct option longs[OPTIONS_MAX];
	char letters[2 * OPTIONS_MAX];
};

static void fill_arrays(struct getopt_arrays *arrays)
{
	size_t count = 0, used = 0;

	memset(arrays, 0, sizeof(*arrays));
	/* operands in their order, as options: nothing asks POSIXLY_CORRECT then */
	arrays->letters[used++] = '-';
	arrays->letters[used++] = ':';
	for (size_t i = 0; i < option_count() && i < OPTIONS_MAX - 1; i++) {
		struct option_row row = option_at(i);

		if (row.name)
			arrays->longs[count++] = (struct option){
				row.name, row.argument ? required_argument : no_argument,
				NULL, LONG_ONLY + (int)i };
		if (row.letter) {
			arrays->letters[used++] = row.letter;
			if (row.argument)
				arrays->letters[used++] = ':';
		}
	}
}

static size_t find_option(int value)
{
	size_t i = 0;

	if (value >= LONG_ONLY)
		return (size_t)(value - LONG_ONLY);
	while (option_at(i).letter != (char)value)
		i++;
	return i;
}

/* How the option is written, for messages. */
static const char *spell(const struct option_row *row, char *text, size_t size)
{
	if (row->name)
		snprintf(text, size, "--%s", row->name);
	else
		snprintf(text, size, "-%c", row->letter);
	return text;
}

static int refuse(int value, char **argv)
{
	char text[64] = { '-', (char)optopt };
	struct rj_error error = { .code = RJ_ERR_BAD_OPTION, .subject = text };
	struct option_row row;

	if (optopt == 0 || (value == '?' && optopt >= LONG_ONLY)) {
		error.subject = argv[optind - 1];
	} else if (value == ':') {
		row = option_at(find_option(optopt));
		error.code = RJ_ERR_NEEDS_ARGUMENT;
		error.subject = spell(&row, text, sizeof(text));
		error.name = row.argument;
	}
	return diag(&error);
}

/* A payload that starts, of which there is but one. */
static bool is_starter(const struct payload_kind *kind)
{
	return kind && !kind->adds && !kind->beside;
}

bool option_is_given(const struct options *options, size_t n)
{
	bool starter = is_starter(option_at(n).kind), given = starter && options->operand_count > 0;

	for (size_t i = 0; starter && i < payload_kind_count; i++)
		given = given || (options->given[i] && is_starter(payload_kinds[i]));
	return given || options->given[n];
}

enum rj_err option_set(struct options *options, const struct command *command,
		       const struct option_row *row, char *argument, struct rj_error *err)
{
	options->wishes.given |= row->wish;
	if (!(row->commands & command->bit))
		return rj_fail(err, RJ_ERR_WRONG_COMMAND, .name = command->name);
	return row->kind ? add_payload(options, row->kind, argument, err)
			 : row->set(options, argument, err);
}

/* One option; -1 to go on, or the exit status. */
static int take(struct options *options, const struct command *command,
		const struct option_row *row, char *argument)
{
	struct rj_error error;
	char text[64];

	if (row->letter == 'h')
		return print_help();
	if (row->letter == 'V') {
		printf("rjpack %s\n", RJ_VERSION);
		return RJ_DONE;
	}
	if (!option_set(options, command, row, argument, &error))
		return -1;
	return diag_about(spell(row, text, sizeof(text)), &error);
}

const struct command *command_find(const char *name)
{
	for (size_t i = 0; name && i < command_count; i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

/* The same of what is no option. */
static int take_operand(struct options *options, char *operand)
{
	struct rj_error error;

	if (options->operand_count == RJ_MAX_PIECES) {
		rj_fail(&error, RJ_ERR_EXTRA, .subject = operand);
		return diag(&error);
	}
	options->operands[options->operand_count++] = operand;
	return -1;
}

/* The same of what getopt has found. */
static int take_found(struct options *options, const struct command *command, int value,
		      char **argv)
{
	struct option_row row;
	size_t n;

	if (value == '?' || value == ':')
		return refuse(value, argv);
	if (value == OPERAND)
		return take_operand(options, optarg);
	n = find_option(value);
	options->given[n] = true;
	row = option_at(n);
	return take(options, command, &row, optarg);
}

static int take_config(struct options *options, const struct command *command)
{
	struct rj_error error;

	if (!options->config || !config_read(options, command, &error))
		return -1;
	return diag(&error);
}

int options_read(struct options *options, const struct command **command,
		 int argc, char **argv)
{
	static struct getopt_arrays arrays;
	int value, status = -1;

	*options = (struct options){
		.root = "", .drive = DEFAULT_DRIVE,
		.wishes.level = RJ_LEVEL_DEFAULT, .base = HIGH_MEMORY,
		.flags = RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL, .repairs = RJ_ALL_REPAIRS,
		.serial_port = COM1, .serial_divisor = COM1_DIVISOR,
	};
	*command = argc > 1 ? command_find(argv[1]) : NULL;
	optind = *command ? 2 : 1;
	if (!*command)
		*command = &commands[0];
	opterr = 0;
	fill_arrays(&arrays);
	while (status < 0 &&
	       (value = getopt_long(argc, argv, arrays.letters, arrays.longs, NULL)) != -1)
		status = take_found(options, *command, value, argv);
	for (; status < 0 && optind < argc; optind++)
		status = take_operand(options, argv[optind]);
	return status < 0 ? take_config(options, *command) : status;
}
