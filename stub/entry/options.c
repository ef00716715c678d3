/* SPDX-License-Identifier: MIT */
#include "entry/options.h"

#include <stdbool.h>

/* The command line, with each blank replaced by a NUL. */
static char words[COMMAND_LINE_SIZE];

/* The rest of the word. A value is valid if nothing is left of it. */
static const char *at;

#define INVALID "?"

#define PORT_MIN 0x100u         /* lower ports are the system board's */
#define PORT_MAX 0xFFF8u        /* eight registers */
#define BAUD_MIN 2u             /* a divisor has 16 bits */

void options_read(const char *line)
{
	for (unsigned i = 0; i < sizeof(words) - 1 && line[i]; i++)
		words[i] = (char)(line[i] == ' ' || line[i] == '\t' ? '\0' : line[i]);
}

static bool eat(const char *text)
{
	const char *rest = at;

	while (*text)
		if (*rest++ != *text++)
			return false;
	at = rest;
	return true;
}

const char *boot_option(const char *name)
{
	const char *value = NULL;

	for (at = words; at < words + sizeof(words); at++) {
		if (eat(name) && eat("="))
			value = at;
		while (*at)
			at++;
	}
	return value;
}

/* Decimal, or hexadecimal after 0x, from min to max; anything else is INVALID. */
static uint32_t number(uint32_t min, uint32_t max)
{
	uint32_t base = eat("0x") ? 16 : 10, value = 0;
	const char *text = at;

	for (at = INVALID; value <= max; at = text) {
		uint32_t digit = option_digit(*text++, base);

		if (digit == base && value >= min)
			return value;
		if (digit == base)
			break;
		value = value * base + digit;
	}
	at = INVALID;
	return 0;
}

static void set_drive(struct rj_manifest *m)
{
	uint8_t first = eat("hd") ? 0x80 : 0;

	if (!first)
		eat("fd");
	m->regs.edx = (m->regs.edx & ~0xFFu) | (first + number(0, 0xFFu - first));
}

static void set_console(struct rj_manifest *m)
{
	m->flags &= ~(RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL);
	if (eat("none"))
		return;
	if (eat("vga")) {
		m->flags |= RJ_CONSOLE_VGA;
		if (!eat(","))
			return;
	}
	if (!eat("serial")) {
		at = INVALID;
		return;
	}
	m->flags |= RJ_CONSOLE_SERIAL;
	if (eat(":"))
		m->serial_port = (uint16_t)number(PORT_MIN, PORT_MAX);
	if (eat(",")) {
		uint32_t baud = number(BAUD_MIN, UART_BAUD);

		if (!baud || UART_BAUD % baud)
			at = INVALID;
		else
			m->serial_divisor = (uint16_t)(UART_BAUD / baud);
	}
}

/* An image without a BIOS of its own stays so. */
static void set_bios(struct rj_manifest *m)
{
	bool is_carried = m->flags & RJ_OWN_BIOS;

	m->flags &= ~RJ_BIOS_FLAGS;
	if (eat("own") && is_carried)
		m->flags |= RJ_BIOS_FLAGS;
	else if (eat("auto"))
		m->flags |= is_carried ? RJ_OWN_BIOS : 0;
	else if (!eat("machine"))
		at = INVALID;
}

static void set_on_error(struct rj_manifest *m)
{
	m->flags &= ~RJ_HALT_ON_ERROR;
	if (eat("halt"))
		m->flags |= RJ_HALT_ON_ERROR;
	else if (!eat("reboot"))
		at = INVALID;
}

/* An invalid value changes nothing. */
static bool apply(void (*set)(struct rj_manifest *m), struct rj_manifest *manifest)
{
	struct rj_manifest changed = *manifest;

	set(&changed);
	if (*at)
		return false;
	*manifest = changed;
	return true;
}

const char *options_apply(struct rj_manifest *manifest)
{
	static const struct {
		const char *name;
		void (*set)(struct rj_manifest *m);
	} options[] = {
		{ "rj.bios", set_bios },
		{ "rj.on_error", set_on_error },
		{ "rj.drive", set_drive },
		{ "rj.console", set_console },
	};
	const char *bad = NULL;

	for (unsigned i = 0; i < sizeof(options) / sizeof(*options); i++) {
		at = boot_option(options[i].name);
		if (at && !apply(options[i].set, manifest))
			bad = options[i].name;
	}
	/* Someone who asks for a console must see the error, even if none was packed. */
	if (bad && boot_option("rj.console"))
		manifest->flags |= RJ_CONSOLE_VGA | RJ_CONSOLE_SERIAL;
	return bad;
}
