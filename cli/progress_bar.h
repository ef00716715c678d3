/* SPDX-License-Identifier: MIT */
/*
 * A progress bar for work that takes longer than half a second, if standard error is a
 * terminal that can clear a line. The bar is cleared before anything else is printed.
 */
#ifndef RJ_PROGRESS_BAR_H
#define RJ_PROGRESS_BAR_H

/* Shows the progress of formats/ from here on. */
void progress_bar_start(void);

#endif
