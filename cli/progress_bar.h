/* SPDX-License-Identifier: MIT */
/*
 * A bar on standard error for work that takes longer than half a second, if that
 * is a terminal that can clear a line. It is gone before anything else is printed.
 */
#ifndef RJ_PROGRESS_BAR_H
#define RJ_PROGRESS_BAR_H

/* Shows whatever formats/ does from here on. */
void progress_bar_start(void);

#endif
