/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "command_line.h"
#include "diag.h"
#include "progress_bar.h"

/* What was printed has to have arrived. */
static int flush(int status)
{
	struct rj_error error;

	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	/* of what failed earlier the C library keeps that, not why */
	rj_fail(&error, RJ_ERR_WRITE, .subject = "standard output",
		.os_error = errno ? errno : EIO);
	return diag(&error);
}

int main(int argc, char **argv)
{
	static struct options options;
	const struct command *command;
	int status;

	/* a file size limit shows as an error of write() instead */
	signal(SIGXFSZ, SIG_IGN);
	status = command_line_read(&options, &command, argc, argv);
	progress_bar_start();
	if (status < 0)
		status = command->run(&options);
	return flush(status);
}
