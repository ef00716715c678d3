/* SPDX-License-Identifier: MIT */
#include "ending.h"

#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

#include "terminal.h"

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP };
#define ENDING_SIGNALS (sizeof(ending_signals) / sizeof(ending_signals[0]))

/* Read by the signal handler; changed only while those signals are blocked. */
static char *pending;
static bool line;

static void put_in_order(int signal_number)
{
	if (pending)
		unlink(pending);
	if (line && write(STDERR_FILENO, CLEAR_LINE, sizeof(CLEAR_LINE) - 1) < 0)
		line = false;   /* the error cannot be reported */
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

void ending_block(sigset_t *before)
{
	sigset_t ending;

	sigemptyset(&ending);
	for (size_t i = 0; i < ENDING_SIGNALS; i++)
		sigaddset(&ending, ending_signals[i]);
	pthread_sigmask(SIG_BLOCK, &ending, before);
}

void ending_unblock(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* Ignored signals, as with nohup, stay ignored. */
static void handle(bool needed)
{
	for (size_t i = 0; i < ENDING_SIGNALS; i++) {
		struct sigaction action = { .sa_handler = needed ? put_in_order : SIG_DFL };
		struct sigaction old;

		sigaction(ending_signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(ending_signals[i], &action, NULL);
	}
}

void ending_remove(char *path)
{
	sigset_t before;

	ending_block(&before);
	pending = path;
	handle(pending || line);
	ending_unblock(&before);
}

void ending_clear_line(bool clear)
{
	sigset_t before;

	ending_block(&before);
	line = clear;
	handle(pending || line);
	ending_unblock(&before);
}
