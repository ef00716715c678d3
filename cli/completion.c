/* SPDX-License-Identifier: MIT */
/*
 * rjpack completion: prints a shell's completion script, from the tables of commands and
 * options.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "diag.h"
#include "options.h"

static void print_words(bool options)
{
	for (size_t i = 0; i < command_count && !options; i++)
		printf("%s%s", i ? " " : "", commands[i].name);
	for (size_t i = 0; i < option_count() && options; i++) {
		struct option_row row = option_at(i);

		if (row.name)
			printf("%s--%s", i ? " " : "", row.name);
		else
			printf("%s-%c", i ? " " : "", row.letter);
	}
}

static void print_case(const struct option_row *row)
{
	printf("--%s", row->name);
	if (row->letter)
		printf("|-%c", row->letter);
}

/* Prints one shell pattern of all options whose argument is a file, or is free text. */
static void print_pattern(bool files)
{
	bool more = false;

	for (size_t i = 0; i < option_count(); i++) {
		struct option_row row = option_at(i);

		if (!row.argument || row.is_file != files || row.words)
			continue;
		fputs(more ? "|" : "", stdout);
		print_case(&row);
		more = true;
	}
}

/* Prints a case for each option whose argument is one of a list of words. */
static void print_word_cases(void)
{
	for (size_t i = 0; i < option_count(); i++) {
		struct option_row row = option_at(i);

		if (!row.words)
			continue;
		putchar('\t');
		print_case(&row);
		printf(")\n\t\tCOMPREPLY=($(compgen -W \"%s\" -- \"$word\"))\n"
		       "\t\treturn ;;\n", row.words);
	}
}

static void complete_bash(void)
{
	puts("# bash completion for rjpack\n"
	     "_rjpack()\n"
	     "{\n"
	     "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
	     "\tCOMPREPLY=()\n"
	     "\tcase $before in");
	fputs("\t", stdout);
	print_pattern(true);
	puts(")\n\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n\t\treturn ;;");
	print_word_cases();
	fputs("\t", stdout);
	print_pattern(false);
	puts(")\n\t\treturn ;;\n\tesac\n\tcase $word in\n\t-*)");
	fputs("\t\tCOMPREPLY=($(compgen -W \"", stdout);
	print_words(true);
	puts("\" -- \"$word\")) ;;\n\t*)\n\t\tCOMPREPLY=($(compgen -f -- \"$word\"))");
	fputs("\t\t[ \"$COMP_CWORD\" -ne 1 ] || COMPREPLY+=($(compgen -W \"", stdout);
	print_words(false);
	puts("\" -- \"$word\")) ;;\n\tesac\n}\ncomplete -o filenames -F _rjpack rjpack");
}

/* Prints text in single quotes for a shell, with the characters of escape escaped for zsh. */
static void print_quoted(const char *text, const char *escape)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\'", stdout);
		else if (strchr(escape, *text))
			putchar('\\');
		putchar(*text);
	}
}

static void zsh_option(const struct option_row *row, const char *spelling)
{
	printf("\t\t'*%s", spelling);
	if (row->argument && row->name && strncmp(spelling, "--", 2) == 0)
		putchar('=');
	putchar('[');
	print_quoted(row->help, "[]:\\");
	putchar(']');
	if (row->argument) {
		putchar(':');
		print_quoted(row->argument, "[]:\\");
		if (row->words)
			printf(":(%s)", row->words);
		else
			printf(":%s", row->is_file ? "_files" : "");
	}
	puts("' \\");
}

static void complete_zsh(void)
{
	fputs("#compdef rjpack\n_rjpack_first()\n{\n\t_alternative 'commands:command:(", stdout);
	print_words(false);
	puts(")' 'files:file:_files'\n}\n\n_rjpack()\n{\n\t_arguments \\");
	for (size_t i = 0; i < option_count(); i++) {
		struct option_row row = option_at(i);
		char text[64];

		snprintf(text, sizeof(text), "--%s", row.name ? row.name : "");
		if (row.name)
			zsh_option(&row, text);
		snprintf(text, sizeof(text), "-%c", row.letter);
		if (row.letter)
			zsh_option(&row, text);
	}
	puts("\t\t'1: :_rjpack_first' \\\n\t\t'*:file:_files'\n}\n\n_rjpack \"$@\"");
}

static void complete_fish(void)
{
	puts("# fish completion for rjpack");
	for (size_t i = 0; i < command_count; i++) {
		printf("complete -c rjpack -n __fish_is_first_arg -a %s -d '", commands[i].name);
		print_quoted(commands[i].help, "");
		puts("'");
	}
	for (size_t i = 0; i < option_count(); i++) {
		struct option_row row = option_at(i);

		fputs("complete -c rjpack", stdout);
		if (row.letter)
			printf(" -s %c", row.letter);
		if (row.name)
			printf(" -l %s", row.name);
		fputs(row.argument ? row.is_file ? " -r -F" : " -x" : "", stdout);
		if (row.words)
			printf(" -a '%s'", row.words);
		fputs(" -d '", stdout);
		print_quoted(row.help, "");
		puts("'");
	}
}

static const struct {
	const char *name;
	void (*print)(void);
} shells[] = {
	{ "bash", complete_bash },
	{ "zsh", complete_zsh },
	{ "fish", complete_fish },
};
#define SHELLS (sizeof(shells) / sizeof(shells[0]))

int run_completion(const struct options *options)
{
	const char *name = options->operand_count ? options->operands[0].text : "no shell";
	struct rj_list names = { "" };

	if (options->operand_count > 1)
		return diag_extra(options->operands[1].text);
	for (size_t i = 0; i < SHELLS; i++) {
		if (strcmp(name, shells[i].name) == 0) {
			shells[i].print();
			return RJ_OK;
		}
		rj_list_add(&names, "%s", shells[i].name);
	}
	return diag_say(RJ_USAGE, name, "no completions; the shells are %s", names.text);
}
