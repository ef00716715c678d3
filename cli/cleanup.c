/* SPDX-License-Identifier: MIT */
#include "cleanup.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "terminal.h"

static const int fatal_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU };
#define FATAL_SIGNALS (sizeof(fatal_signals) / sizeof(fatal_signals[0]))

/* Read by the signal handler; changed only while those signals are blocked. */
static char *pending;
static bool line;

static void clean_up(int signal_number)
{
	if (pending)
		unlink(pending);
	if (line && write(STDERR_FILENO, CLEAR_LINE, sizeof(CLEAR_LINE) - 1) < 0)
		line = false;   /* the error cannot be reported */
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

void cleanup_block(sigset_t *before)
{
	sigset_t fatal;

	sigemptyset(&fatal);
	for (size_t i = 0; i < FATAL_SIGNALS; i++)
		sigaddset(&fatal, fatal_signals[i]);
	sigprocmask(SIG_BLOCK, &fatal, before);
}

void cleanup_unblock(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* Ignored signals, as with nohup, stay ignored. */
static void handle(bool needed)
{
	for (size_t i = 0; i < FATAL_SIGNALS; i++) {
		struct sigaction action = { .sa_handler = needed ? clean_up : SIG_DFL };
		struct sigaction old;

		sigaction(fatal_signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(fatal_signals[i], &action, NULL);
	}
}

void cleanup_remove(char *path)
{
	sigset_t before;

	cleanup_block(&before);
	pending = path;
	handle(pending || line);
	cleanup_unblock(&before);
}

void cleanup_clear_line(bool clear)
{
	sigset_t before;

	cleanup_block(&before);
	line = clear;
	handle(pending || line);
	cleanup_unblock(&before);
}
