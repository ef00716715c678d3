/* SPDX-License-Identifier: MIT */
#include "payload/running.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/input.h"
#include "common/le.h"
#include "payload/boot_entries.h"
#include "payload/linux.h"
#include "payload/unified.h"

#define RELEASE       "/proc/sys/kernel/osrelease"
/* offsets in boot_params (Linux, Documentation/arch/x86/zero-page.rst) */
#define RAMDISK_SIZE     0x21C
#define EXT_RAMDISK_SIZE 0xC4
#define BOOTED_SYSTEM "/run/booted-system"
#define BY_NAME       "found by its name"
#define BLANKS " \t\n\v\f\r"            /* Linux, lib/ctype.c */

struct search {
	const struct rj_root *root;
	struct rj_running *running;
	/* Takes the path if the file is what is looked for. */
	bool (*take)(struct search *search, const char *path);
	char why[PATH_MAX];             /* of the paths that are tried */
	const char *mount;              /* where the paths that are tried start; or NULL */
	char images[RJ_RUNNING_LINE];   /* BOOT_IMAGE= in the command line */
	char initrds[RJ_RUNNING_LINE];  /* initrd= there; both with blanks between them */
	char release[1 + RJ_RUNNING_NAME]; /* the end of names: -6.1.0-56-amd64 */
	char package[1 + RJ_RUNNING_NAME]; /* the same by Arch's name, such as -linux-lts; or empty */
	struct rj_list others;          /* kernels of other releases */
	char problem[PATH_MAX];         /* the first that only root can read; or empty */
	char unified[PATH_MAX];         /* kernel and initrd in one file; or empty */
	struct rj_boot_entry entry;     /* that has started the kernel; path empty: none */
};

/* How files are named, before and after what kernel and initrd share. */
struct pattern {
	const char *before, *after;
};
static const struct pattern kernel_names[] = {
	{ "vmlinuz", "" }, { "kernel", "" }, { "linux", "" }, { "bzImage", "" },
};
static const struct pattern initrd_names[] = {
	{ "initrd.img", "" }, { "initramfs", ".img" }, { "initrd", "" }, { "initramfs", "" },
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct boot_directory {
	const char *directory, *shared; /* shared: the part of the name; NULL: unknown */
};

static bool format(char to[PATH_MAX], const char *words, ...) __attribute__((format(printf, 2, 3)));

/* Whether the text fits. */
static bool format(char to[PATH_MAX], const char *words, ...)
{
	va_list args;
	int size;

	va_start(args, words);
	size = vsnprintf(to, PATH_MAX, words, args);
	va_end(args);
	return size >= 0 && size < PATH_MAX;
}

/* Keeps the first path that only root can read, if errno says that this is one. */
static void note_denied(struct search *search, const char *path)
{
	if (errno == EACCES && !*search->problem)
		format(search->problem, "%s%s", search->root->path, path);
}

/* Opens a file below the root, and fills in *file. */
static bool reach(struct search *search, const char *path, struct rj_input *input,
		  struct rj_running_file *file)
{
	struct rj_error error;

	errno = 0;
	if (rj_root_outside(search->root, path, file->path) &&
	    !rj_input_open(input, file->path, &error)) {
		file->size = input->size;
		strcpy(file->why, search->why);
		return true;
	}
	rj_input_heed_errno(path);
	note_denied(search, path);
	return false;
}

/* A kernel of another release may be what an upgrade has put in the running one's place. */
static void note_other(struct search *search, const char *path, const char *release)
{
	if (*release && !strstr(search->others.text, path))
		rj_list_add(&search->others, "%s is %s", path, release);
}

static bool take_kernel(struct search *search, const char *path)
{
	char release[RJ_RUNNING_NAME];
	struct rj_running_file file;
	struct rj_input input;

	if (!reach(search, path, &input, &file))
		return false;
	rj_linux_release(&input, 0, release, sizeof(release));
	rj_input_close(&input);
	if (strcmp(release, search->running->release) != 0) {
		note_other(search, file.path, release);
		return false;
	}
	search->running->kernel = file;
	return true;
}

static bool take_initrd(struct search *search, const char *path)
{
	struct rj_running *running = search->running;
	struct rj_running_file file;
	struct rj_input input;

	if (running->initrd_count == RJ_LIST_MAX || !reach(search, path, &input, &file))
		return false;
	rj_input_close(&input);
	running->initrds[running->initrd_count++] = file;
	return true;
}

/* Takes what take_kernel has taken, by any of its names. */
static bool take_same(struct search *search, const char *path)
{
	char real[PATH_MAX];

	return rj_root_outside(search->root, path, real) &&
	       strcmp(real, search->running->kernel.path) == 0;
}

/*
 * A path as boot loaders write it, perhaps with GRUB's device or EFI's backslashes. None of
 * them leaves its partition by "..".
 */
static bool loader_path(const char *text, size_t length, char to[PATH_MAX])
{
	const char *end = text + length, *device = *text == '(' ? memchr(text, ')', length) : NULL;

	text = device ? device + 1 : text;
	if (!format(to, "/%.*s", (int)(end - text), text))
		return false;
	for (char *at = to; *at; at++)
		if (*at == '\\')
			*at = '/';
	return !strstr(to, "/../");
}

/*
 * Tries a boot loader's path wherever its partition may be mounted; then the name alone, since
 * the path may be on a network, or start with a subvolume.
 */
static bool try_loaded(struct search *search, const char *text, size_t length)
{
	char path[PATH_MAX], joined[PATH_MAX];

	if (!loader_path(text, length, path))
		return false;
	if (search->mount && format(joined, "%s%s", search->mount, path) &&
	    search->take(search, joined))
		return true;
	for (size_t i = 0; i < rj_boot_mount_count; i++)
		if (format(joined, "%s%s", rj_boot_mounts[i], path) && search->take(search, joined))
			return true;
	return format(joined, "/boot%s", strrchr(path, '/')) && search->take(search, joined);
}

/* All files of a list, in which GRUB's variables are left out; false if one is missing. */
static bool try_list(struct search *search, const char *list)
{
	size_t length;

	search->running->initrd_count = 0;
	for (list += strspn(list, BLANKS); *list; list += length + strspn(list + length, BLANKS)) {
		length = strcspn(list, BLANKS);
		if (*list != '$' && !try_loaded(search, list, length)) {
			search->running->initrd_count = 0;
			return false;
		}
	}
	return search->running->initrd_count > 0;
}

/* The first file with one of the names in one of the directories. */
static bool try_names(struct search *search, const struct pattern *names, size_t name_count,
		      const struct boot_directory *directories, size_t directory_count)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < directory_count * name_count; i++) {
		const struct boot_directory *in = &directories[i / name_count];
		const struct pattern *name = &names[i % name_count];

		if (in->shared && format(path, "%s/%s%s%s", in->directory, name->before,
					 in->shared, name->after) &&
		    search->take(search, path))
			return true;
	}
	return false;
}

/* The length of a word as Linux separates them (lib/cmdline.c, next_arg). */
static size_t word_length(const char *word)
{
	bool quoted = false;
	size_t length = 0;

	for (; word[length] && (quoted || !strchr(BLANKS, word[length])); length++)
		quoted = quoted != (word[length] == '"');
	return length;
}

/*
 * Words that a boot loader, or kexec, has added, since they are about that boot: the files that
 * were loaded, and memory that is no longer what it was. What they name is kept in *search.
 */
static bool is_loaders(struct search *search, const char *word, size_t length)
{
	const struct { const char *name; char *to; } words[] = {
		{ "BOOT_IMAGE=", search->images }, { "initrd=", search->initrds },
		{ "elfcorehdr=", NULL }, { "kexec_jump_back_entry=", NULL },
	};

	for (size_t i = 0; i < COUNT(words); i++) {
		size_t size = strlen(words[i].name), used = words[i].to ? strlen(words[i].to) : 0;

		if (strncmp(word, words[i].name, size) != 0)
			continue;
		if (words[i].to)
			snprintf(words[i].to + used, RJ_RUNNING_LINE - used, "%s%.*s", used ? " " : "",
				 (int)(length - size), word + size);
		return true;
	}
	return false;
}

/* The line without these words, and with one blank between the others. */
static void take_line(struct search *search, const char *line)
{
	struct rj_running *running = search->running;
	char *to = running->command_line;
	bool ended = false;
	size_t length;

	for (line += strspn(line, BLANKS); *line; line += length + strspn(line + length, BLANKS)) {
		length = word_length(line);
		ended = ended || (length == 2 && strncmp(line, "--", 2) == 0);
		if (!ended && is_loaders(search, line, length))
			continue;
		if (to != running->command_line)
			*to++ = ' ';
		memcpy(to, line, length);
		to += length;
		if (!ended)
			running->options_length = (size_t)(to - running->command_line);
	}
	*to = '\0';
	for (char *comma = search->initrds; (comma = strchr(comma, ',')); )
		*comma = ' ';           /* SYSLINUX's list */
}

static enum rj_err fail_proc(struct search *search, const char *path, struct rj_error *err)
{
	format(search->problem, "%s%s", search->root->path, path);
	return rj_fail_about(err, RJ_BAD, search->problem,
			     "cannot be read; use --linux with a kernel file");
}

/* The running release and command line. */
static enum rj_err read_proc(struct search *search, struct rj_error *err)
{
	struct rj_running *running = search->running;
	char line[RJ_RUNNING_LINE], path[PATH_MAX], package[RJ_RUNNING_NAME];

	rj_root_word(search->root, RELEASE, running->release, sizeof(running->release));
	if (!*running->release || strchr(running->release, '/'))
		return fail_proc(search, RELEASE, err);
	if (rj_root_read(search->root, RJ_CMDLINE, line, sizeof(line)) < 0)
		return fail_proc(search, RJ_CMDLINE, err);
	take_line(search, line);
	snprintf(search->release, sizeof(search->release), "-%s", running->release);
	if (format(path, RJ_MODULES "%s/pkgbase", running->release) &&
	    rj_root_word(search->root, path, package, sizeof(package)))
		snprintf(search->package, sizeof(search->package), "-%s", package);
	return RJ_OK;
}

/*
 * Keeps the boot loader entry of the kernel; if several name it, the first with the options that
 * are in use.
 */
static bool take_entry(void *context, const struct rj_boot_entry *entry)
{
	struct search *search = context;
	bool in_use = strcmp(entry->options, search->running->command_line) == 0;

	search->mount = entry->mount;
	format(search->why, "named in %s", entry->path);
	if ((*search->entry.path && !in_use) || !*entry->kernel ||
	    !try_loaded(search, entry->kernel, strlen(entry->kernel)))
		return true;
	search->entry = *entry;
	return !in_use;
}

static const char *known(const char *shared)
{
	return *shared ? shared : NULL;
}

/* kernel-install's directories: MACHINE/RELEASE/linux, with any name for the machine. */
static bool machine_kernel(void *context, const char *name)
{
	struct search *search = context;
	char path[PATH_MAX];
	const struct boot_directory directory = { path, "" };

	return !format(path, "%s/%s/%s", search->mount, name, search->running->release) ||
	       !try_names(search, kernel_names, COUNT(kernel_names), &directory, 1);
}

/* What a kernel shares with its initrd: -linux-lts of vmlinuz-linux-lts; NULL: unknown. */
static const char *shared_part(const char *kernel)
{
	for (size_t i = 0; i < COUNT(kernel_names); i++) {
		size_t length = strlen(kernel_names[i].before);

		if (strncmp(kernel, kernel_names[i].before, length) == 0)
			return kernel + length;
	}
	return NULL;
}

/* Any file in /boot with a kernel's name. */
static bool any_kernel(void *context, const char *name)
{
	struct search *search = context;
	char path[PATH_MAX];

	return !shared_part(name) || !format(path, "/boot/%s", name) || !search->take(search, path);
}

/* Debian, Fedora, openSUSE; Arch; what is next to the modules; NixOS. */
static bool try_kernel_names(struct search *search)
{
	char modules[2][PATH_MAX];
	const struct boot_directory directories[] = {
		{ "/boot", search->release }, { "/boot", known(search->package) },
		{ modules[0], "" }, { modules[1], "" }, { BOOTED_SYSTEM, "" },
	};

	format(modules[0], RJ_MODULES "%s", search->running->release);
	format(modules[1], "/lib/modules/%s", search->running->release);
	return try_names(search, kernel_names, COUNT(kernel_names), directories, COUNT(directories));
}

static void find_kernel(struct search *search)
{
	const char *kernel = search->running->kernel.path;

	search->take = take_kernel;
	format(search->why, "named by BOOT_IMAGE in " RJ_CMDLINE);
	if (try_loaded(search, search->images, strcspn(search->images, BLANKS)))
		search->take = take_same;
	rj_boot_entries(search->root, take_entry, search);
	format(search->why, BY_NAME);
	if (*kernel || try_kernel_names(search))
		return;
	for (size_t i = 0; !*kernel && i < rj_boot_mount_count; i++) {
		search->mount = rj_boot_mounts[i];
		rj_root_names(search->root, search->mount, machine_kernel, search);
	}
	if (!*kernel)
		rj_root_names(search->root, "/boot", any_kernel, search);
}

/* By the release, which is certain: Debian, Fedora, openSUSE; what is next to modules; NixOS. */
static bool try_release(struct search *search, const char *directory)
{
	char modules[PATH_MAX];
	const struct boot_directory directories[] = {
		{ directory, search->release }, { "/boot", search->release }, { modules, "" },
		{ BOOTED_SYSTEM, "" },
	};

	format(modules, RJ_MODULES "%s", search->running->release);
	format(search->why, BY_NAME);
	return try_names(search, initrd_names, COUNT(initrd_names), directories, COUNT(directories));
}

/* By the kernel's name, or its package: Arch, Alpine. */
static bool try_name(struct search *search, const char *directory, const char *kernel)
{
	const struct boot_directory directories[] = {
		{ directory, shared_part(kernel) }, { "/boot", known(search->package) },
	};

	format(search->why, BY_NAME);
	return try_names(search, initrd_names, COUNT(initrd_names), directories, COUNT(directories));
}

/* Whether Linux was started with an initrd, in *has; false if that is unknown. */
static bool had_initrd(const struct rj_root *root, bool *has)
{
	char params[RAMDISK_SIZE + sizeof(uint32_t) + 1];

	if (rj_root_read(root, RJ_BOOT_PARAMS, params, sizeof(params)) != sizeof(params) - 1)
		return false;
	*has = le32(params + RAMDISK_SIZE) || le32(params + EXT_RAMDISK_SIZE);
	return true;
}

/* The files that the kernel's boot loader entry names. */
static bool try_entry(struct search *search)
{
	search->mount = search->entry.mount;
	format(search->why, "named in %s", search->entry.path);
	return try_list(search, search->entry.initrds);
}

static bool try_command_line(struct search *search)
{
	search->mount = NULL;
	format(search->why, "named by initrd= in " RJ_CMDLINE);
	return try_list(search, search->initrds);
}

static bool find_initrds(struct search *search)
{
	struct rj_running *running = search->running;
	char directory[PATH_MAX], *kernel;
	bool has = false, is_known = had_initrd(search->root, &has);

	if (is_known && !has)
		running->no_initrd = "none, since Linux was started without one";
	search->problem[0] = '\0';
	search->take = take_initrd;
	if (running->no_initrd || try_entry(search))
		return true;
	if (!is_known && *search->entry.path && !*search->entry.initrds && !*search->initrds)
		running->no_initrd = "none, since its boot loader entry names none";
	strcpy(directory, running->kernel.path + strlen(search->root->path));
	kernel = strrchr(directory, '/');
	*kernel++ = '\0';
	return running->no_initrd || try_release(search, directory) || try_command_line(search) ||
	       try_name(search, directory, kernel);
}

/* Whether it is the running kernel's. */
static bool is_unified(const struct search *search, const struct rj_input *input)
{
	uint64_t at = rj_unified_kernel(input);
	char release[RJ_RUNNING_NAME];

	rj_linux_release(input, at, release, sizeof(release));
	return at && strcmp(release, search->running->release) == 0;
}

static bool try_unified(void *context, const char *name)
{
	struct search *search = context;
	struct rj_running_file file;
	struct rj_input input;
	char path[PATH_MAX];

	if (!format(path, "%s/EFI/Linux/%s", search->mount, name) ||
	    !reach(search, path, &input, &file))
		return true;
	if (is_unified(search, &input))
		strcpy(search->unified, file.path);
	rj_input_close(&input);
	return !*search->unified;
}

/* Looks for a file that has both kernel and initrd. */
static bool find_unified(struct search *search)
{
	char directory[PATH_MAX];

	for (size_t i = 0; !*search->unified && i < rj_boot_mount_count; i++) {
		search->mount = rj_boot_mounts[i];
		if (format(directory, "%s/EFI/Linux", search->mount))
			rj_root_names(search->root, directory, try_unified, search);
	}
	return *search->unified;
}

/* Sets the error if that is why a file was not found. */
static enum rj_err fail_reached(struct search *search, struct rj_error *err)
{
	if (find_unified(search))
		return rj_fail_about(err, RJ_BAD, search->unified,
				     "this unified kernel image has the running Linux, "
				     "but --from-running does not unpack it; "
				     "extract .linux and .initrd with objcopy, "
				     "and use --linux and --initrd");
	if (!*search->problem)
		return RJ_OK;
	rj_fail_about(err, RJ_BAD, search->problem, "cannot open: %s; only root can read it",
		      strerror(EACCES));
	err->os_error = EACCES;
	return err->class;
}

static enum rj_err fail_kernel(struct search *search, struct rj_error *err)
{
	const char *release = search->running->release;

	if (fail_reached(search, err))
		return err->class;
	if (*search->others.text)
		return rj_fail(err, RJ_BAD, "Linux %s is running, but %s; its file was replaced or "
			       "removed: reboot first, or use --linux with the file",
			       release, search->others.text);
	return rj_fail(err, RJ_BAD, "there is no kernel file of Linux %s, which is running; "
		       "mount /boot, or use --linux with the file", release);
}

static enum rj_err fail_initrd(struct search *search, struct rj_error *err)
{
	const struct rj_running *running = search->running;

	if (fail_reached(search, err))
		return err->class;
	return rj_fail(err, RJ_BAD, "there is no initrd of Linux %s, which is running; "
		       "add it with --initrd, or, if it needs none, use --linux %s",
		       running->release, running->kernel.path);
}

enum rj_err rj_running_find(struct rj_running *running, const struct rj_root *root,
			    bool with_initrds, struct rj_error *err)
{
	static struct search search;

	search = (struct search){ .root = root, .running = running };
	*running = (struct rj_running){ 0 };
	if (read_proc(&search, err))
		return err->class;
	find_kernel(&search);
	if (!*running->kernel.path)
		return fail_kernel(&search, err);
	return with_initrds && !find_initrds(&search) ? fail_initrd(&search, err) : RJ_OK;
}
