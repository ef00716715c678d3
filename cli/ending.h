/* SPDX-License-Identifier: MIT */
/*
 * What is put in order when a signal (SIGINT, SIGTERM, SIGHUP) ends the program.
 */
#ifndef RJ_ENDING_H
#define RJ_ENDING_H

#include <signal.h>
#include <stdbool.h>

/* Holds those signals back, and lets them come again. */
void ending_block(sigset_t *before);
void ending_unblock(const sigset_t *before);

/* A file to be removed, or NULL; the string stays the caller's. */
void ending_remove(char *path);

/* Whether a line on standard error is to be cleared. */
void ending_clear_line(bool clear);

#endif
