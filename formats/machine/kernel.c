/* SPDX-License-Identifier: MIT */
/*
 * Facts about kexec: what the kernel supports and allows, and kexec-tools.
 */
#include <ctype.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "machine/machine.h"

#define SYSCTL       "/proc/sys/kernel/"
#define CONFIG_GZ    "/proc/config.gz"
#define LOCKDOWN     "/sys/kernel/security/lockdown"
#define VERSION_TEXT "kexec-tools 2"    /* kexec --version prints it: PACKAGE_STRING */
#define VERSION_AT   (sizeof(VERSION_TEXT) - 2)
#define PROGRAM_MAX  (4u << 20)
/* Directories that a user's PATH often lacks. */
#define SYSTEM_PATH  "/usr/local/sbin:/usr/sbin:/sbin"

/* "CONFIG_NAME=y" or "# CONFIG_NAME is not set" */
static void take_config(const char *text, const char *name, enum rj_known *value)
{
	const char *at = strncmp(text, "# ", 2) == 0 ? text + 2 : text;
	size_t length = strlen(name);

	if (strncmp(at, "CONFIG_", 7) != 0 || strncmp(at + 7, name, length) != 0)
		return;
	if (strcmp(at + 7 + length, "=y") == 0)
		*value = RJ_YES;
	else if (strcmp(at + 7 + length, " is not set") == 0)
		*value = RJ_NO;
}

static bool config_row(void *context, char *text)
{
	struct rj_machine_kernel *kernel = context;

	take_config(text, "KEXEC", &kernel->kexec);
	take_config(text, "KEXEC_FILE", &kernel->kexec_file);
	take_config(text, "KEXEC_SIG_FORCE", &kernel->sig_force);
	take_config(text, "KEXEC_VERIFY_SIG", &kernel->sig_force);
	return true;
}

/* Options that a configuration does not mention are off: their dependencies are not met. */
static void set_default(enum rj_known *value)
{
	if (*value == RJ_UNKNOWN)
		*value = RJ_NO;
}

/* Newer distributions have it next to the modules. */
static void read_config(struct rj_machine *machine)
{
	static const struct { const char *before, *after; } places[] = {
		{ "/boot/config-", "" }, { RJ_MODULES, "/config" }, { CONFIG_GZ, NULL } };
	struct rj_machine_kernel *kernel = &machine->kernel;
	size_t i = 0, count = sizeof(places) / sizeof(places[0]);

	for (; i < count; i++) {
		const char *after = places[i].after;

		snprintf(kernel->config_path, PATH_MAX, "%s%s%s", places[i].before,
			 after ? kernel->release : "", after ? after : "");
		if (rj_root_lines(&machine->root, kernel->config_path, config_row, kernel))
			break;
	}
	if (i == count) {
		kernel->config_path[0] = '\0';
		return;
	}
	set_default(&kernel->kexec);
	set_default(&kernel->kexec_file);
	set_default(&kernel->sig_force);
}

/* Either setting, once made, holds until the next boot; limit names the file of the second. */
static enum rj_known is_disabled(const struct rj_root *root, const char *limit)
{
	char text[32];
	uint64_t disabled;

	if (!rj_root_number(root, SYSCTL "kexec_load_disabled", 10, &disabled))
		return RJ_UNKNOWN;
	if (rj_root_word(root, limit, text, sizeof(text)) && strcmp(text, "0") == 0)
		return RJ_YES;
	return disabled ? RJ_YES : RJ_NO;
}

/* "none [integrity] confidentiality": the word in brackets is the current mode. */
static void read_lockdown(struct rj_machine *machine)
{
	char text[RJ_MACHINE_NAME], *open, *close;

	if (!rj_root_word(&machine->root, LOCKDOWN, text, sizeof(text)))
		return;
	open = strchr(text, '[');
	close = open ? strchr(open, ']') : NULL;
	if (!close)
		return;
	*close = '\0';
	strcpy(machine->kernel.lockdown, open + 1);
}

static void take_capabilities(const char *text, const char *name, enum rj_known *has_boot)
{
	if (strncmp(text, name, strlen(name)) == 0)
		*has_boot = strtoull(text + strlen(name), NULL, 16) >> CAP_SYS_BOOT & 1
			    ? RJ_YES : RJ_NO;
}

/* capabilities(7): the bounding set of this process and its children, and what it can use. */
static bool status_row(void *context, char *text)
{
	struct rj_machine_kernel *kernel = context;

	take_capabilities(text, "CapBnd:", &kernel->may_boot);
	take_capabilities(text, "CapEff:", &kernel->has_boot);
	return true;
}

/* include/uapi/linux/nsfs.h: the inode numbers of the initial namespaces. */
static enum rj_known is_outermost(const struct rj_root *root)
{
	static const struct { const char *path, *first; } namespaces[] = {
		{ "/proc/self/ns/user", "user:[4026531837]" },
		{ "/proc/self/ns/pid", "pid:[4026531836]" },
	};
	enum rj_known known = RJ_UNKNOWN;
	char link[PATH_MAX];

	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		if (!rj_root_read_link(root, namespaces[i].path, link))
			continue;
		if (strcmp(link, namespaces[i].first) != 0)
			return RJ_NO;
		known = RJ_YES;
	}
	return known;
}

/* From the text that --version prints: a program in another tree cannot be run. */
static void read_version(struct rj_machine *machine)
{
	static char program[PROGRAM_MAX];
	char *version = machine->kernel.kexec_version;
	long size = rj_root_read(&machine->root, machine->kernel.kexec_path, program,
				 sizeof(program));
	size_t length = 0;

	for (long i = 0; i + (long)VERSION_AT < size; i++) {
		if (memcmp(program + i, VERSION_TEXT, sizeof(VERSION_TEXT) - 1) != 0)
			continue;
		i += (long)VERSION_AT;
		while (length < RJ_MACHINE_NAME - 1 &&
		       (isdigit((unsigned char)program[i]) || program[i] == '.'))
			version[length++] = program[i++];
		version[length] = '\0';
		return;
	}
}

static bool is_program(const struct rj_root *root, const char *path)
{
	char real[PATH_MAX];
	struct stat st;

	return rj_root_outside(root, path, real) && stat(real, &st) == 0 &&
	       S_ISREG(st.st_mode) && st.st_mode & 0111;
}

/* Looks for kexec in these directories, separated by colons. */
static void find_kexec(struct rj_machine *machine, const char *path)
{
	char found[PATH_MAX];

	for (const char *list = path; list;) {
		size_t length = strcspn(list, ":");
		int size = snprintf(found, sizeof(found), "%.*s/kexec", (int)length, list);

		if (length && list[0] == '/' && size < PATH_MAX &&
		    is_program(&machine->root, found)) {
			rj_root_resolve(&machine->root, found, machine->kernel.kexec_path);
			read_version(machine);
			return;
		}
		list = list[length] ? list + length + 1 : NULL;
	}
}

void rj_machine_kernel(struct rj_machine *machine, const char *path)
{
	struct rj_machine_kernel *kernel = &machine->kernel;

	rj_root_word(&machine->root, SYSCTL "osrelease", kernel->release,
		     sizeof(kernel->release));
	if (strchr(kernel->release, '/'))
		kernel->release[0] = '\0';
	read_config(machine);
	if (rj_root_has(&machine->root, "/sys/kernel"))
		kernel->core = rj_root_has(&machine->root, "/sys/kernel/kexec_loaded")
			       ? RJ_YES : RJ_NO;
	kernel->has_crash_size = rj_root_number(&machine->root, "/sys/kernel/kexec_crash_size", 10,
						&kernel->crash_size);
	kernel->disabled = is_disabled(&machine->root, SYSCTL "kexec_load_limit_reboot");
	kernel->panic_disabled = is_disabled(&machine->root, SYSCTL "kexec_load_limit_panic");
	rj_root_lines(&machine->root, "/proc/self/status", status_row, kernel);
	kernel->outermost = is_outermost(&machine->root);
	read_lockdown(machine);
	find_kexec(machine, path);
	if (!*kernel->kexec_path)
		find_kexec(machine, SYSTEM_PATH);
}
