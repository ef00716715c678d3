/* SPDX-License-Identifier: MIT */
#ifndef RJ_PCH_H
#define RJ_PCH_H

/* Intel's chipsets since the 100 series can stop the 8254's clock: starts it again. */
void ungate_pit_clock(void);

#endif
