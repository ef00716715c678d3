/* SPDX-License-Identifier: MIT */
/*
 * Facts about the running Linux, to start it again: its file, initrd and command line.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/le.h"
#include "machine/target.h"

#define BOOT         "/boot/"
#define BOOT_PARAMS  "/sys/kernel/boot_params/data"
#define BOOT_IMAGE   "BOOT_IMAGE="
/* offsets in boot_params */
#define RAMDISK_SIZE     0x21C
#define EXT_RAMDISK_SIZE 0xC4

/* Whether there is such a file; adds its size to the total. */
static bool has_file(struct rj_target *target, const char *path)
{
	char real[PATH_MAX];
	struct stat st;

	if (!rj_tree_outside(&target->tree, path, real) || stat(real, &st) < 0 ||
	    !S_ISREG(st.st_mode))
		return false;
	target->running.size += (uint64_t)st.st_size;
	return true;
}

static void find_file(struct rj_target *target, const struct rj_target_place *places, size_t count,
		      const char *name, char to[PATH_MAX])
{
	for (size_t i = 0; i < count; i++)
		if (rj_target_place(&places[i], name, to) && has_file(target, to))
			return;
	to[0] = '\0';
}

/* Debian, Fedora, openSUSE, Arch; then image-based Fedora. */
static void find_initrd(struct rj_target *target, const char *name)
{
	static const struct rj_target_place places[] = {
		{ BOOT "initrd.img-", "" }, { BOOT "initramfs-", ".img" }, { BOOT "initrd-", "" },
		{ RJ_MODULES, "/initrd" }, { RJ_MODULES, "/initramfs.img" },
	};

	find_file(target, places, sizeof(places) / sizeof(places[0]), name, target->running.initrd);
}

static void find_kernel(struct rj_target *target)
{
	static const struct rj_target_place places[] = {
		{ BOOT "vmlinuz-", "" }, { RJ_MODULES, "/vmlinuz" } };

	find_file(target, places, sizeof(places) / sizeof(places[0]), target->kernel.release,
		  target->running.kernel);
	if (*target->running.kernel)
		find_initrd(target, target->kernel.release);
}

/*
 * A kernel with another name, such as Arch's vmlinuz-linux with initramfs-linux.img: found by
 * the name that the boot loader used.
 */
static void find_loaded(struct rj_target *target, const char *word)
{
	static const struct rj_target_place place = { BOOT, "" };
	const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;
	const char *dash = strchr(name, '-');

	find_file(target, &place, 1, name, target->running.kernel);
	if (*target->running.kernel && dash)
		find_initrd(target, dash + 1);
}

/* Words that boot loaders add, with the names of the files that they have loaded. */
static bool is_loaders(const char *word)
{
	static const char *const names[] = { BOOT_IMAGE, "initrd=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(word, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void read_command_line(struct rj_target *target)
{
	char text[RJ_TARGET_LINE], *to = target->running.command_line, *end = to + RJ_TARGET_LINE;

	if (!rj_tree_word(&target->tree, "/proc/cmdline", text, sizeof(text)))
		return;
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
		if (strncmp(word, BOOT_IMAGE, strlen(BOOT_IMAGE)) == 0 && !*target->running.kernel)
			find_loaded(target, word + strlen(BOOT_IMAGE));
		if (!is_loaders(word))
			to += snprintf(to, (size_t)(end - to), "%s%s",
				       to == target->running.command_line ? "" : " ", word);
	}
}

/* boot_params come from the boot loader: ramdisk_size, and its upper half. */
static enum rj_known had_initrd(const struct rj_tree *tree)
{
	char params[RAMDISK_SIZE + sizeof(uint32_t) + 1];

	if (rj_tree_read(tree, BOOT_PARAMS, params, sizeof(params)) != sizeof(params) - 1)
		return RJ_UNKNOWN;
	return le32(params + RAMDISK_SIZE) || le32(params + EXT_RAMDISK_SIZE) ? RJ_YES : RJ_NO;
}

void rj_target_linux(struct rj_target *target)
{
	find_kernel(target);
	read_command_line(target);
	target->running.has_initrd = had_initrd(&target->tree);
}
