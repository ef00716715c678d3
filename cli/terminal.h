/* SPDX-License-Identifier: MIT */
#ifndef RJ_TERMINAL_H
#define RJ_TERMINAL_H

#define CLEAR_LINE "\r\033[K"           /* ECMA-48: carriage return, erase in line */

/* Columns of the terminal behind fd; 80 if there is none, and of 40 to 300 the nearest. */
unsigned terminal_columns(int fd);

#endif
