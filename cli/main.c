/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "command.h"
#include "diag.h"
#include "options.h"
#include "progress_bar.h"

const struct command commands[] = {
#define ROW(name, operand, help) { #name, operand, help, COMMAND_BIT(name), run_##name },
	COMMANDS(ROW)
#undef ROW
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

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
	status = options_read(&options, &command, argc, argv);
	progress_bar_start();
	if (status < 0)
		status = command->run(&options);
	return flush(status);
}
