/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <string.h>

#include "abi/layout.h"
#include "base/number.h"
#include "base/words.h"
#include "command.h"
#include "common/units.h"
#include "image/drive_map.h"
#include "image/loaders.h"
#include "image/regs.h"
#include "image/repair_list.h"
#include "image/service_modes.h"

#define DEFAULT_DRIVE 0x80

const char *const option_groups[GROUP_COUNT] = {
	[GROUP_PAYLOAD] = "Payload: one of these, or FILE alone",
	[GROUP_WITH] = "With the payload",
	[GROUP_ARRIVAL] = "On arrival",
	[GROUP_DISKS] = "Disks on arrival",
	[GROUP_IMAGE] = "Image",
	[GROUP_MACHINE] = "While the stub runs",
	[GROUP_LOAD] = "With rjpack load",
	[GROUP_GENERAL] = "General",
};

#define SETTER(name) static enum rj_err set_##name(struct options *o, struct value value, \
						   struct rj_error *err)
#define STORE(name, field) SETTER(name) \
	{ (void)err; o->field = value; return RJ_OK; }
#define FLAG(name, statement) SETTER(name) \
	{ (void)err; (void)value; statement; return RJ_OK; }

STORE(output, output)
STORE(directory, directory)
STORE(restore, snapshot)
STORE(root, root)
STORE(svg, svg)
FLAG(unreal, o->flags |= RJ_UNREAL)
FLAG(stub_verbose, o->flags |= RJ_VERBOSE)
STORE(depfile, depfile)
FLAG(panic, o->panic = true)
FLAG(now, o->now = true)
FLAG(unload, o->unload = true)
FLAG(dry_run, o->dry_run = true)
FLAG(no_sync, o->no_sync = true)
FLAG(json, o->json = true)
FLAG(tell, o->verbose = true)

SETTER(config)
{
	if (o->config.text)
		return rj_fail(err, RJ_USAGE,
			       "there is a second configuration file, %s; use one",
			       value.text);
	o->config = value;
	return RJ_OK;
}

SETTER(entry)
{
	uint16_t segment, offset;

	o->entry = value;
	return rj_parse_far(value.text, &segment, &offset, err);
}

SETTER(reg)
{
	struct rj_regs scratch = { 0 };

	if (o->reg_count == sizeof(o->regs) / sizeof(o->regs[0]))
		return rj_fail(err, RJ_USAGE, "unexpected argument");
	o->regs[o->reg_count++] = value;
	return rj_regs_assign(&scratch, value.text, err);
}

SETTER(drive)
{
	o->has_drive = true;
	return rj_parse_drive(value.text, &o->drive, err);
}

SETTER(int13)
{
	return rj_int13_find(value.text, &o->services.int13, err);
}

SETTER(usb)
{
	return rj_usb_find(value.text, &o->services.usb, err);
}

#define BIOS_WORD(name, flags, what) " " #name
#define BIOS_WORDS (&(RJ_BIOS_MODES(BIOS_WORD))[1])

SETTER(bios)
{
	for (size_t i = 0; i < RJ_BIOS_COUNT; i++)
		if (strcmp(value.text, rj_bios_modes[i].name) == 0) {
			o->flags = (o->flags & ~RJ_BIOS_FLAGS) | rj_bios_modes[i].flags;
			return RJ_OK;
		}
	return rj_none_of(value.text, BIOS_WORDS, err);
}

SETTER(drive_map)
{
	return rj_drive_map_add(&o->services, value.text, err);
}

/* Names of loaders, separated by commas. */
SETTER(for)
{
	const struct rj_loader *loader;

	o->loaders = value;
	for (const char *list = value.text; list;)
		if (rj_loader_next(&list, &loader, err))
			return err->class;
	return RJ_OK;
}

SETTER(format)
{
	return container_find(value.text, &o->container, err);
}

SETTER(base)
{
	if (rj_parse_number(value.text, UINT32_MAX, &o->base, err))
		return err->class;
	if (o->base < HIGH_MEMORY || o->base % PAGE != 0)
		return rj_fail(err, RJ_BAD,
			       "the base %s is not a multiple of %s at or above %s",
			       RJ_HEX(o->base), RJ_HEX(PAGE), RJ_HEX(HIGH_MEMORY));
	return RJ_OK;
}

SETTER(on_error)
{
	if (strcmp(value.text, "halt") == 0)
		o->flags |= RJ_HALT_ON_ERROR;
	else if (strcmp(value.text, "reboot") == 0)
		o->flags &= ~RJ_HALT_ON_ERROR;
	else
		return rj_fail(err, RJ_USAGE, "\"%s\" is neither reboot nor halt", value.text);
	return RJ_OK;
}

static enum rj_err set_baud(struct options *o, const char *text, struct rj_error *err)
{
	uint64_t baud;

	if (rj_parse_number(text, UART_BAUD, &baud, err))
		return err->class;
	if (baud == 0 || UART_BAUD % baud != 0 || UART_BAUD / baud > UINT16_MAX)
		return rj_fail(err, RJ_BAD,
			       "115200 is not a multiple of %s baud; "
			       "use 115200, 57600, 38400, 19200, 9600 or less", RJ_DEC(baud));
	o->serial_divisor = (uint16_t)(UART_BAUD / baud);
	return RJ_OK;
}

static enum rj_err no_console(const char *text, struct rj_error *err)
{
	return rj_fail(err, RJ_USAGE,
		       "\"%s\" is not a console; "
		       "write none, vga, serial[:PORT[,BAUD]], "
		       "or the last two separated by a comma", text);
}

/* [:PORT[,BAUD]] after "serial". */
static enum rj_err set_serial(struct options *o, char *text, struct rj_error *err)
{
	char *baud = strchr(text, ',');
	uint64_t port;

	o->flags |= RJ_CONSOLE_SERIAL;
	if (*text == '\0')
		return RJ_OK;
	if (*text != ':')
		return no_console(text, err);
	if (baud)
		*baud++ = '\0';
	if (rj_parse_number(text + 1, UINT16_MAX, &port, err))
		return err->class;
	o->serial_port = (uint16_t)port;
	return baud ? set_baud(o, baud, err) : RJ_OK;
}

SETTER(console)
{
	char *rest = value.text;

	o->flags &= ~(RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL);
	if (strcmp(value.text, "none") == 0)
		return RJ_OK;
	if (strncmp(rest, "vga", 3) == 0 && (rest[3] == '\0' || rest[3] == ',')) {
		o->flags |= RJ_CONSOLE_VGA;
		if (rest[3] == '\0')
			return RJ_OK;
		rest += 4;
	}
	if (strncmp(rest, "serial", 6) != 0)
		return no_console(value.text, err);
	return set_serial(o, rest + 6, err);
}

SETTER(repair)
{
	return rj_repairs_parse(value.text, &o->repairs, err);
}

/* ADDRESS+LENGTH; the snapshot command checks whether there is such memory. */
SETTER(range)
{
	char *plus = strchr(value.text, '+');
	uint64_t address, size;

	if (o->range_count == RJ_SNAPSHOT_RANGES)
		return rj_too_many_ranges(err);
	if (!plus || plus == value.text || plus[1] == '\0')
		return rj_fail(err, RJ_USAGE,
			       "\"%s\" is not in the form ADDRESS+LENGTH; "
			       "for example 0x9E000+4K", value.text);
	*plus = '\0';
	if (rj_parse_number(value.text, UINT32_MAX, &address, err) ||
	    rj_parse_number(plus + 1, UINT32_MAX, &size, err))
		return err->class;
	o->ranges[o->range_count++] = (struct rj_snapshot_range){ (uint32_t)address,
								  (uint32_t)size };
	return RJ_OK;
}

#define REPAIR_WORD(name, bit, what) " " #name
#define REPAIR_WORDS "all none" RJ_REPAIRS(REPAIR_WORD)
#define INT13_WORD(name, what) " " #name
#define INT13_WORDS (&(RJ_INT13_MODES(INT13_WORD))[1])
#define USB_WORDS (&(RJ_USB_MODES(INT13_WORD))[1])
static char format_words[128];  /* options_init sets it */
#define BUILD COMMAND_BIT(build)
#define LOAD COMMAND_BIT(load)
#define PACKING (BUILD | LOAD)
#define SNAPSHOT COMMAND_BIT(snapshot)
#define ALL (~0u)

static const struct option_row rows[] = {
	{ 0, "entry", "SEG:OFF", "where to start: two hexadecimal numbers",
	  GROUP_ARRIVAL, PACKING, false, NULL, set_entry, NULL, NULL },
	{ 0, "reg", "NAME=VALUE", "set a register; repeatable",
	  GROUP_ARRIVAL, PACKING, false, NULL, set_reg, NULL, NULL },
	{ 0, "drive", "DRIVE", "boot drive in DL: hd0, fd0, 0x80 (hd0; a RAM disk: its own)",
	  GROUP_ARRIVAL, PACKING, false, NULL, set_drive, NULL, NULL },
	{ 0, "unreal", NULL, "leave 4 GiB limits in DS, ES, FS and GS",
	  GROUP_ARRIVAL, PACKING, false, NULL, set_unreal, NULL, NULL },
	{ 0, "restore", "SNAPSHOT", "put the firmware's memory back (see rjpack snapshot)",
	  GROUP_ARRIVAL, PACKING, true, NULL, set_restore, NULL, NULL },
	{ 0, "bios", "MODE", "whose BIOS serves: auto, machine, own (auto)",
	  GROUP_DISKS, PACKING, false, BIOS_WORDS, set_bios, NULL, NULL },
	{ 0, "int13", "MODE", "who serves INT 13h, see below (auto)",
	  GROUP_DISKS, PACKING, false, INT13_WORDS, set_int13, NULL, NULL },
	{ 0, "usb", "MODE", "what is served on USB, see below (auto)",
	  GROUP_DISKS, PACKING, false, USB_WORDS, set_usb, NULL, NULL },
	{ 0, "drive-map", "DRIVE=DISK", "hd0=pci:BB:DD.F, then" RJ_UNIT_FORMS "; repeatable",
	  GROUP_DISKS, PACKING, false, NULL, set_drive_map, NULL, NULL },
	{ 'o', "output", "FILE|-", "write the image here; - is standard output",
	  GROUP_IMAGE, BUILD | SNAPSHOT, true, NULL, set_output, NULL, NULL },
	{ 0, "no-sync", NULL, "do not wait until the disk has the image: for build trees",
	  GROUP_IMAGE, BUILD, false, NULL, set_no_sync, NULL, NULL },
	{ 0, "depfile", "FILE", "list the image's input files here, as a rule for make and ninja",
	  GROUP_IMAGE, BUILD, true, NULL, set_depfile, NULL, NULL },
	{ 0, "format", "NAME", "the file format, see below (by suffix, else elf)",
	  GROUP_IMAGE, BUILD, false, format_words, set_format, NULL, NULL },
	{ 0, "base", "ADDRESS", "where loaders are to put the image (1M)",
	  GROUP_IMAGE, PACKING, false, NULL, set_base, NULL, NULL },
	{ 0, "dry-run", NULL, "check everything, show the plan, write nothing",
	  GROUP_IMAGE, PACKING, false, NULL, set_dry_run, NULL, NULL },
	{ 0, "console", "LIST", "vga,serial[:PORT[,BAUD]] or none (vga,serial:0x3F8,115200)",
	  GROUP_MACHINE, PACKING, false, NULL, set_console, NULL, NULL },
	{ 0, "verbose", NULL, "the stub reports its steps",
	  GROUP_MACHINE, PACKING, false, NULL, set_stub_verbose, NULL, NULL },
	{ 0, "on-error", "WHAT", "reboot or halt (reboot)",
	  GROUP_MACHINE, PACKING, false, "reboot halt", set_on_error, NULL, NULL },
	{ 0, "repair", "LIST", "what to put back: all, none, NAME, -NAME (all)",
	  GROUP_MACHINE, PACKING, false, REPAIR_WORDS, set_repair, NULL, NULL },
	{ 0, "panic", NULL, "start the image when Linux panics",
	  GROUP_LOAD, LOAD, false, NULL, set_panic, NULL, NULL },
	{ 0, "now", NULL, "stop this system, and start what is loaded",
	  GROUP_LOAD, LOAD, false, NULL, set_now, NULL, NULL },
	{ 0, "unload", NULL, "unload what is loaded",
	  GROUP_LOAD, LOAD, false, NULL, set_unload, NULL, NULL },
	{ 'C', "directory", "DIR", "extract: write the pieces here",
	  GROUP_GENERAL, COMMAND_BIT(extract), true, NULL, set_directory, NULL, NULL },
	{ 0, "range", "ADDR+LENGTH", "snapshot: also save this memory below 640K; repeatable",
	  GROUP_GENERAL, SNAPSHOT, false, NULL, set_range, NULL, NULL },
	{ 0, "root", "DIR", "doctor, snapshot, load, --from-running: read /proc and the like from this tree",
	  GROUP_GENERAL, PACKING | SNAPSHOT | COMMAND_BIT(doctor), true, NULL, set_root, NULL, NULL },
	{ 0, "for", "LIST", "verify: check for these loaders, see below",
	  GROUP_GENERAL, COMMAND_BIT(verify), false, NULL, set_for, NULL, NULL },
	{ 0, "svg", "FILE|-", "inspect: draw the memory into this file instead",
	  GROUP_GENERAL, COMMAND_BIT(inspect), true, NULL, set_svg, NULL, NULL },
	{ 0, "json", NULL, "print JSON",
	  GROUP_GENERAL, BUILD | COMMAND_BIT(doctor) | COMMAND_BIT(inspect) |
	  COMMAND_BIT(kinds) | COMMAND_BIT(verify), false, NULL, set_json, NULL, NULL },
	{ 0, "config", "FILE", "read options from an INI file; the command line wins",
	  GROUP_GENERAL, ALL, true, NULL, set_config, NULL, NULL },
	{ 'v', NULL, NULL, "report what was detected and why, and what is carried",
	  GROUP_GENERAL, ALL, false, NULL, set_tell, NULL, NULL },
	{ 'h', "help", NULL, "print this help", GROUP_GENERAL, ALL, false, NULL, NULL, NULL, NULL },
	{ 'V', "version", NULL, "print the version", GROUP_GENERAL, ALL, false, NULL, NULL, NULL, NULL },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static size_t payload_option_count(void)
{
	size_t count = 0;

	while (payload_option_at(count))
		count++;
	return count;
}

size_t option_count(void)
{
	return payload_kind_count + payload_option_count() + ROWS;
}

struct option_row option_at(size_t n)
{
	size_t options = payload_option_count();
	const struct payload_option *option;
	const struct payload_kind *kind;

	if (n >= payload_kind_count + options)
		return rows[n - payload_kind_count - options];
	if (n >= payload_kind_count) {
		option = payload_option_at(n - payload_kind_count);
		return (struct option_row){ 0, option->name, option->argument, option->help,
					    GROUP_WITH, PACKING, option->file, option->words, NULL,
					    NULL, option };
	}
	kind = payload_kinds[n];
	return (struct option_row){ 0, kind->name, kind->argument, kind->help, GROUP_PAYLOAD,
				    PACKING, kind->argument && !kind->words, kind->words, NULL, kind,
				    NULL };
}

static enum rj_err add_payload(struct options *o, const struct payload_kind *kind,
			       struct value value, struct rj_error *err)
{
	static char none[] = "";

	if (kind->words && !rj_has_word(kind->words, value.text))
		return rj_none_of(value.text, kind->words, err);
	if (o->payload_count == RJ_MAX_PIECES)
		return rj_too_many_pieces(err);
	if (!value.text)
		value.text = none;
	o->payloads[o->payload_count++] = (struct payload){ kind, value };
	return RJ_OK;
}

/* Whether a payload of this kind starts; an image has only one such payload. */
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

enum rj_err option_wrong_command(const struct command *command, struct rj_error *err)
{
	return rj_fail(err, RJ_USAGE,
		       "the option does not belong to rjpack %s; see rjpack --help",
		       command->name);
}

enum rj_err option_needs_argument(const struct option_row *row, struct rj_error *err)
{
	return rj_fail(err, RJ_USAGE, "the option needs %s; see rjpack --help", row->argument);
}

enum rj_err option_set(struct options *options, const struct command *command,
		       const struct option_row *row, struct value value, struct rj_error *err)
{
	if (!(row->commands & command->bit))
		return option_wrong_command(command, err);
	if (row->kind)
		return add_payload(options, row->kind, value, err);
	if (row->option)
		return payload_set(&options->settings, &(struct rj_setting){
			.option = row->option, .text = value.text, .origin = value.origin }, err);
	return row->set(options, value, err);
}

void options_init(struct options *options)
{
	static char here[] = "";

	container_words(format_words, sizeof(format_words));
	*options = (struct options){
		.root.text = here, .drive = DEFAULT_DRIVE, .base = HIGH_MEMORY,
		.flags = RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL | RJ_OWN_BIOS, .repairs = RJ_ALL_REPAIRS,
		.serial_port = COM1, .serial_divisor = COM1_DIVISOR,
	};
}
