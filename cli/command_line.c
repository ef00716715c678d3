/* SPDX-License-Identifier: MIT */
#include "command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "diag.h"
#include "image/loaders.h"
#include "image/repair_list.h"
#include "image/service_modes.h"

#define OPERAND 1               /* getopt's value for an argument that is not an option */
#define LONG_ONLY 256           /* getopt's values for options without a letter */

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

static void print_formats(void)
{
	printf("\nFile formats (--format)\n");
	for (size_t i = 0; i < container_count; i++)
		printf("  %-26s %s\n", containers[i]->name, containers[i]->help);
}

static void print_modes(const char *title, const struct rj_mode *modes, size_t count)
{
	printf("\n%s\n", title);
	for (size_t i = 0; i < count; i++)
		printf("  %-26s %s\n", modes[i].name, modes[i].what);
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
	print_formats();
	print_modes("Who serves INT 13h (--int13)", rj_int13_modes, RJ_INT13_COUNT);
	print_modes("What is served on USB (--usb)", rj_usb_modes, RJ_USB_COUNT);
	print_repairs();
	print_for();
	return RJ_OK;
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
	/* '-': operands are returned in order, as options, whatever POSIXLY_CORRECT says */
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

/* The option as the user writes it, for messages. */
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
	bool is_long = optopt == 0 || (value == '?' && optopt >= LONG_ONLY);
	struct rj_error error;
	struct option_row row;

	if (value != ':' || is_long)
		return diag_say(RJ_USAGE, is_long ? argv[optind - 1] : text,
				"there is no such option; see rjpack --help");
	row = option_at(find_option(optopt));
	option_needs_argument(&row, &error);
	return diag_about(spell(&row, text, sizeof(text)), NULL, &error);
}

/* Processes an option; returns -1 to go on, or the exit status. */
static int take(struct options *options, const struct command *command,
		const struct option_row *row, char *argument)
{
	struct rj_error error;
	char text[64];

	if (row->letter == 'h')
		return print_help();
	if (row->letter == 'V') {
		printf("rjpack %s\n", RJ_VERSION);
		return RJ_OK;
	}
	if (!option_set(options, command, row, (struct value){ .text = argument }, &error))
		return -1;
	return diag_about(spell(row, text, sizeof(text)), NULL, &error);
}

/* Processes an operand; returns as take. */
static int take_operand(struct options *options, char *operand)
{
	if (options->operand_count == RJ_MAX_PIECES)
		return diag_extra(operand);
	options->operands[options->operand_count++] = (struct value){ .text = operand };
	return -1;
}

/* Processes what getopt has found; returns as take. */
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

	if (!options->config.text || !config_read(options, command, &error))
		return -1;
	return diag(&error);
}

int command_line_read(struct options *options, const struct command **command,
		      int argc, char **argv)
{
	static struct getopt_arrays arrays;
	int value, status = -1;

	options_init(options);
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
