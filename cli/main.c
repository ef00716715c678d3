/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "base/copy.h"
#include "command_line.h"
#include "diag.h"
#include "progress_bar.h"

/* Fails if standard output could not be written. */
static int flush(int status)
{
	struct rj_error error;

	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	/* for earlier errors, the C library keeps only the fact, not errno */
	if (errno == 0)
		errno = EIO;
	rj_cannot_write(&error);
	return diag_about("standard output", NULL, &error);
}

int main(int argc, char **argv)
{
	static struct options options;
	const struct command *command;
	int status;

	/* without the signal, write() reports a file size limit */
	signal(SIGXFSZ, SIG_IGN);
	status = command_line_read(&options, &command, argc, argv);
	progress_bar_start();
	if (status < 0)
		status = command->run(&options);
	return flush(status);
}
