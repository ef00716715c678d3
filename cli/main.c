/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

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

/*
 * If standard output is closed, the next file that is opened would become it, and what is printed
 * would go into that file; the same holds for standard error. To what is opened here instead,
 * writes fail as to a closed file.
 */
static void hold_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int held = fcntl(fd, F_GETFD);

		if (held < 0)
			held = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
		(void)held;
	}
}

int main(int argc, char **argv)
{
	static struct options options;
	const struct command *command;
	int status;

	hold_descriptors();
	/* without the signal, write() reports a file size limit */
	signal(SIGXFSZ, SIG_IGN);
	status = command_line_read(&options, &command, argc, argv);
	progress_bar_start();
	if (status < 0)
		status = command->run(&options);
	return flush(status);
}
