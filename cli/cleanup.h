/* SPDX-License-Identifier: MIT */
/*
 * Cleans up when a signal ends the program, as SIGINT.
 */
#ifndef RJ_CLEANUP_H
#define RJ_CLEANUP_H

#include <signal.h>
#include <stdbool.h>

/* Block those signals, and restore the previous mask. */
void cleanup_block(sigset_t *before);
void cleanup_unblock(const sigset_t *before);

/* Sets the file to remove, or NULL; the caller owns the string. */
void cleanup_remove(char *path);

/* Sets whether to clear a line on standard error. */
void cleanup_clear_line(bool clear);

#endif
