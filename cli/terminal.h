/* SPDX-License-Identifier: MIT */
#ifndef RJ_TERMINAL_H
#define RJ_TERMINAL_H

#define CLEAR_LINE "\r\033[K"           /* ECMA-48: carriage return, erase in line */

/* The columns of the terminal at fd, limited to 40 to 300; 80 if fd is not a terminal. */
unsigned terminal_columns(int fd);

#endif
