/* SPDX-License-Identifier: MIT */
/*
 * The Linux that runs here, packed as by --linux with what running.c finds.
 */
#include <stdio.h>
#include <string.h>

#include "payload/linux.h"
#include "payload/running.h"

#define NAME   "from-running"
#define OPTION "--" NAME

/* The settings point into it. */
static struct rj_running running;

static enum rj_err set(struct rj_plan *plan, const struct payload_option *option,
		       const char *text, struct rj_error *err)
{
	return payload_set(&plan->settings,
			   &(struct rj_setting){ .option = option, .text = text }, err);
}

/* The running command line; what the user appends is the last of its options, and so wins. */
static enum rj_err set_command_line(struct rj_plan *plan, struct rj_error *err)
{
	static char line[2 * RJ_RUNNING_LINE];
	const char *more = payload_text(plan, &option_append);
	size_t length = running.options_length;

	more = more ? more : "";
	snprintf(line, sizeof(line), "%.*s%s%s%s", (int)length, running.command_line,
		 length && *more ? " " : "", more, running.command_line + length);
	rj_plan_choice(plan, RJ_CMDLINE, "command line", "%s", line);
	return set(plan, &option_append, line, err);
}

static enum rj_err set_initrds(struct rj_plan *plan, struct rj_error *err)
{
	if (running.no_initrd)
		rj_plan_choice(plan, OPTION, "initrd", "%s", running.no_initrd);
	for (size_t i = 0; i < running.initrd_count; i++) {
		rj_plan_choice(plan, running.initrds[i].path, "initrd", "%s",
			       running.initrds[i].why);
		if (set(plan, &option_initrd, running.initrds[i].path, err))
			return err->class;
	}
	return RJ_OK;
}

/*
 * Linux needs no BIOS disks, but its real-mode code calls INT 13h for each of them, which may
 * hang if the firmware has lost them.
 */
static void leave_out_disks(struct rj_plan *plan)
{
	struct rj_services *services = &plan->services;

	if (services->int13 != RJ_INT13_auto || services->map[0].number)
		return;
	services->int13 = RJ_INT13_none;
	rj_plan_choice(plan, OPTION, "INT 13h", "none, since Linux needs no BIOS disks");
}

static enum rj_err from_running_find(struct rj_plan *plan, const char *directory, char **file,
				     struct rj_error *err)
{
	const struct rj_root root = { directory };

	if (*directory && !rj_root_has(&root, "/"))
		return rj_fail_about(err, RJ_BAD, directory, "no such directory");
	if (rj_running_find(&running, &root, !payload_text(plan, &option_initrd), err)) {
		if (!err->subject)
			err->subject = OPTION;
		return err->class;
	}
	*file = running.kernel.path;
	rj_plan_choice(plan, *file, "kernel", "Linux %s, %s", running.release,
		       running.kernel.why);
	leave_out_disks(plan);
	return set_command_line(plan, err) ? err->class : set_initrds(plan, err);
}

const struct payload_kind payload_from_running = {
	.name = NAME,
	.help = "the Linux that runs here: kernel, initrd and command line",
	.signature = "the running release in the Linux header",
	.place = "as --linux",
	.options = (const struct payload_option *const[]){ &option_initrd, &option_append, NULL },
	.find = from_running_find,
	.read = rj_linux_read,
};
