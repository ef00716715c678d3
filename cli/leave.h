/* SPDX-License-Identifier: MIT */
/*
 * Starts what is loaded, by the init system that runs here.
 */
#ifndef RJ_LEAVE_H
#define RJ_LEAVE_H

#include "base/root.h"

/* What leaving does to the machine; a test has its own. All but sync return -1 with errno. */
struct leave_calls {
	int (*run)(const char *const *command);         /* replaces this process */
	void (*sync)(void);
	int (*remount)(const char *directory);          /* read-only */
	int (*start)(void);                             /* what is loaded */
};
extern const struct leave_calls leave_calls;

/*
 * The command by which the init system stops everything and starts what is loaded, or NULL: rjpack
 * does so itself. It ends with NULL.
 */
const char *const *leave_command(const struct rj_root *root);

/* Leaves; returns the exit status only if that fails. */
int leave(const struct rj_root *root, const struct leave_calls *calls);

#endif
