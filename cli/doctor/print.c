/* SPDX-License-Identifier: MIT */
/*
 * Prints the findings of rjpack doctor, as text and JSON.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/doctor.h"
#include "image/service_modes.h"
#include "json.h"

static const struct {
	const char *word, *colour;      /* colour: SGR parameter, ECMA-48 8.3.117 */
} ratings[] = {
	[DOCTOR_NOTHING] = { "", "0" },
#define ROW(name, word, colour) [DOCTOR_##name] = { word, colour },
	DOCTOR_RATINGS(ROW)
#undef ROW
};

/* https://no-color.org */
static bool is_coloured(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

/* Names come from the tree and must not control the terminal. */
static void put_clean(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7F ? '?' : *text);
}

static void print_finding(const struct doctor_check *check,
			  const struct doctor_finding *finding, bool coloured)
{
	const char *word = ratings[finding->rating].word;

	if (coloured)
		printf("\033[%sm%-8s\033[0m", ratings[finding->rating].colour, word);
	else
		printf("%-8s", word);
	printf(" %-16s ", check->title);
	put_clean(finding->text);
	if (finding->todo)
		printf("; %s", finding->todo);
	putchar('\n');
}

static void print_command(const char *command)
{
	if (!*command)
		return;
	printf("  ");
	put_clean(command);
	putchar('\n');
}

void doctor_print(const struct doctor *doctor, const struct doctor_finding *findings,
		  const struct doctor_advice *advice, bool works)
{
	bool coloured = is_coloured();

	for (size_t i = 0; i < doctor_check_count; i++)
		if (findings[i].rating != DOCTOR_NOTHING)
			print_finding(&doctor_checks[i], &findings[i], coloured);
	printf("\nThe way back %s from this machine%s", works ? "works" : "does not work",
	       *advice->pack || *advice->load ? works ? ":\n" : ". Once that is fixed:\n" : ".\n");
	print_command(advice->pack);
	print_command(advice->load);
	if (*advice->now) {
		puts("Or in one step, without kexec-tools:");
		print_command(advice->now);
	}
	if (advice->alternative) {
		puts("Or start Linux as it runs now, without its boot loader:");
		print_command(advice->alternative);
		print_command(advice->load);
	}
	if (*advice->menu[0])
		printf("For the boot menu of %s:\n",
		       doctor_has_systemd_boot(&doctor->machine) ? "systemd-boot" : "the firmware");
	for (size_t i = 0; i < DOCTOR_MENU; i++)
		print_command(advice->menu[i]);
}

static const char *text_or_null(const char *text)
{
	return *text ? text : NULL;
}

static void json_disk(struct json *json, const struct rj_machine_disk *disk)
{
	const struct rj_machine_controller *c = &disk->controller;
	uint8_t driver = rj_machine_int13(c);
	char address[32] = "";

	if (c->pci)
		snprintf(address, sizeof(address), "%04" PRIx32 ":%02x:%02x.%x", c->domain,
			 c->address >> 8, c->address >> 3 & 31u, c->address & 7u);
	json_open(json, NULL, '{');
	json_string(json, "name", disk->name);
	json_string(json, "pci", text_or_null(address));
	json_string(json, "driver", text_or_null(c->driver));
	json_string(json, "transport", text_or_null(disk->transport));
	json_string(json, "int13", driver == RJ_INT13_none || rj_is_named_only(driver)
				   ? NULL : rj_int13_modes[driver].name);
	json_close(json, '{');
}

static void json_uefi(struct json *json, const struct rj_machine_uefi *uefi)
{
	json_string(json, "boot_manager", text_or_null(uefi->loader));
	if (!*uefi->mount) {
		json_string(json, "esp", NULL);
		return;
	}
	json_open(json, "esp", '{');
	json_string(json, "mount", uefi->mount);
	json_string(json, "disk", text_or_null(uefi->disk));
	json_number(json, "partition", uefi->partition);
	json_close(json, '{');
}

static void json_machine(struct json *json, const struct rj_machine *machine)
{
	json_open(json, "machine", '{');
	json_string(json, "boot", !machine->firmware.sys ? NULL
				  : machine->firmware.uefi ? "uefi" : "bios");
	json_string(json, "linux", text_or_null(machine->kernel.release));
	json_string(json, "lockdown", text_or_null(machine->kernel.lockdown));
	json_string(json, "kexec", text_or_null(machine->kernel.kexec_path));
	json_string(json, "kexec_tools", text_or_null(machine->kernel.kexec_version));
	json_number(json, "cpus", machine->platform.cpus);
	json_number(json, "base_memory", machine->memory.base);
	json_number(json, "largest_range", machine->memory.largest);
	json_open(json, "boot_disks", '[');
	for (size_t i = 0; i < machine->disk_count; i++)
		json_disk(json, &machine->disks[i]);
	json_close(json, '[');
	json_uefi(json, &machine->uefi);
	json_close(json, '{');
}

void doctor_json(const struct doctor *doctor, const struct doctor_finding *findings,
		 const struct doctor_advice *advice, bool works)
{
	struct json json = { .file = stdout };

	json_open(&json, NULL, '{');
	json_number(&json, "schema", JSON_SCHEMA);
	json_bool(&json, "works", works);
	json_string(&json, "image", doctor->image_name);
	json_machine(&json, &doctor->machine);
	json_open(&json, "findings", '[');
	for (size_t i = 0; i < doctor_check_count; i++) {
		if (findings[i].rating == DOCTOR_NOTHING)
			continue;
		json_open(&json, NULL, '{');
		json_string(&json, "check", doctor_checks[i].name);
		json_string(&json, "title", doctor_checks[i].title);
		json_string(&json, "rating", ratings[findings[i].rating].word);
		json_string(&json, "text", findings[i].text);
		json_string(&json, "todo", findings[i].todo);
		json_close(&json, '{');
	}
	json_close(&json, '[');
	json_string(&json, "pack", text_or_null(advice->pack));
	json_string(&json, "load", text_or_null(advice->load));
	json_string(&json, "alternative", advice->alternative);
	json_open(&json, "menu", '[');
	for (size_t i = 0; i < DOCTOR_MENU && *advice->menu[i]; i++)
		json_string(&json, NULL, advice->menu[i]);
	json_close(&json, '[');
	json_string(&json, "now", text_or_null(advice->now));
	json_close(&json, '{');
}
