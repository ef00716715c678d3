/* SPDX-License-Identifier: MIT */
/*
 * Cleans up when a signal (SIGINT, SIGTERM, SIGHUP) ends the program.
 */
#ifndef RJ_ENDING_H
#define RJ_ENDING_H

#include <signal.h>
#include <stdbool.h>

/* Block those signals, and restore the previous mask. */
void ending_block(sigset_t *before);
void ending_unblock(const sigset_t *before);

/* Sets the file to remove, or NULL; the caller owns the string. */
void ending_remove(char *path);

/* Sets whether to clear a line on standard error. */
void ending_clear_line(bool clear);

#endif
