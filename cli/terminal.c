/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_DEFAULT 80
#define COLUMNS_MIN     40
#define COLUMNS_MAX     300

/* The terminal's own size, otherwise COLUMNS, which POSIX lets the shell set. */
static long columns_of(int fd)
{
	const char *text = getenv("COLUMNS");
	struct winsize size;

	if (!isatty(fd))
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return text ? strtol(text, NULL, 10) : 0;
}

unsigned terminal_columns(int fd)
{
	long columns = columns_of(fd);

	if (columns <= 0)
		return COLUMNS_DEFAULT;
	return columns < COLUMNS_MIN ? COLUMNS_MIN
	       : columns > COLUMNS_MAX ? COLUMNS_MAX : (unsigned)columns;
}
