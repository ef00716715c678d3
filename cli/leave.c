/* SPDX-License-Identifier: MIT */
/*
 * systemd: sd_booted(3), systemctl(1). OpenRC: openrc-shutdown(8), openrc-init(8). reboot(2).
 */
#define _GNU_SOURCE             /* reboot */
#include "leave.h"

#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "diag.h"

#define MOUNTS_MAX 256

static int run(const char *const *command)
{
	return execvp(command[0], (char *const *)(uintptr_t)command);
}

static int remount(const char *directory)
{
	return mount(NULL, directory, NULL, MS_REMOUNT | MS_RDONLY, NULL);
}

static int start(void)
{
	return reboot(RB_KEXEC);
}

const struct leave_calls leave_calls = { run, sync, remount, start };

const char *const *leave_command(const struct rj_root *root)
{
	static const char *const systemd[] = { "systemctl", "kexec", NULL };
	static const char *const openrc[] = { "openrc-shutdown", "--kexec", "now", NULL };
	char name[32] = "";

	if (rj_root_has(root, "/run/systemd/system"))
		return systemd;
	if (rj_root_word(root, "/proc/1/comm", name, sizeof(name)) &&
	    strcmp(name, "openrc-init") == 0)
		return openrc;
	return NULL;
}

/* The directories where block devices are mounted writable, in the order of mounting. */
static size_t read_mounts(const struct rj_root *root, char *mounts[MOUNTS_MAX])
{
	char path[PATH_MAX];
	FILE *file = rj_root_outside(root, "/proc/self/mounts", path) ? setmntent(path, "re") : NULL;
	const struct mntent *entry;
	size_t count = 0;

	while (file && count < MOUNTS_MAX && (entry = getmntent(file))) {
		if (entry->mnt_fsname[0] != '/' || hasmntopt(entry, MNTOPT_RO))
			continue;
		mounts[count] = strdup(entry->mnt_dir);
		count += mounts[count] != NULL;
	}
	if (file)
		endmntent(file);
	return count;
}

/* Mounts are remounted in reverse: a file system may be in a file of another. */
static void remount_all(const struct rj_root *root, const struct leave_calls *calls)
{
	char *mounts[MOUNTS_MAX];
	size_t count = read_mounts(root, mounts);

	while (count-- > 0) {
		if (calls->remount(mounts[count]) < 0)
			diag_say(RJ_NOTE, mounts[count], "warning: stays writable: %s; "
				 "what was written is on the disk", strerror(errno));
		free(mounts[count]);
	}
}

static int leave_alone(const struct rj_root *root, const struct leave_calls *calls)
{
	calls->sync();
	remount_all(root, calls);
	calls->sync();
	calls->start();
	return diag_say(RJ_HOST, NULL, "cannot start what is loaded: reboot: %s; the file systems stay "
			"read-only until mount -o remount,rw", strerror(errno));
}

int leave(const struct rj_root *root, const struct leave_calls *calls)
{
	const char *const *command = leave_command(root);

	fflush(stdout);
	if (!command)
		return leave_alone(root, calls);
	calls->run(command);
	return diag_say(RJ_HOST, command[0], "cannot run: %s", strerror(errno));
}
