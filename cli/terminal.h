/* SPDX-License-Identifier: MIT */
#ifndef RJ_TERMINAL_H
#define RJ_TERMINAL_H

/* Columns of the terminal behind fd; 80 if there is none, and of 40 to 300 the nearest. */
unsigned terminal_columns(int fd);

#endif
